import type { DatabaseSync } from 'node:sqlite';
import { type Kysely, sql } from 'kysely';
import type { View } from '#kernel/view';
import { indexedColumns, layoutOf } from '../columns.ts';
import type { Tables } from '../queries.ts';
import { historyName } from '../read-store.ts';

type Compilable = { compile(): { readonly sql: string } };

/** What the tables, checkpoints and parked events of a view begin with: of those that are read, and of their successors. */
export type Side = '' | '_next_';
export const next: Side = '_next_';

type Stored = readonly [position: number, epoch: number];

/** Makes, swaps and drops tables. Called inside a transaction. */
export class SqliteTables {
  readonly #db: DatabaseSync;
  readonly #kysely: Kysely<Tables>;

  constructor(db: DatabaseSync, kysely: Kysely<Tables>) {
    this.#db = db;
    this.#kysely = kysely;
  }

  /** The store's own tables, in a file that has none. */
  create(): void {
    const { schema } = this.#kysely;
    this.#run(
      schema
        .createTable('_checkpoint')
        .addColumn('name', 'text', (column) => column.primaryKey())
        .addColumn('layout', 'text', (column) => column.notNull())
        .addColumn('position', 'integer', (column) => column.notNull())
        .addColumn('event', 'text')
        .addColumn('heard', 'integer', (column) => column.notNull())
        .addColumn('sum', 'integer', (column) => column.notNull())
        .addColumn('epoch', 'integer', (column) => column.notNull())
        .modifyEnd(sql`strict, without rowid`),
      schema
        .createTable('_parked')
        .addColumn('view', 'text', (column) => column.notNull())
        .addColumn('key', 'text', (column) => column.notNull())
        .addColumn('position', 'integer', (column) => column.notNull())
        .addColumn('error', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('_parked_key', ['view', 'key', 'position'])
        .modifyEnd(sql`strict, without rowid`),
    );
  }

  dropAll(): void {
    const all = this.#db
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'sqlite_*'")
      .all();
    for (const { name } of all) this.#run(this.#kysely.schema.dropTable(String(name)));
  }

  /** The views of which something is there in another layout than today's, or that are declared no more. */
  unlike(views: readonly View[], rules: Readonly<Record<string, string>>): string[] {
    const layouts = new Map(views.map((view) => [view.name, layoutOf(view)]));
    const unlike = (stored: string, layout: string) => {
      const side: Side = stored.startsWith(next) ? next : '';
      const name = stored.slice(side.length);
      return name === historyName ? this.#indexesOtherwise(side, layout, rules) : layouts.get(name) !== layout;
    };
    return this.#db
      .prepare('SELECT name, layout FROM _checkpoint')
      .all()
      .flatMap(({ name, layout }) => (unlike(String(name), String(layout)) ? [String(name)] : []));
  }

  /** Exactly these views, each in its layout: what is of another goes. */
  prepare(views: readonly View[], rules: Readonly<Record<string, string>>): void {
    for (const stored of this.unlike(views, rules)) this.#drop(stored);
    this.#db
      .prepare('UPDATE _checkpoint SET layout = ? WHERE name IN (?, ?)')
      .run(JSON.stringify(rules), historyName, `${next}${historyName}`);
  }

