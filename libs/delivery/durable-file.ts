import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** Writes a small file of mode 0600. After a crash at any moment it holds the whole old text or the whole new one. */
export const replaceFile = (path: string, text: string): void =>
  throughDraft(path, text, (draft) => renameSync(draft, path));

/** Makes a small file of mode 0600, whole or not at all. One that is there already stays as it is. */
export const makeFile = (path: string, text: string): void =>
  throughDraft(path, text, (draft) => {
    try {
      linkSync(draft, path);
    } catch (error) {
      if (!isCode(error, 'EEXIST')) throw error;
    }
  });

/** Whether `error` is one of the system's, with this code. */
export const isCode = (error: unknown, code: string): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === code;

function throughDraft(path: string, text: string, place: (draft: string) => void): void {
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomUUID()}.draft`;
  try {
    writeFileSync(draft, text, { flag: 'wx', mode: 0o600, flush: true });
    place(draft);
  } finally {
    rmSync(draft, { force: true });
  }
  syncFile(folder);
}

/**
 * Returns when the disk holds what a file holds, or a folder: the names of its files. On Windows the latter is not needed
 * and there is no such call.
 */
export function syncFile(path: string): void {
  if (process.platform === 'win32' && statSync(path).isDirectory()) return;
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
