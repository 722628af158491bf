import { readFileSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StoreUnusable } from '../event-store.ts';
import { unusable } from './failure.ts';
import { lock } from './lock.ts';
import { applicationId, checksumOf, migrations, soundInTail, tailLength } from './schema.ts';
import { syncFolderOf, testimonyOf, Witness } from './witness.ts';
import type { Testimony } from './witness.ts';

export interface OpenFile {
  readonly db: DatabaseSync;
  /** The file's own path, links followed. */
  readonly path: string;
  /** Whether it is new, or who wrote to it last closed it in order. */
  readonly leftInOrder: boolean;
  /** Of who writes. */
  readonly witness: Witness | undefined;
  /** @param inOrder whether nothing is left to be looked at when it is opened again */
  close(inOrder: boolean): void;
}

/** How long SQLite itself waits for another program, in milliseconds: for a reader that recovers or a shell left open. */
const patience = 5_000;

/**
 * Opens the file for writing (made if it is not there) or for reading only, and looks at it: header, version, size, and
 * the last events, among which the last that the witness saw must be. The cost does not grow with history. Nothing is
 * ever repaired beyond what SQLite's log is for.
 * @throws StoreUnusable when the file is not a sound store of this version or an older one, lacks events that were
 *   acknowledged, or another process writes to it
 */
export function openFile(given: string, readOnly: boolean, maxBytes?: number): OpenFile {
  const path = ownPath(given);
  const held = readOnly ? undefined : lock(path);
  let db: DatabaseSync | undefined;
  try {
    const isNew = sizeOf(path) === undefined;
    const testimony = testimonyOf(path); // before the store is looked at: a writer beside may go on
    if (isNew) {
      if (readOnly) throw new StoreUnusable(`${path} is not there: start the system that writes it first`);
      create(path, testimony);
    }
    const bytes = sizeOf(path);
    if (bytes === 0) throw new StoreUnusable(`${path} is empty: restore it from a backup, or remove it to start anew`);
    db = new DatabaseSync(path, { readOnly, timeout: patience });
    checkOwner(db, path, readOnly);
    checkSize(db, path, bytes ?? 0);
    if (!readOnly) prepareToWrite(db, path, maxBytes);
    checkSchema(db, path);
    const last = checkTail(db, path);
    checkTestimony(db, path, testimony);
    const witness = held && new Witness(path, last);
    const close = (inOrder: boolean): void => {
      db?.close();
      witness?.close(inOrder);
      held?.close();
    };
    return { db, path, leftInOrder: isNew || testimony?.closed === true, witness, close };
  } catch (error) {
    db?.close();
    held?.close();
    throw unusable(path, error);
  }
}

const sizeOf = (path: string): number | undefined => statSync(path, { throwIfNoEntry: false })?.size;

function ownPath(given: string): string {
  try {
    return sizeOf(given) === undefined
      ? join(realpathSync(dirname(resolve(given))), basename(given))
      : realpathSync(given);
  } catch (error) {
    throw new StoreUnusable(`${given} cannot be opened: its folder is not there`, { cause: error });
  }
}

/** A new store is made beside its place and moved there whole: what stands at `path` was a store once, or never ours. */
function create(path: string, testimony: Testimony | undefined): void {
  if (testimony && testimony.position > 0)
    throw new StoreUnusable(
      `${path} is not there, but ${path}.witness saw ${testimony.position} events in it: put the file back, or restore a backup into an empty folder`,
    );
  if (sizeOf(`${path}-wal`))
    throw new StoreUnusable(`${path} is not there, but its log ${path}-wal is: put the file back, or remove both`);
  const beside = `${path}.new`;
  for (const leftover of [beside, `${beside}-journal`, `${beside}-wal`, `${beside}-shm`])
    rmSync(leftover, { force: true });
  const db = new DatabaseSync(beside);
  db.exec(`PRAGMA application_id = ${applicationId}`);
  migrate(db, 0);
  db.exec('PRAGMA journal_mode = WAL');
  db.close();
  renameSync(beside, path);
  syncFolderOf(path);
}

function migrate(db: DatabaseSync, from: number): void {
  knowChecksums(db);
  db.exec(`BEGIN IMMEDIATE; ${migrations.slice(from).join('\n')} PRAGMA user_version = ${migrations.length}; COMMIT`);
}

/** For the statements that compare or write checksums in SQL. */
function knowChecksums(db: DatabaseSync): void {
  db.function('checksum_of', { deterministic: true }, (position, stream, revision, recordedAt, body) =>
    checksumOf(Number(position), String(stream), Number(revision), String(recordedAt), String(body)),
  );
}

/** One number that a statement gives. */
function number(db: DatabaseSync, sql: string, ...values: number[]): number {
  const [first] = Object.values(db.prepare(sql).get(...values) ?? {});
  return Number(first ?? 0);
}

