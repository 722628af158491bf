import type { View } from '#kernel/view';
import type { Checkpoint, Commit, Parked, Projected, StoredRow } from '../read-store.ts';
import type { Connection } from './connection.ts';
import { type RowText, storedRow } from '../row-text.ts';
import { next, type Side } from './tables.ts';
import { SqliteWriting } from './writing.ts';

/** The views of one side: those that are read, or their successors. */
export class SqliteProjected implements Projected {
  readonly #connection: Connection;
  readonly #side: Side;
  #views: ReadonlyMap<string, View> = new Map();
  #writing: SqliteWriting | undefined;

  constructor(connection: Connection, side: Side) {
    this.#connection = connection;
    this.#side = side;
  }

  /** These are the views from now on; tables may have come and gone. */
  declare(views: ReadonlyMap<string, View>): void {
    this.#views = views;
    this.#writing = undefined;
  }

  async checkpoints(): Promise<ReadonlyMap<string, Checkpoint>> {
    type Row = [name: string, position: number, event: string | null, count: number, sum: number, epoch: number];
    const rows = this.#connection.all<Row>(
      'SELECT name, position, event, heard, sum, epoch FROM _checkpoint ORDER BY name',
    );
    return new Map(
      this.#own(rows, ([name]) => name).map(([name, [, position, event, count, sum, epoch]]) => [
        name,
        { position, event, heard: { count, sum }, epoch },
      ]),
    );
  }

  async load(view: string, keys: readonly string[]): Promise<StoredRow[]> {
    if (!this.#views.has(view)) throw new TypeError(`there is no view ${view}`);
    const statement = this.#connection.prepared(
      `SELECT _key, _body, _release, _at, _parties, _columns FROM "${this.#side}${view}" WHERE _key = ?`,
    );
    const rows: StoredRow[] = [];
    for (const key of keys) {
      const row = statement.get(key) as unknown as RowText | undefined;
      if (row) rows.push(storedRow(row));
    }
    return rows;
  }

  async commit(commit: Commit): Promise<void> {
    const writing = (this.#writing ??= new SqliteWriting(this.#connection.db, this.#side));
    try {
      this.#connection.transaction(() => writing.write(commit, this.#views));
    } catch (error) {
      writing.undone();
      throw error;
    }
  }

  async parked(): Promise<Parked[]> {
    const rows = this.#connection.all<[view: string, key: string, position: number, error: string]>(
      'SELECT view, key, position, error FROM _parked ORDER BY position, view, key',
    );
    return this.#own(rows, ([view]) => view).map(([view, [, key, position, error]]) => ({
      view,
      key,
      position,
      error,
    }));
  }

  /** What is of this side, each with its name without what the side puts before it. */
  #own<T>(rows: readonly T[], nameOf: (row: T) => string): [string, T][] {
    const side = this.#side;
    const own = rows.filter((row) => nameOf(row).startsWith(next) === (side === next));
    return own.map((row) => [nameOf(row).slice(side.length), row]);
  }
}
