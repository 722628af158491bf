import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Parameter } from '../compiled.ts';
import { NotBuilt } from '../read-store.ts';

/** So many statements are kept prepared. */
const statementsKept = 1_000;

/** A file that is open, with statements that stay prepared. */
export class Connection {
  readonly db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(db: DatabaseSync) {
    this.db = db;
  }

  /** Rows as lists. @throws NotBuilt when a table is not there */
  all<T>(sql: string, ...parameters: Parameter[]): T[] {
    try {
      return this.prepared(sql).all(...parameters) as unknown as T[];
    } catch (error) {
      const [, table] = /^no such table: (\w+)/.exec((error as Error).message) ?? [];
      throw table === undefined ? error : new NotBuilt(`${table} is being built`, { cause: error });
    }
  }

  /** Gives rows as lists. */
  prepared(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.db.prepare(sql, { returnArrays: true });
      if (this.#statements.size >= statementsKept) this.#statements.clear();
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  transaction<T>(work: () => T): T {
    this.db.exec('BEGIN IMMEDIATE');
    try {
      const done = work();
      this.db.exec('COMMIT');
      return done;
    } catch (error) {
      if (this.db.isTransaction) this.db.exec('ROLLBACK');
      throw error;
    }
  }

  close(): void {
    this.#statements.clear();
    if (this.db.isOpen) this.db.close();
  }
}
