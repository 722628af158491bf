import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { systemClock } from '#delivery/clock';
import { openSqliteEventStore } from '#event-store/sqlite/sqlite-event-store';
import type { Found } from './figures.ts';
import { eventsOf, type History, makeViews } from './histories.ts';
import { type Bench, inTurns, rateOf } from './rounds.ts';

/** Fewer rounds of what takes long. */
const inAll = 500_000;

/** P5 */
export async function rebuild(bench: Bench, history: History): Promise<Found> {
  const store = await openSqliteEventStore({ path: eventsOf(history), clock: systemClock });
  try {
    const rates = await inTurns(
      bench,
      'P5 rebuilding all views',
      (round) => rateOf(() => makeViews(store, join(history.folder, `rebuilt-${round}.db`))),
      () => rateOf(() => readAndParse(eventsOf(history))),
      Math.max(1, Math.min(5, Math.floor(inAll / history.events))),
    );
    return { P5: rates };
  } finally {
    await store.close();
  }
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
