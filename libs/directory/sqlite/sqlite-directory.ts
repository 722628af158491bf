import { randomUUID, type KeyObject } from 'node:crypto';
import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Directory, DirectoryUnusable } from '../directory.ts';
import { macOf, PersonsMet, secretCheck } from '../subjects.ts';

export interface SqliteDirectoryOptions {
  /** The file; it and its folder are made where there are none, for their owner alone. */
  readonly path: string;
  /** What subjects are kept under. A directory opens under no other key than the one it was made with. */
  readonly key: KeyObject;
}

/** "SmvD": says of a SQLite file that it is a directory of Samverk. */
const applicationId = 0x536d7644;
const fileVersion = 1;

/** Nothing here counts or tells time: rows lie in order of the MAC, and references are random. */
const tables = `
  CREATE TABLE secret_check (mac BLOB NOT NULL) STRICT;
  CREATE TABLE person (subject_mac BLOB PRIMARY KEY, person_ref TEXT NOT NULL UNIQUE) STRICT, WITHOUT ROWID;
  PRAGMA application_id = ${applicationId};
  PRAGMA user_version = ${fileVersion};
`;

/** Opens the directory, or makes an empty one. @throws DirectoryUnusable */
export async function openSqliteDirectory({ path, key }: SqliteDirectoryOptions): Promise<Directory> {
  const db = opened(path, key);
  const stored = db.prepare('SELECT person_ref FROM person WHERE subject_mac = ?');
  const add = db.prepare('INSERT INTO person VALUES (?, ?) ON CONFLICT DO NOTHING');
  const byRef = db.prepare('SELECT 1 FROM person WHERE person_ref = ?');
  const met = new PersonsMet();

  const find = (subject: Buffer) => stored.get(subject)?.['person_ref'];

  /** Two that meet the same subject at once both add and both read what was added first. */
  function enter(subject: Buffer): string {
    add.run(subject, randomUUID());
    return String(find(subject));
  }

  return {
    async personRef(issuer, subject) {
      const known = met.get(issuer, subject);
      if (known !== undefined) return known;
      const mac = macOf(key, issuer, subject);
      return met.add(issuer, subject, String(find(mac) ?? enter(mac)));
    },
    knows: async (personRef) => byRef.get(personRef) !== undefined,
    async entries() {
      const rows = db.prepare('SELECT subject_mac, person_ref FROM person').all();
      return rows.map((row) => ({
        subject: Buffer.from(row['subject_mac'] as Uint8Array),
        person: String(row['person_ref']),
      }));
    },
    async take(entries) {
      db.exec('BEGIN IMMEDIATE');
      for (const { subject, person } of entries) add.run(subject, person);
      const others = entries.filter(({ subject, person }) => find(subject) !== person);
      db.exec(others.length > 0 ? 'ROLLBACK' : 'COMMIT');
      return others;
    },
    close: async () => db.close(),
  };
}

function opened(path: string, key: KeyObject): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    closeSync(openSync(path, 'a', 0o600));
    chmodSync(path, 0o600); // before SQLite: the files it puts beside have the mode of this one
    db = new DatabaseSync(path, { timeout: 5_000 });
    refuseForeign(db, path);
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;');
    makeTables(db, key);
    refuseDamaged(db, path);
    refuseOtherSecret(db, path, key);
    return db;
  } catch (cause) {
    db?.close();
    if (cause instanceof DirectoryUnusable) throw cause;
    throw damaged(path, String(cause).replace(/^Error: /, ''), cause);
  }
}

/** Before anything is written: a file that is not ours stays as it is. */
function refuseForeign(db: DatabaseSync, path: string): void {
  if (isEmpty(db)) return;
  if (pragma(db, 'application_id') !== applicationId)
    throw new DirectoryUnusable(
      `${path} is a database, but no directory of Samverk: move it away, or name another folder`,
    );
  const version = Number(pragma(db, 'user_version'));
  if (version > fileVersion)
    throw new DirectoryUnusable(
      `${path} was written by a newer Samverk (its form is ${version}, this one knows ${fileVersion}): start that version`,
    );
}

function makeTables(db: DatabaseSync, key: KeyObject): void {
  if (!isEmpty(db)) return;
  db.exec('BEGIN IMMEDIATE');
  if (isEmpty(db)) {
    db.exec(tables);
    db.prepare('INSERT INTO secret_check VALUES (?)').run(secretCheck(key));
  }
  db.exec('COMMIT');
}

function refuseDamaged(db: DatabaseSync, path: string): void {
  const found = pragma(db, 'quick_check(1)');
  if (found !== 'ok') throw damaged(path, String(found));
}

/** Under another secret every subject would silently become a new person without roles. */
function refuseOtherSecret(db: DatabaseSync, path: string, key: KeyObject): void {
  const made = db.prepare('SELECT mac FROM secret_check').get()?.['mac'];
  if (!(made instanceof Uint8Array && secretCheck(key).equals(made)))
    throw new DirectoryUnusable(
      `${path} was made under another secret: put back the SECRET_FILE that this data folder was started with`,
    );
}

const damaged = (path: string, found: string, cause?: unknown) =>
  new DirectoryUnusable(
    `${path} cannot be read as a directory (${found}): put back a copy of it. Without it, everyone is a new person without roles`,
    { cause },
  );

const isEmpty = (db: DatabaseSync) => db.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined;
const pragma = (db: DatabaseSync, name: string) => Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0];
