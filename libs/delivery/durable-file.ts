import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
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
  syncFolder(folder);
}

/** The name of a file is kept by its folder. Windows has no such call, and keeps names by itself. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
