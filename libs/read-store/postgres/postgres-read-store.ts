import { setTimeout as delay } from 'node:timers/promises';
import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler, sql } from 'kysely';
import type { View } from '#kernel/view';
import type { Connection } from '#postgres/connection';
import { Database, durable, type Fence } from '#postgres/database';
import type { Layout } from '#postgres/layout';
import { indexedColumns } from '../columns.ts';
import type { Question } from '../compiled.ts';
import { Queries, type Tables } from '../queries.ts';
import {
  type Checkpoint,
  type Commit,
  type HistoryWanted,
  historyName,
  NotBuilt,
  type Parked,
  type Projected,
  type ReadStore,
  ReadStoreUnusable,
  type RowsWanted,
  type StoredRow,
} from '../read-store.ts';
import { type RowText, storedRow } from '../row-text.ts';
import { channel, PostgresProjected, structure } from './projected.ts';
import * as tables from './tables.ts';

const layout: Layout = { schema: 'samverk_views', version: 1, derived: true, create: tables.create };

export interface PostgresReadStoreOptions {
  readonly url: string;
  /**
   * `keep`, unless told: the one that writes what is read; it alone makes or changes tables that are not as this program
   * has them. `beside`: short writes beside that one. `read`: reading alone; what is not there yet, or was made by another
   * version of the program, is NotBuilt until whoever keeps the views has made it.
   */
  readonly access?: 'keep' | 'beside' | 'read';
  /** Where several may keep the views: whose turn it is. Whatever writes finds that out in its own transaction. */
  readonly turn?: Fence;
}

export interface PostgresReadStore extends ReadStore {
  /** Yields at once, and after commits of any process that changed what is read: see `Database.listen`. */
  changed(signal: AbortSignal): AsyncIterable<void>;
}

/**
 * The read store in a schema of a PostgreSQL, kept by one process at a time and read by any number. Readers wait for no
 * writer; when a view is swapped in they wait for a moment.
 * @throws ReadStoreUnusable when there is no such database, or its tables are not such as this program understands
 */
export async function openPostgresReadStore(options: PostgresReadStoreOptions): Promise<PostgresReadStore> {
  const { url, access = 'keep' } = options;
  const database = await Database.open({
    url,
    layout,
    access: ({ keep: 'make', beside: 'find', read: 'read' } as const)[access],
    connections: 10,
    hasty: true,
    unusable: ReadStoreUnusable,
  });
  return new Store(database, options);
}

/** Whoever reads holds up a change of the tables no longer than this, in milliseconds: else it would hold up other readers. */
const longestLock = 2_000;
const tries = 30;

class Store implements PostgresReadStore {
  readonly next: Projected;
  readonly #database: Database;
  readonly #access: 'keep' | 'beside' | 'read';
  readonly #fence: Fence | undefined;
  readonly #sides: readonly [read: PostgresProjected, next: PostgresProjected];
  readonly #queries: Queries;
  #views: ReadonlyMap<string, View> = new Map();
  #rules: tables.Rules = {};
  /** What is there in today's layout, as far as is known; asked by those that do not keep the views. */
  #readable: ReadonlySet<string> = new Set();

