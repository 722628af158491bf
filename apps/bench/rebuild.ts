import { join } from 'node:path';
import type { EventStore } from '#event-store/event-store';
import type { Found } from './figures.ts';
import { type History, makeViews } from './histories.ts';
import type { MeasureId } from './promises.ts';
import { type Bench, inTurns, rateOf } from './rounds.ts';

/** Fewer rounds of what takes long. */
const inAll = 500_000;

/** P5, and what of it is reading. */
export async function rebuild(bench: Bench, history: History, wanted: ReadonlySet<MeasureId>): Promise<Found> {
  const store = await history.place.open();
  const beside = (doing: string, work: (round: number) => Promise<number>) =>
    inTurns(
      bench,
      doing,
      (round) => rateOf(() => work(round)),
      () => rateOf(() => history.place.rawRead()),
      Math.max(1, Math.min(5, Math.floor(inAll / history.events))),
    );
  try {
    const found: Found = {};
    if (wanted.has('P5 views'))
      found['P5 views'] = await beside('P5 rebuilding all views', (round) =>
        makeViews(store, join(history.folder, `rebuilt-${round}.db`)),
      );
    if (wanted.has('P5 read')) found['P5 read'] = await beside('P5 reading all events', () => readAll(store));
    return found;
  } finally {
    await store.close();
  }
}

/** As views do, by a subscription from the beginning. Gives how many. */
async function readAll(store: EventStore): Promise<number> {
  let read = 0;
  for await (const { events, caughtUp } of store.subscribe({ after: 0 })) {
    read += events.length;
    if (caughtUp) break;
  }
  return read;
}
