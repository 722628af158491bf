import type { DatabaseSync } from 'node:sqlite';
import { unusable } from './failure.ts';
import { openFile } from './open-file.ts';
import { checksumOf } from './schema.ts';

/** What the check is at; `part` from 0 to 1. */
export interface CheckProgress {
  readonly doing: string;
  readonly part: number;
}

/** So many events are looked at in one go. */
const step = 1_000;
/** Of so many problems each is named. */
const named = 50;

/**
 * Looks at the whole of a store: what opening it looks at, SQLite's own check of every page and index, and that every
 * event is as it was written and is found by its id, its revision and its position, all of which have no gap. It reads
 * beside the process that writes, changes nothing, and may be left at any step. O(history · log history): some 10 s of
 * one core for a million events.
 *
 * Gives what is wrong, each in one sentence; nothing when all is sound: then every event that was acknowledged is there.
 */
export function* checkWhole(path: string): Generator<CheckProgress, readonly string[]> {
  const problems: string[] = [];
  let found = 0;
  const say = (problem: string): void => {
    if (++found <= named) problems.push(problem);
  };
  try {
    const file = openFile(path, true);
    try {
      yield { doing: `Checking the pages of ${path}`, part: 0 };
      checkPages(file.db, say);
      yield* checkEvents(file.db, path, say);
      checkCounts(file.db, say);
    } finally {
      file.close(false);
    }
  } catch (error) {
    say(unusable(path, error).message);
  }
  if (found > named) problems.push(`and ${found - named} more problems`);
  return problems;
}

function checkPages(db: DatabaseSync, say: (problem: string) => void): void {
  for (const row of db.prepare('PRAGMA integrity_check').all())
    if (row['integrity_check'] !== 'ok') say(`the file is damaged: ${String(row['integrity_check'])}`);
}

function* checkEvents(db: DatabaseSync, path: string, say: (problem: string) => void): Generator<CheckProgress, void> {
  const statement = db.prepare(
    `SELECT e.position, e.stream, e.revision, e.category, e.type, e.recorded_at AS recordedAt, e.body, e.checksum,
       (SELECT position FROM places WHERE stream = s.number AND key = +e.revision) AS byRevision,
       (SELECT position FROM places WHERE stream = s.number AND key = +e.revision - 1) AS before,
       (SELECT position FROM places
         WHERE stream = s.number AND key = CASE WHEN json_valid(e.body) THEN unhex(e.body ->> 'id', '-') END) AS byId
     FROM events e LEFT JOIN streams s ON s.name = e.stream
     WHERE e.position > ? AND e.position <= ? ORDER BY e.position`,
  );
  const [{ head }] = db.prepare('SELECT max(position) AS head FROM events').all() as unknown as [{ head: number }];
  for (let after = 0; after < head; after += step) {
    const last = Math.min(after + step, head);
    try {
      let next = after + 1;
      for (const row of statement.all(after, last) as unknown as Row[]) {
        if (row.position > next) say(missing(next, row.position - 1));
        next = row.position + 1;
        const wrong = wrongWith(row);
        if (wrong !== undefined) say(`event ${row.position} ${wrong}`);
      }
      if (next <= last) say(missing(next, last));
    } catch (error) {
      say(`not all of the events ${after + 1} to ${last} can be read: ${String(error)}`);
    }
    yield { doing: `Checking the events of ${path}`, part: last / head };
  }
}

const missing = (from: number, to: number): string =>
  from === to ? `event ${from} is not there` : `the events ${from} to ${to} are not there`;

interface Row {
  readonly position: number;
  readonly stream: string;
  readonly revision: number;
  readonly category: string;
  readonly type: string;
  readonly recordedAt: string;
  readonly body: string;
  readonly checksum: number;
  readonly byRevision: number | null;
  readonly before: number | null;
  readonly byId: number | null;
}

/**
 * What is wrong with an event. Where it is right for all, no stream has a gap: each revision leads to one event, and each
 * but the first has one before it.
 */
function wrongWith(row: Row): string | undefined {
  const { position, stream, revision, recordedAt, body } = row;
  if (checksumOf(position, stream, revision, recordedAt, body) !== row.checksum) return 'is not as it was written';
  const { type } = JSON.parse(body) as { type?: unknown };
  if (row.type !== type || !stream.startsWith(`${row.category}-`)) return 'is filed under another type or category';
  if (row.byRevision !== position) return `is not found as revision ${revision} of ${stream}`;
  if (row.byId !== position) return 'is not found by its id';
  if (revision !== 0 && !(row.before !== null && row.before < position))
    return `has no revision ${revision - 1} of ${stream} before it`;
  return undefined;
}

/** Nothing leads to an event that is not there. One statement: a writer beside goes on. */
function checkCounts(db: DatabaseSync, say: (problem: string) => void): void {
  const [{ events, places, empty }] = db
    .prepare(
      `SELECT (SELECT count(*) FROM events) AS events, (SELECT count(*) FROM places) AS places,
         (SELECT count(*) FROM streams s WHERE NOT EXISTS (SELECT 1 FROM places WHERE stream = s.number AND key = 0)) AS empty`,
    )
    .all() as unknown as [{ events: number; places: number; empty: number }];
  if (places !== 2 * events) say(`${events} events are filed in ${places} places, not in ${2 * events}`);
  if (empty > 0) say(`${empty} streams have no event`);
}
