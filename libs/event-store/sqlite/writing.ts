import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { categoryOf } from '#kernel/envelope';
import type { Instant } from '#kernel/time';
import { IdsContradict, WrongRevision } from '../event-store.ts';
import type { Appended, Expected } from '../event-store.ts';
import { checksumOf } from './schema.ts';

/** One append as it was asked for. */
export interface Wanted {
  readonly stream: string;
  readonly expected: Expected;
  readonly events: readonly { readonly id: string; readonly type: string; readonly body: string }[];
}

/** What is appended, as the table has it. */
export interface Written {
  readonly id: string;
  readonly position: number;
  readonly stream: string;
  readonly revision: number;
  readonly category: string;
  readonly type: string;
  readonly recordedAt: Instant;
  readonly body: string;
}

/** What came of one append: done, there already, or refused without a trace. */
export type Outcome = Appended | WrongRevision | IdsContradict;

/** So many entries gather before they are moved: more makes appends cheaper and the pause of the move longer. */
const maxNewPlaces = 2_000;

/** Decides on appends and writes them: each costs a few searches in trees, however long the history. */
export class Writing {
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #rollback: StatementSync;
  readonly #numberOf: StatementSync;
  readonly #lastRevision: StatementSync;
  readonly #place: StatementSync;
  readonly #revisionAt: StatementSync;
  readonly #addStream: StatementSync;
  readonly #addEvent: StatementSync;
  readonly #addPlaces: StatementSync;
  readonly #movePlaces: StatementSync;
  readonly #clearPlaces: StatementSync;
  readonly #db: DatabaseSync;
  #newPlaces: number;

  constructor(db: DatabaseSync) {
    const row = (sql: string): StatementSync => db.prepare(sql, { returnArrays: true });
    this.#db = db;
    this.#begin = row('BEGIN IMMEDIATE');
    this.#commit = row('COMMIT');
    this.#rollback = row('ROLLBACK');
    this.#numberOf = row('SELECT number FROM streams WHERE name = ?');
    this.#lastRevision = row(`SELECT key FROM places WHERE stream = ? AND key < x'' ORDER BY key DESC LIMIT 1`);
    this.#place = row(`SELECT position FROM places WHERE stream = ? AND key = unhex(?, '-')`);
    this.#revisionAt = row('SELECT revision FROM events WHERE position = ?');
    this.#addStream = row('INSERT INTO streams (name) VALUES (?)');
    this.#addEvent = row('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
    this.#addPlaces = row(`INSERT INTO new_places VALUES (?1, CAST(?2 AS INTEGER), ?4), (?1, unhex(?3, '-'), ?4)`);
    this.#movePlaces = row('INSERT INTO old_places SELECT * FROM new_places ORDER BY stream, key');
    this.#clearPlaces = row('DELETE FROM new_places');
    this.#newPlaces = one(row('SELECT count(*) FROM new_places')) ?? 0;
  }

  /**
   * One transaction for a group of appends, decided one after the other; those that are refused leave no trace. Returns
   * when all is durable. If it throws, nothing of the group is stored.
   */
  write(group: readonly Wanted[], head: number, recordedAt: Instant): { outcomes: Outcome[]; written: Written[] } {
    const written: Written[] = [];
    this.#begin.run();
    try {
      const outcomes = group.map((wanted) => this.#append(wanted, head, recordedAt, written));
      const newPlaces = this.#newPlaces + 2 * written.length;
      const full = newPlaces > maxNewPlaces;
      if (full) {
        this.#movePlaces.run();
        this.#clearPlaces.run();
      }
      this.#commit.run();
      this.#newPlaces = full ? 0 : newPlaces;
      return { outcomes, written };
    } catch (error) {
      if (this.#db.isTransaction) this.#rollback.run(); // SQLite itself has done so after some errors
      throw error;
    }
  }

  #append(wanted: Wanted, head: number, recordedAt: Instant, written: Written[]): Outcome {
    const { stream, events, expected } = wanted;
    const known = one(this.#numberOf, stream);
    const last = known === undefined ? undefined : one(this.#lastRevision, known);
    const before = known === undefined ? undefined : this.#before(known, wanted);
    if (before !== undefined) return before;
    const actual = last ?? 'none';
    if (expected !== 'any' && expected !== actual) return new WrongRevision(stream, expected, actual);

    const number = known ?? Number(this.#addStream.run(stream).lastInsertRowid);
    const category = categoryOf(stream);
    let revision = last ?? -1;
    for (const { id, type, body } of events) {
      const position = head + written.length + 1;
      revision += 1;
      const checksum = checksumOf(position, stream, revision, recordedAt, body);
      this.#addEvent.run(position, stream, revision, category, type, recordedAt, body, checksum);
      this.#addPlaces.run(number, revision, id, position);
      written.push({ id, position, stream, revision, category, type, recordedAt, body });
    }
    return { revision, position: head + written.length, repeated: false };
  }

  /** The answer to an append of which at least one id is in the stream. */
  #before(number: number, { stream, events }: Wanted): Outcome | undefined {
    const places = events.map(({ id }) => one(this.#place, number, id));
    if (places.every((place) => place === undefined)) return undefined;
    let position = 0;
    for (const place of places) {
      if (place === undefined)
        return new IdsContradict(`of the ids of an append to ${stream} some are there and some are not`);
      if (place <= position) return new IdsContradict(`the ids of an append are in ${stream} in another order`);
      position = place;
    }
    return { revision: one(this.#revisionAt, position) ?? 0, position, repeated: true };
  }
}

/** The one number a statement gives, if it gives one. */
function one(statement: StatementSync, ...values: (string | number)[]): number | undefined {
  const row = statement.get(...values) as unknown as [number] | undefined;
  return row?.[0];
}
