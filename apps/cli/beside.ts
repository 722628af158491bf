import { contexts } from '#apps/api/contexts';
import { openEvents, openViews } from '#apps/api/stores';
import { factsOf } from '#delivery/checks';
import { systemClock } from '#delivery/clock';
import type { Settings } from '#delivery/settings';
import type { EventStore } from '#event-store/event-store';
import type { Facts } from '#kernel/facts';
import type { View } from '#kernel/view';
import { historyRules } from '#read-store/history-rules';
import { historyName, type ReadStore } from '#read-store/read-store';

/** The stores of an installation, opened beside the API, whether it runs or not. */
export interface Beside {
  readonly events: EventStore;
  readonly store: ReadStore;
  readonly views: readonly View[];
  readonly facts: Facts;
}

/** Whoever writes to a file waits so long for the other, in milliseconds: longer than any transaction takes. */
const busyMs = 30_000;

/** @throws StoreUnusable, ReadStoreUnusable when they are not there, or not of this version of the program */
export async function beside<T>({ eventStore, readStore }: Settings, work: (stores: Beside) => Promise<T>): Promise<T> {
  const views = contexts.flatMap((context) => context.views);
  const facts = Object.fromEntries(factsOf(contexts));
  const events = await openEvents(eventStore, { clock: systemClock, readOnly: true });
  try {
    const store = await openViews(readStore, { access: 'beside', busyMs });
    try {
      await store.prepare(views, historyRules(facts));
      return await work({ events, store, views, facts });
    } finally {
      await store.close();
    }
  } finally {
    await events.close();
  }
}

/** The views named, or all, and the index of history. @throws NotThere */
export function chosen(names: readonly string[], views: readonly View[]): string[] {
  const all = [historyName, ...views.map(({ name }) => name)];
  const unknown = names.filter((name) => !all.includes(name));
  if (unknown.length > 0) throw new NotThere(`There is no view ${unknown.join(', ')}, but ${all.join(', ')}.`);
  return names.length > 0 ? [...new Set(names)] : all;
}

/** What was named on the command line is not there. The message says what is. */
export class NotThere extends Error {
  override readonly name = 'NotThere';
}
