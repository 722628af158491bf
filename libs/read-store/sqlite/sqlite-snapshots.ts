import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import { type Kept, Table } from '#kernel/table';
import { type NewSnapshot, type Snapshot, type Snapshots, SnapshotUnusable } from '../snapshots.ts';

/**
 * `_snapshot` numbers the streams that have any. `_snapshot_part` holds, by the revision at which it was so, the body of
 * a state (under no name and no key) and each entry of its tables. What holds at a revision is what was written last at
 * or before it. Checksums tell of damage within a part; that none is missing, the triggers see to: the parts of a stream
 * go only after the stream itself.
 */
const tables = [
  `CREATE TABLE _snapshot (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    stream TEXT NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    position INTEGER NOT NULL,
    event TEXT NOT NULL
  ) STRICT`,
  `CREATE TABLE _snapshot_part (
    snapshot INTEGER NOT NULL,
    name TEXT NOT NULL,
    key TEXT NOT NULL,
    revision INTEGER NOT NULL,
    place INTEGER NOT NULL,
    value TEXT NOT NULL,
    checksum INTEGER NOT NULL,
    PRIMARY KEY (snapshot, name, key, revision)
  ) STRICT, WITHOUT ROWID`,
  ...['DELETE', 'UPDATE'].map(
    (change) =>
      `CREATE TRIGGER _snapshot_part_${change.toLowerCase()} BEFORE ${change} ON _snapshot_part
        WHEN EXISTS (SELECT 1 FROM _snapshot WHERE number = OLD.snapshot)
        BEGIN SELECT RAISE(ABORT, 'a part goes after its snapshot: delete from _snapshot first'); END`,
  ),
];

/** Numbers that only parts have: found from one to the next, not by reading all parts. */
const forgotten = `
  WITH RECURSIVE used(number) AS (
    SELECT min(snapshot) FROM _snapshot_part
    UNION ALL
    SELECT (SELECT min(snapshot) FROM _snapshot_part WHERE snapshot > number) FROM used WHERE number NOTNULL
  )
  SELECT number FROM used WHERE number NOT IN (SELECT number FROM _snapshot)`;

/** The name of a part that is a body, and its key. */
const body = '';

type Part = [revision: number, place: number, value: string, checksum: number];

export interface SqliteSnapshotsOptions {
  /** The file of the read store, which is open already. */
  readonly path: string;
  /** How long to wait at the opening for another that writes, in milliseconds; 5,000 unless told. */
  readonly busyMs?: number;
}

/** Snapshots in the file of the read store, by a connection of their own: whoever writes views is neither waited for nor held up for long. */
export async function openSqliteSnapshots(options: SqliteSnapshotsOptions): Promise<Snapshots> {
  return new SqliteSnapshots(options);
}

class SqliteSnapshots implements Snapshots {
  readonly #db: DatabaseSync;
  readonly #stream: StatementSync;
  readonly #number: StatementSync;
  readonly #part: StatementSync;
  readonly #parts: StatementSync;
  readonly #addStream: StatementSync;
  readonly #moveStream: StatementSync;
  readonly #addPart: StatementSync;
  readonly #removeStream: StatementSync;
  readonly #last: StatementSync;

