import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { View } from '#kernel/view';
import { type IndexedColumn, indexedColumns, indexedValue, shortHash } from '../columns.ts';
import { type ChangedRow, CheckpointMoved, type Commit, type HistoryEntry, type Release } from '../read-store.ts';
import { encodedColumns } from '../row-text.ts';
import type { Side } from './tables.ts';

/** So many numbers of objects are kept at hand. */
const numbersKept = 50_000;

interface ViewStatements {
  readonly put: StatementSync;
  /** A row that is there, without its indexed columns: SQLite would write every index anew that a statement names. */
  readonly update: StatementSync;
  readonly drop: StatementSync;
  readonly indexed: readonly IndexedColumn[];
}

interface HistoryStatements {
  readonly add: StatementSync;
  readonly findObject: StatementSync;
  readonly addObject: StatementSync;
  readonly object: StatementSync;
  readonly release: StatementSync;
}

/**
 * Writes what a batch of events does to one side, with statements prepared when they are first needed: its tables come
 * and go. Called inside a transaction.
 */
export class SqliteWriting {
  readonly #db: DatabaseSync;
  readonly #side: Side;
  readonly #views = new Map<string, ViewStatements>();
  readonly #numbers = new Map<string, number>();
  #history: HistoryStatements | undefined;
  readonly #park: StatementSync;
  readonly #free: StatementSync;
  readonly #rise: StatementSync;
  readonly #checkpoint: StatementSync;

  constructor(db: DatabaseSync, side: Side) {
    this.#db = db;
    this.#side = side;
    this.#park = db.prepare('INSERT INTO _parked VALUES (?, ?, ?, ?)');
    this.#free = db.prepare('DELETE FROM _parked WHERE view = ? AND key = ? AND position = ?');
    this.#rise = db.prepare('UPDATE _checkpoint SET epoch = epoch + 1 WHERE name = ?');
    this.#checkpoint = db.prepare(
      'UPDATE _checkpoint SET position = ?, event = ?, heard = ?, sum = ? WHERE name = ? AND position = ? AND epoch = ?',
    );
  }

  write({ views, history, releases, parked, freed, checkpoints }: Commit, declared: ReadonlyMap<string, View>): void {
    const side = this.#side;
    for (const { name, from, to } of checkpoints) {
      const { count, sum } = to.heard;
      const where = [`${side}${name}`, from.position, from.epoch] as const;
      const { changes } = this.#checkpoint.run(to.position, to.event, count, sum, ...where);
      if (changes !== 1) throw new CheckpointMoved(name, from.position);
    }
    for (const { view, key, position } of freed) {
      const { changes } = this.#free.run(`${side}${view}`, key, position);
      if (changes !== 1) throw new CheckpointMoved(`the parked event of ${view} ${key}`, position);
    }
    for (const view of new Set(freed.map((one) => one.view))) this.#rise.run(`${side}${view}`);
    for (const { view, rows, gone } of views) this.#writeView(this.#statementsOf(declared.get(view), view), rows, gone);
    if (history.length + releases.length > 0) this.#writeHistory(history, releases);
    for (const { view, key, position, error } of parked) this.#park.run(`${side}${view}`, key, position, error);
  }

  /** Numbers given in a transaction that was undone are none, nor those of tables that went. */
  undone(): void {
    this.#numbers.clear();
  }

  #statementsOf(view: View | undefined, name: string): ViewStatements {
    if (!view) throw new TypeError(`there is no view ${name}`);
    const known = this.#views.get(name) ?? statementsOf(this.#db, this.#side, view);
    this.#views.set(name, known);
    return known;
  }

  #writeView(
    { put, update, drop, indexed }: ViewStatements,
    rows: readonly ChangedRow[],
    gone: readonly string[],
  ): void {
    for (const row of rows) {
      const { key, body, guard, moved } = row;
      const texts = [JSON.stringify(body), guard.release, guard.at, guard.parties, encodedColumns(row), key];
      if (!moved && update.run(...texts).changes === 1) continue;
      put.run(...texts, ...indexed.map((column) => indexedValue(column, body[column.name])));
    }
    for (const key of gone) drop.run(key);
  }

  #writeHistory(history: readonly HistoryEntry[], releases: readonly Release[]): void {
    const statements = (this.#history ??= historyStatements(this.#db, this.#side));
    const pairs: [number, number][] = [];
    for (const { id, position, type, class: of, guard, objects } of history) {
      statements.add.run(position, type, of, guard.release, guard.parties, id, shortHash(id));
      for (const object of objects) pairs.push([this.#numberOf(statements, object), position]);
    }
    pairs.sort(([a, at], [b, bt]) => a - b || at - bt); // neighbours in the tree after each other: half the time
    for (const [object, position] of pairs) statements.object.run(object, position);
    for (const { key, position } of releases) statements.release.run(key, position);
  }

  #numberOf({ findObject, addObject }: HistoryStatements, object: string): number {
    const known = this.#numbers.get(object);
    if (known !== undefined) return known;
    const hash = shortHash(object);
    const found = findObject.get(hash, object)?.['number'] ?? addObject.run(hash, object).lastInsertRowid;
    if (this.#numbers.size >= numbersKept) this.#numbers.clear();
    this.#numbers.set(object, Number(found));
    return Number(found);
  }
}

const historyStatements = (db: DatabaseSync, side: Side): HistoryStatements => ({
  add: db.prepare(`INSERT INTO ${side}_history VALUES (?, ?, ?, ?, ?, ?, ?)`),
  findObject: db.prepare(`SELECT number FROM ${side}_object WHERE hash = ? AND name = ?`),
  addObject: db.prepare(`INSERT INTO ${side}_object (hash, name) VALUES (?, ?)`),
  object: db.prepare(`INSERT INTO ${side}_history_object VALUES (?, ?)`),
  release: db.prepare(`INSERT OR IGNORE INTO ${side}_release VALUES (?, ?)`),
});

function statementsOf(db: DatabaseSync, side: Side, view: View): ViewStatements {
  const indexed = indexedColumns(view);
  const table = `"${side}${view.name}"`;
  const texts = ['_body', '_release', '_at', '_parties', '_columns'];
  const columns = [...texts, '_key', ...indexed.map(({ name }) => name)].map((name) => `"${name}"`);
  const values = columns.map(() => '?').join(', ');
  const sets = columns.map((name) => `${name} = excluded.${name}`).filter((set) => !set.startsWith('"_key"'));
  return {
    put: db.prepare(
      `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${values}) ON CONFLICT (_key) DO UPDATE SET ${sets.join(', ')}`,
    ),
    update: db.prepare(`UPDATE ${table} SET ${texts.map((name) => `${name} = ?`).join(', ')} WHERE _key = ?`),
    drop: db.prepare(`DELETE FROM ${table} WHERE _key = ?`),
    indexed,
  };
}