function checkOwner(db: DatabaseSync, path: string, readOnly: boolean): void {
  const owner = number(db, 'PRAGMA application_id');
  if (owner !== applicationId)
    throw new StoreUnusable(
      `${path} is a SQLite file of another application (application_id ${owner}): check the path. Nothing was changed`,
    );
  const version = number(db, 'PRAGMA user_version');
  if (version > migrations.length)
    throw new StoreUnusable(
      `${path} has schema version ${version} and this program knows up to ${migrations.length}: use the newer program`,
    );
  if (readOnly && version < migrations.length)
    throw new StoreUnusable(
      `${path} has schema version ${version}, not ${migrations.length}: start the system that writes it first, it brings it up to date`,
    );
}

function prepareToWrite(db: DatabaseSync, path: string, maxBytes: number | undefined): void {
  const mode = Object.values(db.prepare('PRAGMA journal_mode = WAL').get() ?? {})[0];
  if (mode !== 'wal')
    throw new StoreUnusable(`${path} stands on a file system without shared memory: use a local disk`);
  // fullfsync: on macOS alone fsync leaves the data in the disk's cache
  db.exec('PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON');
  if (maxBytes !== undefined)
    db.exec(`PRAGMA max_page_count = ${Math.ceil(maxBytes / number(db, 'PRAGMA page_size'))}`);
  const version = number(db, 'PRAGMA user_version');
  if (version < migrations.length) migrate(db, version);
}

/**
 * A file that was cut is shorter than its count of pages, and what lies beyond is not in the log either. SQLite sees
 * this only where there is no log.
 */
function checkSize(db: DatabaseSync, path: string, bytes: number): void {
  const pageSize = number(db, 'PRAGMA page_size');
  const pages = number(db, 'PRAGMA page_count');
  const present = Math.floor(bytes / pageSize);
  if (present >= pages) return;
  const logged = pagesInLog(`${path}-wal`, pageSize);
  for (let page = present + 1; page <= pages; page++)
    if (!logged.has(page) && (sizeOf(path) ?? 0) < page * pageSize)
      throw new StoreUnusable(`${path} was cut: ${present} of its ${pages} pages are there. Restore it from a backup`);
}

/** The numbers of the pages in a write-ahead log (https://sqlite.org/fileformat2.html#walformat). */
function pagesInLog(path: string, pageSize: number): Set<number> {
  const pages = new Set<number>();
  if (sizeOf(path) === undefined) return pages;
  const log = readFileSync(path);
  const salt = log.subarray(16, 24);
  for (let frame = 32; frame + 24 + pageSize <= log.length; frame += 24 + pageSize)
    if (log.subarray(frame + 8, frame + 16).equals(salt)) pages.add(log.readUInt32BE(frame));
  return pages;
}

/** What the migrations make is there, word for word. More may stand beside it. */
function checkSchema(db: DatabaseSync, path: string): void {
  const statements = (of: DatabaseSync): string[] =>
    of
      .prepare('SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL')
      .all()
      .map(({ sql }) => String(sql));
  using fresh = new DatabaseSync(':memory:');
  migrate(fresh, 0);
  const found = new Set(statements(db));
  const missing = statements(fresh).filter((statement) => !found.has(statement));
  if (missing.length > 0)
    throw new StoreUnusable(
      `${path} lacks ${missing.join('; ')}: restore it from a backup, or use the program that made it`,
    );
}

/** Gives the last event. One transaction, so that the counts agree while another process writes. */
function checkTail(db: DatabaseSync, path: string): Pick<Testimony, 'position' | 'event'> {
  knowChecksums(db);
  db.exec('BEGIN');
  const first = number(db, 'SELECT min(position) FROM events');
  const head = number(db, 'SELECT max(position) FROM events');
  const expected = Math.min(head, tailLength);
  const sound = number(db, soundInTail, head - expected);
  const event = idAt(db, head);
  db.exec('COMMIT');
  if (sound !== expected || first !== Math.min(head, 1))
    throw new StoreUnusable(
      `${path} is damaged: of its last ${expected} events ${sound} are sound, its first position is ${first}. Restore it from a backup`,
    );
  return { position: head, event };
}

/** What was acknowledged once is there, and no other history in its place. */
function checkTestimony(db: DatabaseSync, path: string, testimony: Testimony | undefined): void {
  if (testimony === undefined || idAt(db, testimony.position) === testimony.event) return;
  const head = number(db, 'SELECT max(position) FROM events');
  const { position } = testimony;
  const found =
    head < position
      ? `lacks the last ${position - head} of the ${position} events that were acknowledged: its log ${path}-wal was lost or cut, or it is an older copy`
      : `holds another history than the one that was acknowledged: its event ${position} is not the one that ${path}.witness saw`;
  throw new StoreUnusable(
    `${path} ${found}. Put back all files of the folder as they were, or restore a backup into an empty folder. To go on without those events, which are lost then, remove ${path}.witness`,
  );
}

function idAt(db: DatabaseSync, position: number): string | null {
  const id = db.prepare(`SELECT body ->> 'id' AS id FROM events WHERE position = ?`).get(position)?.['id'];
  return typeof id === 'string' ? id : null;
}
