import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { systemClock } from '#delivery/clock';
import { openSqliteEventStore } from '#event-store/sqlite/sqlite-event-store';
import type { Engine, RawAppends } from './engine.ts';
import { aCost } from './mandate-history.ts';
import { promises } from './promises.ts';

/** The embedded store: a file. */
export const sqliteEngine: Engine = {
  promised: promises,
  async placeIn(_, folder) {
    const path = join(folder, 'events.db');
    return {
      settings: {},
      open: () => openSqliteEventStore({ path, clock: systemClock }),
      rawAppends: (name, callers) => rawInserts(join(folder, `${name}-raw.db`), callers),
      rawRead: async () => readAndParse(path),
    };
  },
};

/** SQLite alone, under the settings of the event store: the same row into a table without another index. */
function rawInserts(path: string, group: number): RawAppends {
  const db = new DatabaseSync(path);
  db.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    CREATE TABLE events (
      position INTEGER PRIMARY KEY,
      stream TEXT NOT NULL,
      revision INTEGER NOT NULL,
      category TEXT NOT NULL,
      type TEXT NOT NULL,
      recorded_at TEXT NOT NULL,
      body TEXT NOT NULL
    ) STRICT;
  `);
  const [begin, commit] = [db.prepare('BEGIN IMMEDIATE'), db.prepare('COMMIT')];
  const insert = db.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)');
  const { stream, event } = aCost();
  const body = JSON.stringify(event);
  let position = 0;
  return {
    async until(time) {
      const before = position;
      while (performance.now() < time) {
        if (group > 1) begin.run();
        for (let index = 0; index < group; index++) {
          position += 1;
          insert.run(position, stream, position, 'fundingyear', event.type, event.occurredAt, body);
        }
        if (group > 1) commit.run();
      }
      return position - before;
    },
    close: async () => db.close(),
  };
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