  constructor({ path, busyMs = 5_000 }: SqliteSnapshotsOptions) {
    const db = new DatabaseSync(path, { timeout: busyMs });
    this.#db = db;
    // checkpoints are left to whoever writes views
    db.exec(
      'PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -8192',
    );
    this.#prepareTables();
    db.exec('PRAGMA busy_timeout = 0');
    const rows = (sql: string) => db.prepare(sql, { returnArrays: true });
    this.#stream = rows('SELECT number, version FROM _snapshot WHERE stream = ?');
    this.#number = rows('SELECT number FROM _snapshot WHERE number = ?');
    this.#part = rows(
      'SELECT revision, place, value, checksum FROM _snapshot_part WHERE snapshot = ? AND name = ? AND key = ? AND revision <= ? ORDER BY revision DESC LIMIT 1',
    );
    // what stands beside max() is of the same row: https://sqlite.org/lang_select.html#bareagg
    this.#parts = rows(
      'SELECT key, max(revision), place, value, checksum FROM _snapshot_part WHERE snapshot = ? AND name = ? AND revision <= ? GROUP BY key ORDER BY place',
    );
    this.#addStream = rows('INSERT INTO _snapshot (stream, version, position, event) VALUES (?, ?, ?, ?)');
    this.#moveStream = rows('UPDATE _snapshot SET position = ?, event = ? WHERE number = ?');
    this.#addPart = rows('INSERT INTO _snapshot_part VALUES (?, ?, ?, ?, ?, ?, ?)');
    this.#removeStream = rows('DELETE FROM _snapshot WHERE stream = ?');
    this.#last = rows('SELECT position, event FROM _snapshot ORDER BY position DESC LIMIT 1');
  }

  async find(stream: string, version: number, atMost: number): Promise<Snapshot | undefined> {
    return this.#reading(stream, () => {
      const [number, stored] = this.#numberOf(stream) ?? [];
      if (number === undefined || stored !== version) return undefined;
      const found = this.#partOf(stream, number, body, body, atMost);
      if (!found) return undefined;
      const { revision, value } = found;
      const [event, names, state] = value as [string, string[], Record<string, unknown>];
      const tableOf = (name: string) =>
        [name, Table.over(this.#kept(stream, number, name, revision, state[name] as number))] as const;
      return { revision, event, body: state, tables: new Map(names.map(tableOf)) };
    });
  }

  async save(stream: string, snapshot: NewSnapshot): Promise<boolean> {
    try {
      this.#db.exec('BEGIN IMMEDIATE');
    } catch (error) {
      if (isBusy(error)) return false;
      throw error;
    }
    try {
      const saved = this.#write(stream, snapshot);
      this.#db.exec('COMMIT');
      return saved;
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  async forget(stream: string): Promise<void> {
    this.#removeStream.run(stream);
  }

  async last() {
    const last = this.#last.get() as unknown as [number, string] | undefined;
    return last && { position: last[0], event: last[1] };
  }

  async clear(): Promise<void> {
    this.#db.exec('BEGIN IMMEDIATE; DELETE FROM _snapshot; DELETE FROM _snapshot_part; COMMIT');
  }

  async close(): Promise<void> {
    if (this.#db.isOpen) this.#db.close();
  }

  /** Tables of another shape hold nothing that is needed. Parts whose stream was forgotten go here, when nobody waits. */
  #prepareTables(): void {
    const found = this.#db
      .prepare("SELECT sql FROM sqlite_schema WHERE tbl_name GLOB '_snapshot*' AND sql NOTNULL")
      .all();
    const same = found.length === tables.length && found.every(({ sql }) => tables.includes(String(sql)));
    this.#db.exec('BEGIN IMMEDIATE');
    if (same) this.#db.exec(`DELETE FROM _snapshot_part WHERE snapshot IN (${forgotten})`);
    else this.#db.exec(['DROP TABLE IF EXISTS _snapshot_part; DROP TABLE IF EXISTS _snapshot', ...tables].join(';\n'));
    this.#db.exec('COMMIT');
  }

  #write(stream: string, { version, revision, event, position, parts, since, changes }: NewSnapshot): boolean {
    const [stored, its] = this.#numberOf(stream) ?? [];
    const known = its === version ? stored : undefined;
    const tip = known === undefined ? -1 : (this.#row(known, body, body, Number.MAX_SAFE_INTEGER)?.[0] ?? -1);
    if (since > tip) throw new SnapshotUnusable(stream, 'is gone');
    if (revision <= tip) return true; // another fold of the same events came first
    if (known === undefined) this.#removeStream.run(stream);
    else this.#moveStream.run(position, event, known);
    const number = known ?? Number(this.#addStream.run(stream, version, position, event).lastInsertRowid);

    const add = (name: string, key: string, place: number, value: unknown) => {
      const part = [number, name, key, revision, place, JSON.stringify(value)] as const;
      this.#addPart.run(...part, checksumOf(...part));
    };
    for (const [name, changed] of changes)
      for (const { key, value, place } of changed) {
        const at = place ?? this.#row(number, name, key, revision)?.[1];
        if (at === undefined) throw new SnapshotUnusable(stream, `has no place for ${key} in ${name}`);
        add(name, key, at, value);
      }
    add(body, body, 0, [event, [...parts.tables.keys()], parts.body]);
    return true;
  }

  #kept(stream: string, number: number, name: string, revision: number, size: number): Kept<unknown> {
    return {
      size,
      get: (key) =>
        this.#reading(stream, () => {
          const found = this.#partOf(stream, number, name, key, revision);
          if (!found && !this.#number.get(number)) throw new SnapshotUnusable(stream, 'is gone');
          return found?.value;
        }),
      entries: () =>
        this.#reading(stream, () => {
          const all = this.#parts.all(number, name, revision) as unknown as [string, ...Part][];
          if (all.length !== size)
            throw new SnapshotUnusable(stream, `has ${all.length} of ${size} entries of ${name}`);
          return all.map(([key, ...part]) => [key, valueOf(stream, number, name, key, part)] as const);
        }),
    };
  }

  #partOf(stream: string, number: number, name: string, key: string, atMost: number) {
    const part = this.#row(number, name, key, atMost);
    return part && { revision: part[0], value: valueOf(stream, number, name, key, part) };
  }

  #row(number: number, name: string, key: string, atMost: number): Part | undefined {
    return this.#part.get(number, name, key, atMost) as unknown as Part | undefined;
  }

  #numberOf(stream: string): [number: number, version: number] | undefined {
    return this.#stream.get(stream) as unknown as [number, number] | undefined;
  }

  #reading<T>(stream: string, read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (error instanceof SnapshotUnusable) throw error;
      throw new SnapshotUnusable(stream, `cannot be read (${String(error)})`, error);
    }
  }
}

/** SQLITE_BUSY, in whatever form. */
const isBusy = (error: unknown): boolean => ((error as { errcode?: number }).errcode ?? 0) % 256 === 5;

const checksumOf = (...part: readonly (string | number)[]): number => crc32(part.join('\n'));

function valueOf(stream: string, number: number, name: string, key: string, part: Part): unknown {
  const [revision, place, value, checksum] = part;
  if (checksumOf(number, name, key, revision, place, value) !== checksum)
    throw new SnapshotUnusable(stream, `is damaged at revision ${revision}`);
  return JSON.parse(value) as unknown;
}
