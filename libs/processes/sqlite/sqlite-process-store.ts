import { DatabaseSync } from 'node:sqlite';
import type { Instant } from '#kernel/time';
import {
  type Checkpoint,
  type Finding,
  type FindingsWanted,
  type ParkedCause,
  type PendingTimer,
  type ProcessCommit,
  ProcessesMoved,
  type ProcessStore,
  ProcessStoreUnusable,
} from '../process-store.ts';

/** Marks the file as ours ("SmvP"), and the form of its tables. */
const applicationId = 0x536d7650;
const tablesVersion = 1;

const tables = `
  CREATE TABLE checkpoint (position INTEGER NOT NULL, event TEXT, layout TEXT NOT NULL) STRICT;
  INSERT INTO checkpoint VALUES (0, NULL, '');
  CREATE TABLE timer (
    process TEXT NOT NULL, trigger TEXT NOT NULL, due TEXT NOT NULL, position INTEGER NOT NULL,
    PRIMARY KEY (process, trigger)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX timer_due ON timer (due, trigger, process);
  CREATE TABLE parked (
    number INTEGER PRIMARY KEY, process TEXT NOT NULL, object TEXT NOT NULL, position INTEGER NOT NULL,
    trigger TEXT NOT NULL, error TEXT NOT NULL, UNIQUE (process, object, position, trigger)
  ) STRICT;
  CREATE TABLE finding (
    position INTEGER NOT NULL, rule TEXT NOT NULL, custodian TEXT NOT NULL, unseen TEXT NOT NULL,
    PRIMARY KEY (position, rule)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX finding_custodian ON finding (custodian, position, rule);
  PRAGMA application_id = ${applicationId};
  PRAGMA user_version = ${tablesVersion};
`;

const wayOut = 'It holds nothing but what the events give: once it is moved away, it is made anew at the next start.';

/**
 * The process store in one SQLite file of its own, so that nobody waits for the views' writing. It need not survive a
 * loss of power (`synchronous=NORMAL`: the last commits may be undone then, never torn).
 * @throws ProcessStoreUnusable when the file is something else, is damaged, or was made by a newer program
 */
export async function openSqliteProcessStore({ path }: { readonly path: string }): Promise<ProcessStore> {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path, { timeout: 5_000 });
    const isNew = recognised(db, path) === 'new';
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON');
    if (isNew) db.exec(`BEGIN IMMEDIATE; ${tables} COMMIT`);
    return new SqliteProcessStore(db);
  } catch (error) {
    db?.close();
    if (error instanceof ProcessStoreUnusable) throw error;
    throw new ProcessStoreUnusable(`${path} cannot be used for the processes (${String(error)}). ${wayOut}`, {
      cause: error,
    });
  }
}

/** What the file is before anything is changed in it. */
function recognised(db: DatabaseSync, path: string): 'ours' | 'new' {
  const pragma = (name: string) => Number(Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0]);
  const [id, version] = [pragma('application_id'), pragma('user_version')];
  const found = db.prepare('SELECT count(*) AS tables FROM sqlite_schema').get()?.['tables'];
  if (id === 0 && version === 0 && found === 0) return 'new';
  if (id !== applicationId) throw new ProcessStoreUnusable(`${path} is another program's database: give another path`);
  if (version !== tablesVersion)
    throw new ProcessStoreUnusable(
      `${path} was made by another version of the program (tables ${version}; this one knows ${tablesVersion}). ${wayOut}`,
    );
  return 'ours';
}

class SqliteProcessStore implements ProcessStore {
  readonly #db: DatabaseSync;
  readonly #statements;