  begin(views: ReadonlyMap<string, View>, names: readonly string[], rules: Readonly<Record<string, string>>): void {
    for (const name of names) {
      if (this.#stored(`${next}${name}`)) continue;
      const view = views.get(name);
      if (view) this.#makeView(view);
      else if (name === historyName) this.#makeHistory();
      else throw new TypeError(`there is no view ${name}`);
      const layout = view ? layoutOf(view) : JSON.stringify(rules);
      this.#db.prepare('INSERT INTO _checkpoint VALUES (?, ?, 0, NULL, 0, 0, 0)').run(`${next}${name}`, layout);
    }
  }

  index(view: View | undefined): void {
    if (view)
      for (const { name } of indexedColumns(view)) this.#index(`${view.name}.${name}`, view.name, [name, '_key']);
    else for (const column of ['hash', 'type']) this.#index(`_history.${column}`, '_history', [column]);
  }

  swap(names: readonly string[]): boolean {
    const pairs = names.map((name) => {
      const successor = this.#stored(`${next}${name}`);
      if (!successor) throw new TypeError(`${name} was not begun`);
      return { name, successor, read: this.#stored(name) };
    });
    if (pairs.some(({ successor, read }) => read && read[0] > successor[0])) return false;
    for (const { name, read } of pairs) {
      this.#drop(name);
      for (const table of tablesOf(name)) this.#run(this.#kysely.schema.alterTable(`${next}${table}`).renameTo(table));
      this.#db.prepare('UPDATE _parked SET view = ? WHERE view = ?').run(name, `${next}${name}`);
      this.#db
        .prepare('UPDATE _checkpoint SET name = ?, epoch = ? WHERE name = ?')
        .run(name, (read?.[1] ?? 0) + 1, `${next}${name}`);
    }
    return true;
  }

  forget(names: readonly string[]): void {
    for (const name of names) {
      this.#drop(name);
      this.#drop(`${next}${name}`);
    }
  }

  /** Lets the planner see how many rows share a value, wherever that has changed much: else it sorts what an index orders. */
  measure(): void {
    this.#db.exec('PRAGMA analysis_limit = 1000; PRAGMA optimize = 0x10002');
  }

  #stored(name: string): Stored | undefined {
    const statement = this.#db.prepare('SELECT position, epoch FROM _checkpoint WHERE name = ?', {
      returnArrays: true,
    });
    return statement.get(name) as unknown as Stored | undefined;
  }

  /** Whether it holds an event of a type that today is indexed otherwise. */
  #indexesOtherwise(side: Side, layout: string, rules: Readonly<Record<string, string>>): boolean {
    const before = JSON.parse(layout) as Readonly<Record<string, string>>;
    const changed = Object.keys({ ...before, ...rules }).filter((type) => before[type] !== rules[type]);
    const found = `SELECT 1 FROM "${side}_history" WHERE type IN (SELECT value FROM json_each(?)) LIMIT 1`;
    return changed.length > 0 && this.#db.prepare(found).get(JSON.stringify(changed)) !== undefined;
  }

  #makeView(view: View): void {
    const { schema } = this.#kysely;
    let table = schema
      .createTable(`${next}${view.name}`)
      .addColumn('_key', 'text', (column) => column.primaryKey().notNull())
      .addColumn('_body', 'text', (column) => column.notNull())
      .addColumn('_release', 'text')
      .addColumn('_at', 'integer', (column) => column.notNull())
      .addColumn('_parties', 'text', (column) => column.notNull())
      .addColumn('_columns', 'text', (column) => column.notNull());
    for (const { name, type } of indexedColumns(view))
      table = table.addColumn(name, type, (column) => column.notNull());
    this.#run(table.modifyEnd(sql`strict`));
  }

  #makeHistory(): void {
    const { schema } = this.#kysely;
    this.#run(
      schema
        .createTable(`${next}_release`)
        .addColumn('key', 'text', (column) => column.notNull())
        .addColumn('position', 'integer', (column) => column.notNull())
        .addPrimaryKeyConstraint('_release_key', ['key', 'position'])
        .modifyEnd(sql`strict, without rowid`),
      schema
        .createTable(`${next}_history`)
        .addColumn('position', 'integer', (column) => column.primaryKey())
        .addColumn('type', 'text', (column) => column.notNull())
        .addColumn('class', 'text', (column) => column.notNull())
        .addColumn('release', 'text')
        .addColumn('parties', 'text', (column) => column.notNull())
        .addColumn('id', 'text', (column) => column.notNull())
        .addColumn('hash', 'integer', (column) => column.notNull())
        .modifyEnd(sql`strict`),
      // objects are numbered as they appear: the index of their events is small, and what is new stands together in it
      schema
        .createTable(`${next}_object`)
        .addColumn('number', 'integer', (column) => column.primaryKey())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('hash', 'integer', (column) => column.notNull())
        .modifyEnd(sql`strict`),
      schema
        .createTable(`${next}_history_object`)
        .addColumn('object', 'integer', (column) => column.notNull())
        .addColumn('position', 'integer', (column) => column.notNull())
        .addPrimaryKeyConstraint('_history_object_key', ['object', 'position'])
        .modifyEnd(sql`strict, without rowid`),
    );
    this.#index('_object.hash', '_object', ['hash']);
  }

  /** On a table in `next`. An index keeps its name when its table is swapped in: two names take turns. */
  #index(name: string, table: string, columns: readonly string[]): void {
    const on = this.#db.prepare("SELECT tbl_name FROM sqlite_schema WHERE type = 'index' AND name = ?");
    const there = [name, `${name}.2`].map((one) => [one, on.get(one)?.['tbl_name']] as const);
    if (there.some(([, its]) => its === `${next}${table}`)) return;
    const [free = name] = there.find(([, its]) => its === undefined) ?? [];
    this.#run(
      this.#kysely.schema
        .createIndex(free)
        .on(`${next}${table}`)
        .columns([...columns]),
    );
  }

  /** A view, or its successor. */
  #drop(stored: string): void {
    const side: Side = stored.startsWith(next) ? next : '';
    for (const table of tablesOf(stored.slice(side.length)))
      this.#run(this.#kysely.schema.dropTable(`${side}${table}`).ifExists());
    this.#db.prepare('DELETE FROM _parked WHERE view = ?').run(stored);
    this.#db.prepare('DELETE FROM _checkpoint WHERE name = ?').run(stored);
  }

  #run(...statements: readonly Compilable[]): void {
    for (const statement of statements) this.#db.exec(statement.compile().sql);
  }
}

const tablesOf = (name: string): readonly string[] =>
  name === historyName ? ['_history', '_object', '_history_object', '_release'] : [name];
