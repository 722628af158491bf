import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { StoredEvent } from '#kernel/envelope';
import type { Filter } from '../event-store.ts';
import { checksumOf } from './schema.ts';

/** Events in order and how far the reading came; `position` passes over what the filter left out. */
export interface Page {
  readonly events: readonly StoredEvent[];
  readonly position: number;
}

type Row = [position: number, stream: string, revision: number, recordedAt: string, body: string];
type SummedRow = [...Row, checksum: number];

/** At most so many positions are looked at in one go for a filter, so that no reading holds up the process for long. */
const window = 10_000;

const columns = 'e.position, e.stream, e.revision, e.recorded_at, e.body, e.checksum';
const inRange = `SELECT ${columns} FROM events e WHERE e.position > ? AND e.position <= ?`;
/** The places are taken in order, from two trees that are merged; only then are their events read. */
const inStream = (places: string): string =>
  `SELECT ${columns} FROM (SELECT key, position FROM places WHERE stream = ? AND ${places} LIMIT ?) p
   CROSS JOIN events e ON e.position = p.position`;

/**
 * What can be asked of the file. Each question costs the rows it gives, and a search in a tree; a filter costs a look at
 * each row it passes. What is damaged is never given out: an event is as it was written, and has none missing before it.
 */
export class Reading {
  readonly #head: StatementSync;
  readonly #all: StatementSync;
  readonly #ofCategories: StatementSync;
  readonly #ofTypes: StatementSync;
  readonly #numberOf: StatementSync;
  readonly #forwards: StatementSync;
  readonly #backwards: StatementSync;
  readonly #byId: StatementSync;
  readonly #atPosition: StatementSync;

  constructor(db: DatabaseSync) {
    const rows = (sql: string): StatementSync => db.prepare(sql, { returnArrays: true });
    this.#head = rows('SELECT max(position) FROM events');
    this.#all = rows(`${inRange} ORDER BY e.position LIMIT ?`);
    this.#ofCategories = rows(
      `${inRange} AND e.category IN (SELECT value FROM json_each(?)) ORDER BY e.position LIMIT ?`,
    );
    this.#ofTypes = rows(`${inRange} AND e.type IN (SELECT value FROM json_each(?)) ORDER BY e.position LIMIT ?`);
    // revisions are the integers among the keys: they sort before every blob
    this.#numberOf = rows('SELECT number FROM streams WHERE name = ?');
    this.#forwards = rows(inStream(`key >= ? AND key < x'' ORDER BY key`));
    this.#backwards = rows(inStream('key <= ? ORDER BY key DESC'));
    this.#byId = rows(inStream(`key = unhex(?, '-')`));
    this.#atPosition = rows(`SELECT ${columns} FROM events e WHERE e.position = ?`);
  }

  head(): number {
    const [head] = this.#head.get() as unknown as [number | null];
    return head ?? 0;
  }

  /** At most `limit` events after `after`, none beyond `head`. */
  page(after: number, head: number, limit: number, filter: Filter | undefined): Page {
    const upTo = filter === undefined ? head : Math.min(head, after + window);
    const events = this.#inRange(after, upTo, limit, filter).map(soundEvent);
    if (filter === undefined) {
      const missing =
        events.length < Math.min(limit, upTo - after) ||
        events.some(({ position }, index) => position !== after + 1 + index);
      if (missing) throw damaged('an event is not there');
    }
    const last = events.length === limit ? events.at(-1)?.position : undefined;
    return { events, position: last ?? Math.max(after, upTo) };
  }

  stream(stream: string, from: number, backwards: boolean, limit: number): StoredEvent[] {
    const number = this.#number(stream);
    if (number === undefined) return [];
    const statement = backwards ? this.#backwards : this.#forwards;
    const events = (statement.all(number, from, limit) as unknown as SummedRow[]).map(soundEvent);
    events.sort((a, b) => (backwards ? b.revision - a.revision : a.revision - b.revision));
    const first = backwards ? (events[0]?.revision ?? 0) : from;
    for (const [index, event] of events.entries())
      if (event.stream !== stream || event.revision !== first + (backwards ? -index : index))
        throw damaged(`${stream} has a gap`);
    return events;
  }

  find(stream: string, id: string): StoredEvent | undefined {
    const number = this.#number(stream);
    if (number === undefined) return undefined;
    const row = this.#byId.get(number, id, 1) as unknown as SummedRow | undefined;
    const event = row && soundEvent(row);
    return event?.id === id ? event : undefined;
  }

  at(position: number): StoredEvent | undefined {
    const row = this.#atPosition.get(position) as unknown as SummedRow | undefined;
    return row && soundEvent(row);
  }

  #number(stream: string): number | undefined {
    return (this.#numberOf.get(stream) as unknown as [number] | undefined)?.[0];
  }

  #inRange(after: number, upTo: number, limit: number, filter: Filter | undefined): SummedRow[] {
    if (filter === undefined) return this.#all.all(after, upTo, limit) as unknown as SummedRow[];
    const [statement, wanted] =
      'types' in filter ? [this.#ofTypes, filter.types] : [this.#ofCategories, filter.categories];
    return statement.all(after, upTo, JSON.stringify(wanted), limit) as unknown as SummedRow[];
  }
}

/** Where, is for the operator who asks for it, not for every reader of the log (domain 3.4). */
const damaged = (what: string): Error =>
  new Error(`it is damaged: ${what}. Look at the whole of it (samverk fsck) and restore it from a backup`);

/** @throws when the row is not as it was written */
function soundEvent([position, stream, revision, recordedAt, body, checksum]: SummedRow): StoredEvent {
  if (checksumOf(position, stream, revision, recordedAt, body) !== checksum)
    throw damaged('an event is not as it was written');
  return storedEvent([position, stream, revision, recordedAt, body]);
}

/** The body is the event as it was written; the columns are what the store gave it. */
export function storedEvent([position, stream, revision, recordedAt, body]: Row): StoredEvent {
  const event = JSON.parse(body) as { -readonly [Name in keyof StoredEvent]: StoredEvent[Name] };
  event.stream = stream;
  event.revision = revision;
  event.position = position;
  event.recordedAt = recordedAt;
  return event;
}
