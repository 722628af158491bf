import { DatabaseSync } from 'node:sqlite';
import { StoreUnusable } from '../event-store.ts';
import { isBusy, unusable } from './failure.ts';

/**
 * Makes this process the only one that writes to the file at `path`, until the lock is closed or the process ends in
 * any way: it is a lock of the kernel on `<path>.lock`, which itself stays empty. Readers do not ask for it.
 *
 * Such locks belong to the process and go when it closes the file by any road: a program that has the store open must
 * not copy its files itself.
 * @throws StoreUnusable when another process has it
 */
export function lock(path: string): DatabaseSync {
  let file: DatabaseSync | undefined;
  try {
    file = new DatabaseSync(`${path}.lock`, { timeout: 0 });
    file.exec('BEGIN EXCLUSIVE');
    return file;
  } catch (error) {
    file?.close();
    if (isBusy(error)) throw new StoreUnusable(`${path} is in use: another process writes to it. Stop that one first`);
    throw unusable(`${path}.lock`, error);
  }
}
