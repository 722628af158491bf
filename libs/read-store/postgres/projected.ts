import type { View } from '#kernel/view';
import { answered, type Connection } from '#postgres/connection';
import type { Database, Fence } from '#postgres/database';
import type { Checkpoint, Commit, Parked, Projected, StoredRow } from '../read-store.ts';
import { type RowText, storedRow } from '../row-text.ts';
import { next, quoted, type Side } from './tables.ts';
import { PostgresWriting } from './writing.ts';

/** Held by whoever commits, all together, and by whoever makes, swaps or drops tables, alone. */
export const structure = 0x53_6d_76_02;

/** Told, when a transaction is committed that changed what is read, to all that listen there. */
export const channel = 'samverk_views';

type Row = [
  name: string,
  position: number,
  event: string | null,
  count: number,
  sum: number,
  epoch: number,
  mark: number,
];

/** The views of one side: those that are read, or their successors. */
export class PostgresProjected implements Projected {
  readonly #database: Database;
  readonly #fence: Fence | undefined;
  readonly #side: Side;
  readonly #writing: PostgresWriting;
  #views: ReadonlyMap<string, View> = new Map();

  constructor(database: Database, fence: Fence | undefined, side: Side) {
    this.#database = database;
    this.#fence = fence;
    this.#side = side;
    this.#writing = new PostgresWriting(side);
  }

  /** These are the views from now on; tables may have come and gone. */
  declare(views: ReadonlyMap<string, View>): void {
    this.#views = views;
    this.#writing.undone();
  }

  async checkpoints(): Promise<ReadonlyMap<string, Checkpoint>> {
    return new Map((await this.marked()).map(({ name, checkpoint }) => [name, checkpoint]));
  }

  /** Each checkpoint with the mark of the layout that it is of. */
  async marked(): Promise<{ readonly name: string; readonly checkpoint: Checkpoint; readonly mark: number }[]> {
    const rows = await this.#database.all<Row>(
      'SELECT name, position, event, heard, sum, epoch, mark FROM _checkpoint ORDER BY name',
    );
    return this.#own(rows, ([name]) => name).map(([name, [, position, event, count, sum, epoch, mark]]) => ({
      name,
      checkpoint: { position, event, heard: { count, sum }, epoch },
      mark,
    }));
  }

  async load(view: string, keys: readonly string[]): Promise<StoredRow[]> {
    if (!this.#views.has(view)) throw new TypeError(`there is no view ${view}`);
    const rows = await this.#database.all<RowText>(
      `SELECT _key, _body, _release, _at, _parties, _columns FROM ${quoted(this.#side, view)} WHERE _key = ANY($1::text[])`,
      keys,
    );
    return rows.map(storedRow);
  }

  async commit(commit: Commit): Promise<void> {
    try {
      await this.#database.transaction((connection) => this.#write(connection, commit), this.#fence);
    } catch (error) {
      this.#writing.undone();
      throw error;
    }
  }

  async parked(): Promise<Parked[]> {
    const rows = await this.#database.all<[view: string, key: string, position: number, error: string]>(
      'SELECT view, key, position, error FROM _parked ORDER BY position, view, key',
    );
    return this.#own(rows, ([view]) => view).map(([view, [, key, position, error]]) => ({
      view,
      key,
      position,
      error,
    }));
  }

  async #write(connection: Connection, commit: Commit): Promise<void> {
    await answered([
      connection.all('SELECT pg_advisory_xact_lock_shared($1)', structure),
      this.#writing.write(connection, commit, this.#views),
      ...(this.#side === next ? [] : [connection.define(`NOTIFY ${channel}`)]),
    ]);
  }

  /** What is of this side, each with its name without what the side puts before it. */
  #own<T>(rows: readonly T[], nameOf: (row: T) => string): [string, T][] {
    const side = this.#side;
    const own = rows.filter((row) => nameOf(row).startsWith(next) === (side === next));
    return own.map((row) => [nameOf(row).slice(side.length), row]);
  }
}
