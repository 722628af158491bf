import type { DatabaseSync } from 'node:sqlite';
import { type Kysely, sql } from 'kysely';
import type { View } from '#kernel/view';
import { indexedColumns, layoutOf } from '../columns.ts';
import type { Tables } from '../queries.ts';
import { historyName } from '../read-store.ts';

type Compilable = { compile(): { readonly sql: string } };

/** Makes, empties and drops tables. Called inside a transaction. */
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
        .modifyEnd(sql`strict, without rowid`),
      schema
        .createTable('_parked')
        .addColumn('view', 'text', (column) => column.notNull())
        .addColumn('key', 'text', (column) => column.notNull())
        .addColumn('position', 'integer', (column) => column.notNull())
        .addColumn('error', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('_parked_key', ['view', 'key', 'position'])
        .modifyEnd(sql`strict, without rowid`),
      schema
        .createTable('_release')
        .addColumn('key', 'text', (column) => column.notNull())
        .addColumn('position', 'integer', (column) => column.notNull())
        .addPrimaryKeyConstraint('_release_key', ['key', 'position'])
        .modifyEnd(sql`strict, without rowid`),
      schema
        .createTable('_history')
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
        .createTable('_object')
        .addColumn('number', 'integer', (column) => column.primaryKey())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('hash', 'integer', (column) => column.notNull())
        .modifyEnd(sql`strict`),
      schema.createIndex('_object.hash').on('_object').column('hash'),
      schema
        .createTable('_history_object')
        .addColumn('object', 'integer', (column) => column.notNull())
        .addColumn('position', 'integer', (column) => column.notNull())
        .addPrimaryKeyConstraint('_history_object_key', ['object', 'position'])
        .modifyEnd(sql`strict, without rowid`),
    );
  }

  dropAll(): void {
    const all = this.#db
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'sqlite_*'")
      .all();
    for (const { name } of all) this.#run(this.#kysely.schema.dropTable(String(name)));
  }

  /** Exactly these views, each in its layout; what is of another is emptied. */
  prepare(views: readonly View[], historyVersion: number): void {
    const found = new Map<string, string>();
    for (const { name, layout } of this.#db.prepare('SELECT name, layout FROM _checkpoint').all())
      found.set(String(name), String(layout));
    const declared = new Set([historyName, ...views.map(({ name }) => name)]);
    for (const name of found.keys()) if (!declared.has(name)) this.#drop(name);
    for (const view of views) if (found.get(view.name) !== layoutOf(view)) this.#make(view);
    if (found.get(historyName) !== String(historyVersion)) this.#emptyHistory(String(historyVersion));
  }

  empty(views: readonly View[], names: readonly string[]): void {
    for (const name of names) {
      const view = views.find((one) => one.name === name);
      if (view) this.#make(view);
      else if (name === historyName) this.#emptyHistory();
      else throw new TypeError(`there is no view ${name}`);
    }
  }

  /**
   * The indexes that only readers need. A table that is built anew has none until it is built: one sort then costs a
   * fraction of keeping them up to date row by row.
   */
  index(views: readonly View[]): void {
    const index = (name: string) => this.#kysely.schema.createIndex(name).ifNotExists();
    this.#run(
      index('_history.hash').on('_history').column('hash'),
      index('_history.type').on('_history').column('type'),
      ...views.flatMap((view) =>
        indexedColumns(view).map(({ name }) => index(`${view.name}.${name}`).on(view.name).columns([name, '_key'])),
      ),
    );
  }

  /** Lets the planner see how many rows share a value, wherever that has changed much: else it sorts what an index orders. */
  measure(): void {
    this.#db.exec('PRAGMA analysis_limit = 1000; PRAGMA optimize = 0x10002');
  }

  #make(view: View): void {
    this.#drop(view.name);
    const { schema } = this.#kysely;
    const columns = indexedColumns(view);
    let table = schema
      .createTable(view.name)
      .addColumn('_key', 'text', (column) => column.primaryKey().notNull())
      .addColumn('_body', 'text', (column) => column.notNull())
      .addColumn('_release', 'text')
      .addColumn('_at', 'integer', (column) => column.notNull())
      .addColumn('_parties', 'text', (column) => column.notNull())
      .addColumn('_columns', 'text', (column) => column.notNull());
    for (const { name, type } of columns) table = table.addColumn(name, type, (column) => column.notNull());
    this.#run(table.modifyEnd(sql`strict`));
    this.#db.prepare('INSERT INTO _checkpoint VALUES (?, ?, 0, NULL)').run(view.name, layoutOf(view));
  }

  #drop(name: string): void {
    this.#run(this.#kysely.schema.dropTable(name).ifExists());
    this.#forget(name);
  }

  #emptyHistory(layout?: string): void {
    const kept = this.#db.prepare('SELECT layout FROM _checkpoint WHERE name = ?').get(historyName)?.['layout'];
    this.#db.exec('DROP INDEX IF EXISTS "_history.hash"; DROP INDEX IF EXISTS "_history.type"');
    this.#db.exec('DELETE FROM _history; DELETE FROM _history_object; DELETE FROM _object; DELETE FROM _release');
    this.#forget(historyName);
    this.#db.prepare('INSERT INTO _checkpoint VALUES (?, ?, 0, NULL)').run(historyName, layout ?? String(kept));
  }

  #forget(name: string): void {
    this.#db.prepare('DELETE FROM _parked WHERE view = ?').run(name);
    this.#db.prepare('DELETE FROM _checkpoint WHERE name = ?').run(name);
  }

  #run(...statements: readonly Compilable[]): void {
    for (const statement of statements) this.#db.exec(statement.compile().sql);
  }
}
