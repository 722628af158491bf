import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { DummyDriver, Kysely, sql, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import type { View } from '#kernel/view';
import type { Parameter, Question } from '../compiled.ts';
import { Queries, type Tables } from '../queries.ts';
import type { Checkpoint, Commit, HistoryWanted, Parked, ReadStore, RowsWanted, StoredRow } from '../read-store.ts';
import { openFile, sign } from './open-file.ts';
import { type RowText, storedRow } from './row-text.ts';
import { SqliteTables } from './tables.ts';
import { SqliteWriting } from './writing.ts';

export interface SqliteReadStoreOptions {
  /** The file. Beside it stand `-wal` and `-shm` while it is open. */
  readonly path: string;
  /** How long to wait for another process that writes, in milliseconds; 5,000 unless told. It holds up this process. */
  readonly busyMs?: number;
}

/**
 * The read store in one SQLite file. One process writes; others may read.
 * @throws ReadStoreUnusable when the file is not a read store that this program understands
 */
export async function openSqliteReadStore(options: SqliteReadStoreOptions): Promise<ReadStore> {
  return new SqliteReadStore(options);
}

/** So many statements are kept prepared. */
const statementsKept = 1_000;
/** After so many commits the planner looks again at how large tables have become. */
const measuredEvery = 5_000;

class SqliteReadStore implements ReadStore {
  readonly #db: DatabaseSync;
  readonly #tables: SqliteTables;
  readonly #queries: Queries;
  readonly #statements = new Map<string, StatementSync>();
  #views: ReadonlyMap<string, View> = new Map();
  #writing: SqliteWriting;
  #indexed = false;
  #unmeasured = 0;

  constructor({ path, busyMs = 5_000 }: SqliteReadStoreOptions) {
    const { db, found } = openFile(path, busyMs);
    this.#db = db;
    const kysely = compilerOnly();
    this.#tables = new SqliteTables(db, kysely);
    this.#queries = new Queries(kysely, (text, part) => sql`instr(${text}, ${part}) > 0`);
    if (found !== 'ours')
      this.#transaction(() => {
        this.#tables.dropAll();
        this.#tables.create();
        sign(db);
      });
    this.#writing = new SqliteWriting(db, []);
  }

  async prepare(views: readonly View[], historyVersion = 1): Promise<void> {
    this.#views = new Map(views.map((view) => [view.name, view]));
    if (this.#views.size !== views.length) throw new TypeError('two views have one name');
    this.#statements.clear();
    this.#indexed = false;
    this.#transaction(() => this.#tables.prepare(views, historyVersion));
    this.#writing = new SqliteWriting(this.#db, views);
  }

  async checkpoints(): Promise<ReadonlyMap<string, Checkpoint>> {
    const rows = this.#all<[string, number, string | null]>(
      'SELECT name, position, event FROM _checkpoint ORDER BY name',
    );
    return new Map(rows.map(([name, position, event]) => [name, { position, event }]));
  }

  async empty(names: readonly string[]): Promise<void> {
    this.#indexed = false;
    this.#transaction(() => this.#tables.empty([...this.#views.values()], names));
    this.#writing = new SqliteWriting(this.#db, [...this.#views.values()]);
  }

  async load(view: string, keys: readonly string[]): Promise<StoredRow[]> {
    const statement = this.#prepared(
      `SELECT _key, _body, _release, _at, _parties, _columns FROM "${this.#view(view).name}" WHERE _key = ?`,
    );
    const rows: StoredRow[] = [];
    for (const key of keys) {
      const row = statement.get(key) as unknown as RowText | undefined;
      if (row) rows.push(storedRow(row));
    }
    return rows;
  }

  async commit(commit: Commit): Promise<void> {
    try {
      this.#transaction(() => this.#writing.write(commit));
    } catch (error) {
      this.#writing.undone();
      throw error;
    }
  }

  async caughtUp(): Promise<void> {
    if (!this.#indexed) this.#transaction(() => this.#tables.index([...this.#views.values()]));
    if (!this.#indexed || ++this.#unmeasured >= measuredEvery) {
      this.#tables.measure();
      this.#unmeasured = 0;
    }
    this.#indexed = true;
  }

  async rows(view: string, wanted: RowsWanted): Promise<StoredRow[]> {
    return this.#ask<RowText>(this.#queries.rows(this.#view(view), wanted)).map(storedRow);
  }

  async history(wanted: HistoryWanted): Promise<number[]> {
    return this.#ask<[number]>(this.#queries.history(wanted)).map(([position]) => position);
  }

  async releasedAt(keys: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return new Map(keys.length > 0 ? this.#ask<[string, number]>(this.#queries.releasedAt(keys)) : []);
  }

  async parked(): Promise<Parked[]> {
    const rows = this.#all<[string, string, number, string]>(
      'SELECT view, key, position, error FROM _parked ORDER BY position, view, key',
    );
    return rows.map(([view, key, position, error]) => ({ view, key, position, error }));
  }

  async close(): Promise<void> {
    this.#statements.clear();
    if (this.#db.isOpen) this.#db.close();
  }

  #view(name: string): View {
    const view = this.#views.get(name);
    if (!view) throw new TypeError(`there is no view ${name}`);
    return view;
  }

  #ask<T>({ sql, parameters }: Question): T[] {
    return this.#all<T>(sql, ...parameters);
  }

  #all<T>(sql: string, ...parameters: Parameter[]): T[] {
    return this.#prepared(sql).all(...parameters) as unknown as T[];
  }

  #prepared(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#db.prepare(sql, { returnArrays: true });
      if (this.#statements.size >= statementsKept) this.#statements.clear();
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #transaction(work: () => void): void {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      work();
      this.#db.exec('COMMIT');
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }
}

/** Kysely writes the SQL here; node:sqlite runs it, at once and in place, with statements that stay prepared. */
const compilerOnly = (): Kysely<Tables> =>
  new Kysely<Tables>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  });
