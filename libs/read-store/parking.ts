import type { StoredEvent } from '#kernel/envelope';
import type { View } from '#kernel/view';
import type { EventStore } from '#event-store/event-store';
import { type Failure, isUnknown, touchesOf } from './fold.ts';
import { historyOf } from './history.ts';
import type { Parked } from './read-store.ts';
import { ViewFold } from './view-fold.ts';
import { nothing, type Projection } from './workspace.ts';

const chunk = 1_000;

/** What is parked anew, and why; not what only waits behind. */
export function reportParked(failures: readonly Failure[], report: (error: unknown, what: string) => void): void {
  for (const { view, cause } of failures)
    if (cause !== undefined) report(cause, `view ${view}: an event is parked; samverk parked names it`);
}

/**
 * Folds what is parked, of all views or of one, in order for each row, as far as it goes now: after a fix, all of it.
 * Where an event's keys can be told now that could not be before, other events have passed it by: gives the names of
 * the views that have to be built anew for that.
 * @throws CheckpointMoved when somebody else changed what is parked meanwhile
 */
export async function retryParked(
  projection: Projection,
  events: Pick<EventStore, 'at'>,
  only?: string,
): Promise<string[]> {
  const { store, views } = projection;
  const waiting = Map.groupBy(await store.parked(), ({ view }) => view);
  const anew: string[] = [];
  for (const [name, parked] of waiting) {
    if (only !== undefined && name !== only) continue;
    const view = views.find((one) => one.name === name);
    if (!view) await retryHistory(projection, events, parked);
    else if (await keysAreTold(view, events, parked)) anew.push(name);
    else
      for (const row of Map.groupBy(parked, ({ key }) => key).values()) await retryRow(projection, view, events, row);
  }
  return anew;
}

async function keysAreTold(view: View, events: Pick<EventStore, 'at'>, parked: readonly Parked[]): Promise<boolean> {
  const first = new Map<string, number>();
  for (const { key, position } of parked) if (isUnknown(key) && !first.has(key)) first.set(key, position);
  const read = await events.at([...first.values()]);
  return read.some((event) => touchesOf(view, [event], new Set()).failures.length === 0);
}

async function retryRow(
  { store }: Projection,
  view: View,
  events: Pick<EventStore, 'at'>,
  parked: readonly Parked[],
): Promise<void> {
  const key = parked[0]?.key ?? '';
  if (isUnknown(key)) return;
  const fold = new ViewFold(view, store);
  for (const part of chunksOf(parked)) {
    const read = await at(events, part);
    const unreadable = touchesOf(view, read, new Set()).failures[0]?.position ?? Infinity;
    const failures = await fold.fold(
      read.filter(({ position }) => position < unreadable),
      key,
    );
    const stuckAt = failures[0]?.position ?? unreadable;
    const freed = part.filter(({ position }) => position < stuckAt);
    if (freed.length > 0) await store.commit({ ...nothing, views: [{ view: view.name, ...fold.take(1) }], freed });
    if (freed.length < part.length) return;
  }
}

async function retryHistory({ store, facts }: Projection, events: Pick<EventStore, 'at'>, parked: readonly Parked[]) {
  for (const part of chunksOf(parked)) {
    const { failures, ...indexed } = historyOf(await at(events, part), facts);
    const stuck = new Set(failures.map(({ position }) => position));
    const freed = part.filter(({ position }) => !stuck.has(position));
    if (freed.length > 0) await store.commit({ ...nothing, ...indexed, freed });
  }
}

const at = (events: Pick<EventStore, 'at'>, parked: readonly Parked[]): Promise<StoredEvent[]> =>
  events.at(parked.map(({ position }) => position));

function* chunksOf(parked: readonly Parked[]): Iterable<readonly Parked[]> {
  for (let i = 0; i < parked.length; i += chunk) yield parked.slice(i, i + chunk);
}
