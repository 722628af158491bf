import { StoreUnusable } from '../event-store.ts';

const busy = 5;

/** What a result code of SQLite (https://sqlite.org/rescode.html) means to who runs the system, and the way out. */
const meanings: Readonly<Record<number, string>> = {
  [busy]: 'another program holds it for longer than we wait: close that program',
  8: 'it cannot be written to: check the rights on the file and its folder',
  10: 'the disk failed to read or write: check the disk',
  11: 'it is damaged: restore it from a backup',
  13: 'the disk is full, nothing of this was stored: make room and try again',
  14: 'it cannot be opened: check that its folder is there, and the rights on both',
  26: 'it is no SQLite file, or its header is damaged: check the path, or restore it from a backup',
};

/** What is known of an error of SQLite's. Not every realm's errors are `instanceof` ours. */
type Failure = Partial<Record<'errcode' | 'message', unknown>>;
const failure = (error: unknown): Failure => (typeof error === 'object' && error !== null ? error : {});

/** The primary result code of an error of SQLite's; 0 for any other error. */
const resultCode = (error: unknown): number => Number(failure(error).errcode ?? 0) & 0xff;

export const isBusy = (error: unknown): boolean => resultCode(error) === busy;

/** An error met at the file, in words that say what to do. One that says so already is left as it is. */
export function unusable(path: string, error: unknown): StoreUnusable {
  if (error instanceof StoreUnusable) return error;
  const found = String(failure(error).message ?? error);
  const meaning = meanings[resultCode(error)];
  return new StoreUnusable(`${path}: ${meaning === undefined ? found : `${meaning} (${found})`}`, { cause: error });
}
