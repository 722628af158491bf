import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { contexts } from '#apps/api/server';
import { factsOf } from '#delivery/checks';
import { systemClock } from '#delivery/clock';
import type { EventStore } from '#event-store/event-store';
import { openSqliteEventStore } from '#event-store/sqlite/sqlite-event-store';
import { Projector } from '#read-store/projector';
import { openSqliteReadStore } from '#read-store/sqlite/sqlite-read-store';
import type { Figure } from './figures.ts';
import { history } from './mandate-history.ts';
import type { Recorded } from './recorded.ts';
import { type Bench, inTurns, rateOf } from './rounds.ts';

/** P5: from an empty read store until every view of every context, and the index of history, holds all events. */
export async function rebuild(bench: Bench): Promise<Figure> {
  const path = join(bench.scratch.folder, 'P5.db');
  await generate(bench, path);
  const store = await openSqliteEventStore({ path, clock: systemClock });
  try {
    return await inTurns(
      bench,
      'P5 rebuilding all views',
      (round) => rateOf(() => rebuildFrom(store, join(bench.scratch.folder, `P5-views-${round}.db`))),
      () => rateOf(() => readAndParse(path)),
    );
  } finally {
    await store.close();
  }
}

async function generate({ progress, events }: Bench, path: string): Promise<void> {
  const store = await openSqliteEventStore({ path, clock: systemClock });
  let group: Recorded[] = [];
  let written = 0;
  const write = async () => {
    await Promise.all(group.map(({ stream, event }) => store.append(stream, [event], 'any')));
    written += group.length;
    progress.show(`P5 writing ${events.toLocaleString('en')} events`, written / events);
    group = [];
  };
  for (const recorded of history(events)) if (group.push(recorded) === 1_000) await write();
  await write();
  await store.close();
}

/** @throws Error when an event could not be folded: such a figure would mean nothing */
async function rebuildFrom(events: EventStore, path: string): Promise<number> {
  const store = await openSqliteReadStore({ path });
  const head = await events.head();
  const failed = Promise.withResolvers<never>();
  const projector = await Projector.start({
    events,
    store,
    views: contexts.flatMap(({ views }) => views),
    facts: Object.fromEntries(factsOf(contexts)),
    report: (cause, what) => failed.reject(new Error(what, { cause })),
  });
  try {
    await Promise.race([projector.reached(head, Infinity), failed.promise]);
  } finally {
    await projector.stop();
    await store.close();
  }
  return head;
}

function readAndParse(path: string): number {
  using db = new DatabaseSync(path, { readOnly: true });
  const page = db.prepare(
    'SELECT position, stream, revision, recorded_at, body FROM events WHERE position > ? ORDER BY position LIMIT 1000',
    { returnArrays: true },
  );
  let position = 0;
  for (;;) {
    const rows = page.all(position) as unknown as [number, string, number, string, string][];
    for (const [at, , , , body] of rows) {
      JSON.parse(body);
      position = at;
    }
    if (rows.length === 0) return position;
  }
}
