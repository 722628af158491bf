import { DummyDriver, Kysely, sql, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import type { View } from '#kernel/view';
import { indexedColumns } from '../columns.ts';
import type { Question } from '../compiled.ts';
import { Queries, type Tables } from '../queries.ts';
import {
  type Checkpoint,
  type Commit,
  type HistoryWanted,
  type Parked,
  type Projected,
  type ReadStore,
  ReadStoreUnusable,
  type RowsWanted,
  type StoredRow,
} from '../read-store.ts';
import { Connection } from './connection.ts';
import { type Access, openFile, sign } from './open-file.ts';
import { SqliteProjected } from './projected.ts';
import { type RowText, storedRow } from '../row-text.ts';
import { next, SqliteTables } from './tables.ts';

export interface SqliteReadStoreOptions {
  /** The file. Beside it stand `-wal` and `-shm` while it is open. */
  readonly path: string;
  /** What it is opened for; `keep` unless told. */
  readonly access?: Access;
  /** How long to wait for another process that writes, in milliseconds; 5,000 unless told. It holds up this process. */
  readonly busyMs?: number;
}

/**
 * The read store in one SQLite file. One thread of one process keeps it; others may read, and write a little beside it.
 * @throws ReadStoreUnusable when the file is not a read store that this program understands
 */
export async function openSqliteReadStore(options: SqliteReadStoreOptions): Promise<ReadStore> {
  return new SqliteReadStore(options);
}

/** After so many commits the planner looks again at how large tables have become. */
const measuredEvery = 5_000;

class SqliteReadStore implements ReadStore {
  readonly next: Projected;
  readonly #path: string;
  readonly #access: Access;
  readonly #connection: Connection;
  readonly #sides: readonly [read: SqliteProjected, next: SqliteProjected];
  readonly #tables: SqliteTables;
  readonly #queries: Queries;
  #views: ReadonlyMap<string, View> = new Map();
  #rules: Readonly<Record<string, string>> = {};
  #unmeasured = 0;

  constructor({ path, access = 'keep', busyMs = 5_000 }: SqliteReadStoreOptions) {
    const { db, found } = openFile(path, access, busyMs);
    this.#path = path;
    this.#access = access;
    this.#connection = new Connection(db);
    this.#sides = [new SqliteProjected(this.#connection, ''), new SqliteProjected(this.#connection, next)];
    this.next = this.#sides[1];
    const kysely = compilerOnly();
    this.#tables = new SqliteTables(db, kysely);
    this.#queries = new Queries(kysely, { contains: (text, part) => sql`instr(${text}, ${part}) > 0` });
    if (found !== 'ours')
      this.#connection.transaction(() => {
        this.#tables.dropAll();
        this.#tables.create();
        sign(db);
      });
  }

  async prepare(views: readonly View[], rules: Readonly<Record<string, string>> = {}): Promise<void> {
    this.#views = new Map(views.map((view) => [view.name, view]));
    this.#rules = rules;
    if (this.#views.size !== views.length) throw new TypeError('two views have one name');
    for (const view of views) indexedColumns(view);
    for (const side of this.#sides) side.declare(this.#views);
    if (this.#access === 'keep') this.#connection.transaction(() => this.#tables.prepare(views, rules));
    if (this.#access !== 'beside') return;
    const unlike = this.#tables.unlike(views, rules);
    if (unlike.length > 0)
      throw new ReadStoreUnusable(
        `${this.#path} holds ${unlike.join(', ')} as another version of the program made it: start the system of this version, which builds it anew`,
      );
  }

  async begin(names: readonly string[]): Promise<void> {
    this.#changing(() => this.#tables.begin(this.#views, names, this.#rules));
  }

  async index(names: readonly string[]): Promise<void> {
    for (const name of names) this.#changing(() => this.#tables.index(this.#views.get(name)));
  }

  async swap(names: readonly string[]): Promise<boolean> {
    const swapped = this.#changing(() => this.#tables.swap(names));
    if (swapped) this.#tables.measure();
    return swapped;
  }

  async forget(names: readonly string[]): Promise<void> {
    this.#changing(() => this.#tables.forget(names));
  }

  checkpoints(): Promise<ReadonlyMap<string, Checkpoint>> {
    return this.#sides[0].checkpoints();
  }

  load(view: string, keys: readonly string[]): Promise<StoredRow[]> {
    return this.#sides[0].load(view, keys);
  }

  async commit(commit: Commit): Promise<void> {
    await this.#sides[0].commit(commit);
    this.#unmeasured = (this.#unmeasured + 1) % measuredEvery;
    if (this.#unmeasured === 0) this.#tables.measure();
  }

  parked(): Promise<Parked[]> {
    return this.#sides[0].parked();
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

  async close(): Promise<void> {
    this.#connection.close();
  }

  /** What was known of tables is asked anew afterwards. */
  #changing<T>(work: () => T): T {
    const done = this.#connection.transaction(work);
    for (const side of this.#sides) side.declare(this.#views);
    return done;
  }

  #view(name: string): View {
    const view = this.#views.get(name);
    if (!view) throw new TypeError(`there is no view ${name}`);
    return view;
  }

  #ask<T>({ sql, parameters }: Question): T[] {
    return this.#connection.all<T>(sql, ...parameters);
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
