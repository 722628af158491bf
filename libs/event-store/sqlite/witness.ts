import { closeSync, fsyncSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { StoreUnusable } from '../event-store.ts';
import { unusable } from './failure.ts';

/** What is told of a store beside it: the last event that was acknowledged, and whether who wrote it closed it in order. */
export interface Testimony {
  readonly position: number;
  /** Id of the event at `position`; `null` when there was none. */
  readonly event: string | null;
  readonly closed: boolean;
}

/** It is overwritten in place and never grows: one block of the disk, which holds the old text or the new one. */
const length = 128;

/**
 * The one who tells that events are missing. A log that was cut after an acknowledged event, or left out of a copy,
 * looks to SQLite like a shorter history that is whole; so does an older file in the place of a newer one.
 *
 * After each commit it is given to the operating system, without a wait for the disk: that costs microseconds, and a
 * process that is killed loses nothing of it. Where the machine itself fails it may tell of an earlier event than the last,
 * never of one that was not durable: it may know too little, and never accuses wrongly.
 */
export class Witness {
  readonly #file: number;
  #last: Pick<Testimony, 'position' | 'event'>;

  /** Tells, durably, that the store is open. */
  constructor(path: string, last: Pick<Testimony, 'position' | 'event'>) {
    const isNew = statSync(fileOf(path), { throwIfNoEntry: false }) === undefined;
    this.#file = openSync(fileOf(path), isNew ? 'w' : 'r+', 0o600);
    this.#last = last;
    this.#tell(false);
    fsyncSync(this.#file);
    if (isNew) syncFolderOf(path);
  }

  /** Everything up to this event is durable. */
  saw(position: number, event: string): void {
    this.#last = { position, event };
    try {
      this.#tell(false);
    } catch {
      // The events are stored, and must be acknowledged: it then knows too little.
    }
  }

  close(inOrder: boolean): void {
    this.#tell(inOrder);
    fsyncSync(this.#file);
    closeSync(this.#file);
  }

  #tell(closed: boolean): void {
    const told = JSON.stringify({ ...this.#last, closed } satisfies Testimony);
    writeSync(this.#file, `${told} ${sum(told)}`.padEnd(length - 1) + '\n', 0);
  }
}

/** @throws StoreUnusable when it is damaged */
export function testimonyOf(path: string): Testimony | undefined {
  const file = fileOf(path);
  for (let times = 0; times < 5; times++) {
    let text: string;
    try {
      text = readFileSync(file, 'latin1');
    } catch (error) {
      if ((error as { code?: unknown }).code === 'ENOENT') return undefined;
      throw unusable(file, error);
    }
    const [told = '', said] = text.trimEnd().split(' ');
    if (said === sum(told)) return JSON.parse(told) as Testimony;
    // Who reads while it is written may see halves of two: it is looked at again.
  }
  throw new StoreUnusable(
    `${file} is damaged: it tells how far ${path} went. Look whether that one is whole (samverk fsck), then remove this one`,
  );
}

/** A file's name is kept by its folder. A folder cannot be synced on Windows, which keeps names by itself. */
export function syncFolderOf(path: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(dirname(path), 'r');
  fsyncSync(folder);
  closeSync(folder);
}

const fileOf = (path: string): string => `${path}.witness`;
const sum = (told: string): string => crc32(told).toString(16).padStart(8, '0');
