import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { View } from '#kernel/view';
import { type IndexedColumn, indexedColumns, indexedValue } from '../columns.ts';
import { type ChangedRow, CheckpointMoved, type Commit, type HistoryEntry } from '../read-store.ts';
import { shortHash } from '../short-hash.ts';
import { encodedColumns } from './row-text.ts';

/** So many numbers of objects are kept at hand. */
const numbersKept = 50_000;

interface ViewStatements {
  readonly put: StatementSync;
  /** A row that is there, without its indexed columns: SQLite would write every index anew that a statement names. */
  readonly update: StatementSync;
  readonly drop: StatementSync;
  readonly indexed: readonly IndexedColumn[];
}

/** Writes what a batch of events does, with statements prepared once. Called inside a transaction. */
export class SqliteWriting {
  readonly #views: ReadonlyMap<string, ViewStatements>;
  readonly #numbers = new Map<string, number>();
  readonly #history: StatementSync;
  readonly #findObject: StatementSync;
  readonly #addObject: StatementSync;
  readonly #historyObject: StatementSync;
  readonly #release: StatementSync;
  readonly #park: StatementSync;
  readonly #free: StatementSync;
  readonly #checkpoint: StatementSync;

  constructor(db: DatabaseSync, views: readonly View[]) {
    this.#views = new Map(views.map((view) => [view.name, statementsOf(db, view)]));
    this.#history = db.prepare('INSERT INTO _history VALUES (?, ?, ?, ?, ?, ?, ?)');
    this.#findObject = db.prepare('SELECT number FROM _object WHERE hash = ? AND name = ?');
    this.#addObject = db.prepare('INSERT INTO _object (hash, name) VALUES (?, ?)');
    this.#historyObject = db.prepare('INSERT INTO _history_object VALUES (?, ?)');
    this.#release = db.prepare('INSERT OR IGNORE INTO _release VALUES (?, ?)');
    this.#park = db.prepare('INSERT INTO _parked VALUES (?, ?, ?, ?)');
    this.#free = db.prepare('DELETE FROM _parked WHERE view = ? AND key = ? AND position = ?');
    this.#checkpoint = db.prepare('UPDATE _checkpoint SET position = ?, event = ? WHERE name = ? AND position = ?');
  }

  write({ views, history, releases, parked, freed, checkpoints }: Commit): void {
    for (const { name, from, to } of checkpoints) {
      const { changes } = this.#checkpoint.run(to.position, to.event, name, from);
      if (changes !== 1) throw new CheckpointMoved(name, from);
    }
    for (const { view, key, position } of freed) {
      const { changes } = this.#free.run(view, key, position);
      if (changes !== 1) throw new CheckpointMoved(`the parked event of ${view} ${key}`, position);
    }
    for (const { view, rows, gone } of views) this.#writeView(view, rows, gone);
    this.#writeHistory(history);
    for (const { key, position } of releases) this.#release.run(key, position);
    for (const { view, key, position, error } of parked) this.#park.run(view, key, position, error);
  }

  /** Numbers given in a transaction that was undone are none. */
  undone(): void {
    this.#numbers.clear();
  }

  #writeView(view: string, rows: readonly ChangedRow[], gone: readonly string[]): void {
    const statements = this.#views.get(view);
    if (!statements) throw new TypeError(`there is no view ${view}`);
    const { put, update, drop, indexed } = statements;
    for (const row of rows) {
      const { key, body, guard, moved } = row;
      const texts = [JSON.stringify(body), guard.release, guard.at, guard.parties, encodedColumns(row), key];
      if (!moved && update.run(...texts).changes === 1) continue;
      put.run(...texts, ...indexed.map((column) => indexedValue(column, body[column.name])));
    }
    for (const key of gone) drop.run(key);
  }

  #writeHistory(history: readonly HistoryEntry[]): void {
    const pairs: [number, number][] = [];
    for (const { id, position, type, class: of, guard, objects } of history) {
      this.#history.run(position, type, of, guard.release, guard.parties, id, shortHash(id));
      for (const object of objects) pairs.push([this.#numberOf(object), position]);
    }
    pairs.sort(([a, at], [b, bt]) => a - b || at - bt); // neighbours in the tree after each other: half the time
    for (const [object, position] of pairs) this.#historyObject.run(object, position);
  }

  #numberOf(object: string): number {
    const known = this.#numbers.get(object);
    if (known !== undefined) return known;
    const hash = shortHash(object);
    const found = this.#findObject.get(hash, object)?.['number'] ?? this.#addObject.run(hash, object).lastInsertRowid;
    if (this.#numbers.size >= numbersKept) this.#numbers.clear();
    this.#numbers.set(object, Number(found));
    return Number(found);
  }
}

function statementsOf(db: DatabaseSync, view: View): ViewStatements {
  const indexed = indexedColumns(view);
  const table = `"${view.name}"`;
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