  constructor(database: Database, { access = 'keep', turn }: PostgresReadStoreOptions) {
    this.#database = database;
    this.#access = access;
    this.#fence = turn;
    this.#sides = [new PostgresProjected(database, turn, ''), new PostgresProjected(database, turn, tables.next)];
    this.next = this.#sides[1];
    this.#queries = new Queries(compilerOnly(), {
      contains: (text, part) => sql`strpos(${text}, ${part}) > 0`,
      head: (text) => sql`left(${text}, ${sql.lit(tables.headLength)})`,
    });
  }

  async prepare(views: readonly View[], rules: tables.Rules = {}): Promise<void> {
    this.#views = new Map(views.map((view) => [view.name, view]));
    this.#rules = rules;
    if (this.#views.size !== views.length) throw new TypeError('two views have one name');
    for (const view of views) indexedColumns(view);
    for (const side of this.#sides) side.declare(this.#views);
    if (this.#access === 'keep')
      await this.#changing((connection) => tables.prepare(connection, this.#views, this.#rules));
    if (this.#access === 'read') await this.checkpoints();
    if (this.#access !== 'beside') return;
    const unlike = await this.#database.transaction((connection) => tables.unlike(connection, this.#views, rules));
    if (unlike.length > 0)
      throw new ReadStoreUnusable(
        `READ_STORE holds ${unlike.join(', ')} as another version of the program made it: start the system of this version, which builds it anew`,
      );
  }

  async begin(names: readonly string[]): Promise<void> {
    await this.#changing((connection) => tables.begin(connection, this.#views, names, this.#rules));
  }

  async index(names: readonly string[]): Promise<void> {
    for (const name of names)
      await this.#database.transaction(
        (connection) => tables.index(connection, name, this.#views.get(name)),
        this.#fence,
      );
  }

  async swap(names: readonly string[]): Promise<boolean> {
    return this.#changing((connection) => tables.swap(connection, names));
  }

  async forget(names: readonly string[]): Promise<void> {
    const stored = names.flatMap((name) => [name, `${tables.next}${name}`]);
    await this.#changing((connection) => tables.drop(connection, stored));
  }

  async checkpoints(): Promise<ReadonlyMap<string, Checkpoint>> {
    const stored = await this.#sides[0].marked().catch(noTable);
    if (this.#access !== 'read') return new Map(stored.map(({ name, checkpoint }) => [name, checkpoint]));
    const found = new Map<string, Checkpoint>();
    for (const { name, checkpoint, mark } of stored)
      if (await this.#isReadable(name, mark)) found.set(name, checkpoint);
    this.#readable = new Set(found.keys());
    return found;
  }

  load(view: string, keys: readonly string[]): Promise<StoredRow[]> {
    return this.#sides[0].load(view, keys);
  }

  commit(commit: Commit): Promise<void> {
    return this.#sides[0].commit(commit);
  }

  parked(): Promise<Parked[]> {
    return this.#sides[0].parked().catch(noTable);
  }

  async rows(view: string, wanted: RowsWanted): Promise<StoredRow[]> {
    return (await this.#ask<RowText>(view, this.#queries.rows(this.#view(view), wanted))).map(storedRow);
  }

  async history(wanted: HistoryWanted): Promise<number[]> {
    return (await this.#ask<[number]>(historyName, this.#queries.history(wanted))).map(([position]) => position);
  }

  async releasedAt(keys: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return new Map(
      keys.length > 0 ? await this.#ask<[string, number]>(historyName, this.#queries.releasedAt(keys)) : [],
    );
  }

  changed(signal: AbortSignal): AsyncIterable<void> {
    return this.#database.listen(channel, signal);
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  async #isReadable(name: string, mark: number): Promise<boolean> {
    if (mark === tables.markUnder(name, this.#views, this.#rules)) return true;
    if (name !== historyName) return false;
    return this.#database.transaction(async (connection) => {
      return !(await tables.indexesOtherwise(connection, '', this.#rules));
    });
  }

  /**
   * Makes, swaps or drops tables, alone. It stays, also when the server fails: whoever keeps the views does not build what
   * it has built before. What was known of tables is asked anew afterwards.
   */
  async #changing<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    for (let left = tries; ; left--) {
      try {
        return await this.#database.transaction(async (connection) => {
          await connection.all('SELECT pg_advisory_xact_lock($1)', structure);
          await connection.define(`${durable}; SET LOCAL lock_timeout TO ${longestLock}; NOTIFY ${channel}`);
          return work(connection);
        }, this.#fence);
      } catch (error) {
        if (left === 0 || !isHeldUp(error)) throw error;
        await delay(longestLock / 10);
      } finally {
        for (const side of this.#sides) side.declare(this.#views);
      }
    }
  }

  #view(name: string): View {
    const view = this.#views.get(name);
    if (!view) throw new TypeError(`there is no view ${name}`);
    return view;
  }

  async #ask<T extends readonly unknown[]>(name: string, { sql, parameters }: Question): Promise<T[]> {
    if (this.#access === 'read' && !this.#readable.has(name) && !(await this.checkpoints()).has(name))
      throw new NotBuilt(`${name} is being built`);
    try {
      return await this.#database.all<T>(sql, ...parameters);
    } catch (error) {
      throw codeOf(error) === noSuchTable ? new NotBuilt(`${name} is being built`, { cause: error }) : error;
    }
  }
}

const noSuchTable = '42P01';

/** A lock that was not had in time, or two that waited for each other. */
const isHeldUp = (error: unknown): boolean => ['55P03', '40P01'].includes(codeOf(error));

const codeOf = (error: unknown): string => (error as { readonly code?: string }).code ?? '';

/** Nothing is there where nobody has made anything yet. */
function noTable(error: unknown): never[] {
  if (codeOf(error) === noSuchTable) return [];
  throw error;
}

/** Kysely writes the SQL here; the database's own few connections run it, with statements that stay prepared. */
const compilerOnly = (): Kysely<Tables> =>
  new Kysely<Tables>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  });