  constructor(db: DatabaseSync) {
    const rows = (sql: string) => db.prepare(sql, { returnArrays: true });
    this.#db = db;
    this.#statements = {
      checkpoint: rows('SELECT position, event, layout FROM checkpoint'),
      move: rows('UPDATE checkpoint SET position = ?, event = ? WHERE position = ?'),
      due: rows(
        'SELECT process, trigger, due, position FROM timer WHERE due <= ? ORDER BY due, trigger, process LIMIT ?',
      ),
      next: rows('SELECT min(due) FROM timer'),
      pending: rows('SELECT process, count(*) FROM timer GROUP BY process'),
      parked: rows('SELECT process, object, position, trigger, error FROM parked ORDER BY number'),
      findings: rows(
        `SELECT position, rule, custodian, unseen FROM finding
         WHERE custodian IN (SELECT value FROM json_each(?)) AND (position, rule) > (?, ?) AND rule = coalesce(?, rule)
         ORDER BY position, rule LIMIT ?`,
      ),
      set: rows('INSERT OR IGNORE INTO timer VALUES (?, ?, ?, ?)'),
      done: rows('DELETE FROM timer WHERE process = ? AND trigger = ?'),
      park: rows('INSERT OR IGNORE INTO parked VALUES (NULL, ?, ?, ?, ?, ?)'),
      free: rows('DELETE FROM parked WHERE process = ? AND object = ? AND position = ? AND trigger = ?'),
      find: rows('INSERT OR IGNORE INTO finding VALUES (?, ?, ?, ?)'),
    };
  }

  async prepare(layout: string): Promise<void> {
    const [, , before] = this.#checkpoint();
    if (before === layout) return;
    await this.empty();
    this.#db.prepare('UPDATE checkpoint SET layout = ?').run(layout);
  }

  async empty(): Promise<void> {
    this.#transaction(() =>
      this.#db.exec(
        'DELETE FROM timer; DELETE FROM parked; DELETE FROM finding; UPDATE checkpoint SET position = 0, event = NULL',
      ),
    );
  }

  async checkpoint(): Promise<Checkpoint> {
    const [position, event] = this.#checkpoint();
    return { position, event };
  }

  async due(now: Instant, limit: number): Promise<PendingTimer[]> {
    const rows = this.#statements.due.all(now, limit) as unknown as [string, string, string, number][];
    return rows.map(([process, trigger, due, position]) => ({ process, trigger, due, position }));
  }

  async next(): Promise<Instant | undefined> {
    const [next] = this.#statements.next.get() as unknown as [Instant | null];
    return next ?? undefined;
  }

  async pending(): Promise<ReadonlyMap<string, number>> {
    return new Map(this.#statements.pending.all() as unknown as [string, number][]);
  }

  async parked(): Promise<ParkedCause[]> {
    const rows = this.#statements.parked.all() as unknown as [string, string, number, string, string][];
    return rows.map(([process, object, position, trigger, error]) => ({
      process,
      object,
      position,
      trigger: trigger === '' ? null : trigger,
      error,
    }));
  }

  async findings({ custodians, rule: only, after, limit }: FindingsWanted): Promise<Finding[]> {
    const { position, rule } = after ?? { position: 0, rule: '' };
    const asked = [JSON.stringify(custodians), position, rule, only ?? null, limit];
    const rows = this.#statements.findings.all(...asked) as unknown as [number, string, string, string][];
    return rows.map(([position, rule, custodian, unseen]) => ({
      position,
      rule,
      custodian,
      unseen: JSON.parse(unseen) as number[],
    }));
  }

  async commit({ from, to, set, done, parked, freed, found }: ProcessCommit): Promise<void> {
    this.#transaction(() => {
      const { move, set: put, done: drop, park, free, find } = this.#statements;
      if (move.run(to.position, to.event, from).changes !== 1) throw new ProcessesMoved(from);
      for (const { process, trigger, due, position } of set) put.run(process, trigger, due, position);
      for (const { process, trigger } of done) drop.run(process, trigger);
      for (const { process, object, position, trigger, error } of parked)
        park.run(process, object, position, trigger ?? '', error);
      for (const { process, object, position, trigger } of freed) free.run(process, object, position, trigger ?? '');
      for (const { position, rule, custodian, unseen } of found)
        find.run(position, rule, custodian, JSON.stringify(unseen));
    });
  }

  async close(): Promise<void> {
    if (this.#db.isOpen) this.#db.close();
  }

  #checkpoint(): [position: number, event: string | null, layout: string] {
    return this.#statements.checkpoint.get() as unknown as [number, string | null, string];
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
