import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EventStore } from '#event-store/event-store';
import { reportParked } from './parking.ts';
import type { Checkpoint, ReadStore } from './read-store.ts';
import { ParkedKeys, type Projection, Workspace } from './workspace.ts';

export interface Rebuilding extends Projection {
  readonly store: ReadStore;
  readonly events: Pick<EventStore, 'readAll' | 'head' | 'at'>;
  /** What to build: views, and `historyName`. */
  readonly names: readonly string[];
  /** After the batch at work, which is kept: the next rebuilding goes on from there. */
  readonly signal?: AbortSignal;
  /** Told, from 0 to 1, how much is done; what an earlier rebuilding did included. */
  readonly progress?: (part: number) => void;
  /** Told of each event that could not be folded. */
  readonly report: (error: unknown, what: string) => void;
  /** So many events are gathered and written together; 10,000 unless told. */
  readonly batch?: number;
}

/** So many events are read and folded before others get their turn: the longest that a live view waits, some 10 ms. */
const page = 500;

/**
 * Builds views from the first event on, beside those that are read, and puts them in their place all at once when they
 * have come as far. Rows are read and kept up to date meanwhile as ever. Whatever ends it, what is written stays, and the
 * next call goes on from there. Gives whether they were swapped in; false when it was told to end.
 * @throws what the stores throw; CheckpointMoved when another builds the same view
 */
export async function rebuild(building: Rebuilding): Promise<boolean> {
  const { store, views, facts, events, names, signal, progress, report, batch = 10_000 } = building;
  await store.begin(names);
  const checkpoints = new Map([...(await store.next.checkpoints())].filter(([name]) => names.includes(name)));
  const parked = new ParkedKeys(await store.next.parked());
  const work = new Workspace({ store: store.next, views, facts }, checkpoints, parked);
  let position = positionOf(checkpoints);
  for (let indexed = false; !signal?.aborted;) {
    const read = await events.readAll({ after: position, limit: page });
    await work.add(read);
    position = read.at(-1)?.position ?? position;
    const caughtUp = read.length < page;
    if (caughtUp || work.size >= batch) {
      const { commit, failures } = work.take(!caughtUp);
      if (commit.checkpoints.length > 0) await store.next.commit(commit);
      reportParked(failures, report);
      progress?.(position / Math.max(position, await events.head(), 1));
    }
    if (caughtUp && indexed && (await store.swap(names))) return true;
    if (caughtUp && !indexed) {
      await store.index(names);
      indexed = true;
    }
    await nextTurn();
  }
  return false;
}

const positionOf = (checkpoints: ReadonlyMap<string, Checkpoint>): number =>
  Math.min(...[...checkpoints.values()].map(({ position }) => position));
