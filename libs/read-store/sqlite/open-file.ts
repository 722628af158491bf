import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { ReadStoreUnusable } from '../read-store.ts';

/** Marks the file as a read store of Samverk ("SmvR"), and the form of its tables. */
const applicationId = 0x536d7652;
const tablesVersion = 2;

/**
 * `keep`: the one process that writes what is read. `beside`: short writes beside that one. `read`: reading alone. Only
 * the first makes or changes a file that is not as this program has it.
 */
export type Access = 'keep' | 'beside' | 'read';

/** What a file is before anything is changed in it. */
export type Found = 'ours' | 'new' | 'older';

export interface OpenFile {
  readonly db: DatabaseSync;
  readonly found: Found;
}

/**
 * Opens the file for one process that writes and any number that read. Its content can be made again from the events,
 * so it need not survive a loss of power (`synchronous=NORMAL`: the last commits may be undone then, never torn); what
 * is deleted is overwritten, since views may hold what was erased since.
 * @throws ReadStoreUnusable when the file is something else, is damaged, or was made by a newer program
 */
export function openFile(path: string, access: Access, busyMs: number): OpenFile {
  let db: DatabaseSync | undefined;
  try {
    if (access !== 'keep' && !existsSync(path))
      throw new ReadStoreUnusable(`${path} is not there: start the system, which makes it`);
    db = new DatabaseSync(path, { timeout: busyMs, readOnly: access === 'read' });
    const found = recognised(db, path);
    if (access !== 'keep' && found !== 'ours')
      throw new ReadStoreUnusable(`${path} is not as this program has it: start the system, which makes it anew`);
    if (access === 'read') db.exec('PRAGMA temp_store = MEMORY; PRAGMA cache_size = -32768');
    else
      db.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = NORMAL;
      PRAGMA secure_delete = ON;
      PRAGMA temp_store = MEMORY;
      PRAGMA cache_size = -32768;
      PRAGMA wal_autocheckpoint = 8000;
      PRAGMA journal_size_limit = 33554432;
    `);
    return { db, found };
  } catch (error) {
    db?.close();
    if (error instanceof ReadStoreUnusable) throw error;
    throw new ReadStoreUnusable(`${path} cannot be used as a read store (${String(error)}). ${wayOut}`, {
      cause: error,
    });
  }
}

/** Signs a file whose tables are made in the same transaction. */
export const sign = (db: DatabaseSync): void =>
  db.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${tablesVersion}`);

const wayOut = 'It holds nothing but what the events give: once it is moved away, it is built anew at the next start.';

function recognised(db: DatabaseSync, path: string): Found {
  const pragma = (name: string) => Number(Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0]);
  const id = pragma('application_id');
  const version = pragma('user_version');
  const tables = db.prepare('SELECT count(*) AS tables FROM sqlite_schema').get()?.['tables'];
  if (id === 0 && version === 0 && tables === 0) return 'new';
  if (id !== applicationId) throw new ReadStoreUnusable(`${path} is another program's database: give another path`);
  if (version > tablesVersion)
    throw new ReadStoreUnusable(
      `${path} was made by a newer program (tables ${version}; this one knows ${tablesVersion}). Run that one. ${wayOut}`,
    );
  return version === tablesVersion ? 'ours' : 'older';
}
