import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { DatabaseSync } from 'node:sqlite';
import type { Show } from './long-work.ts';
import { directoryWayOut, wrongWithEvents, wrongWithFile } from './sound.ts';

/** What is said of a backup beside it: which files it is made of, to the byte, and how far its history goes. */
export interface Manifest {
  /** The form of the backup itself. */
  readonly backup: 1;
  /** The Samverk that made it. */
  readonly version: string;
  readonly createdAt: string;
  readonly events: number;
  /** Id of the last event; `null` when there is none. */
  readonly lastEvent: string | null;
  readonly files: readonly FileInBackup[];
  /** Where people were kept in PostgreSQL: directory.db is not in it. */
  readonly people?: 'elsewhere';
}

export interface FileInBackup {
  readonly name: string;
  readonly size: number;
  readonly sha256: string;
}

/** A backup that cannot be made or used. The message says why, and the way out. */
export class BackupUnusable extends Error {
  override readonly name = 'BackupUnusable';
}

/** What a backup may hold, in the order in which it is copied: whoever an event names is in a directory copied later. */
export const parts = ['events.db', 'directory.db', 'demo-clock.json', 'secret'] as const;
export type Part = (typeof parts)[number];

const manifestOf = (folder: string): string => join(folder, 'manifest.json');
export const isBackup = (folder: string): boolean => existsSync(manifestOf(folder));
export const manifestText = (manifest: Manifest): string => `${JSON.stringify(manifest, null, 2)}\n`;

/** @throws BackupUnusable */
export function readManifest(folder: string): Manifest {
  const path = manifestOf(folder);
  let manifest: Manifest;
  try {
    manifest = JSON.parse(readFileSync(path, 'utf8')) as Manifest;
  } catch (cause) {
    throw new BackupUnusable(`${path} cannot be read (${String(cause)}): name the folder of a finished backup`, {
      cause,
    });
  }
  if (manifest.backup !== 1)
    throw new BackupUnusable(
      `${path} is not of a form that this Samverk knows: use the one that made it, or a newer one`,
    );
  const files = (Array.isArray(manifest.files) ? manifest.files : []) as Manifest['files'];
  const names = files.map(({ name }) => name);
  const strange = names.find((name) => !parts.some((part) => part === name));
  if (strange !== undefined) throw new BackupUnusable(`${path} names ${strange}, which no backup holds`);
  if (!names.includes('events.db')) throw new BackupUnusable(`${path} does not name events.db: take another backup`);
  if (!names.includes('directory.db') && manifest.people !== 'elsewhere')
    throw new BackupUnusable(`${path} does not name directory.db: take another backup`);
  return manifest;
}

/** What differs from the manifest, and what is wrong with the stores in the backup. */
export async function wrongWithBackup(folder: string, show: Show): Promise<readonly string[]> {
  const { files, events, lastEvent, people } = readManifest(folder);
  const problems: string[] = [];
  for (const { name, size, sha256 } of files) {
    const path = join(folder, name);
    show(`Comparing ${path}`, 0);
    const found = existsSync(path) ? await described(path, name) : undefined;
    if (!found) problems.push(`${path} is not there`);
    else if (found.size !== size) problems.push(`${path} has ${found.size} bytes, not ${size}`);
    else if (found.sha256 !== sha256) problems.push(`${path} is not the file that was backed up: its SHA-256 differs`);
  }
  if (problems.length > 0) return problems;
  const path = join(folder, 'events.db');
  const wrong = [
    ...(await wrongWithEvents(path, show)),
    ...(people === 'elsewhere' ? [] : wrongWithFile(join(folder, 'directory.db'), directoryWayOut, show)),
  ];
  if (wrong.length > 0) return wrong;
  const end = endOf(path);
  return end.events === events && end.lastEvent === lastEvent
    ? []
    : [`${path} ends with event ${end.events}, ${end.lastEvent}, not with ${events}, ${lastEvent}`];
}

export async function described(path: string, name: string): Promise<FileInBackup> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return { name, size: statSync(path).size, sha256: hash.digest('hex') };
}

/** How far the history in a file goes. */
export function endOf(path: string): Pick<Manifest, 'events' | 'lastEvent'> {
  using db = new DatabaseSync(path, { readOnly: true });
  const last = db.prepare(`SELECT position, body ->> 'id' AS id FROM events ORDER BY position DESC LIMIT 1`).get();
  return last ? { events: Number(last['position']), lastEvent: String(last['id']) } : { events: 0, lastEvent: null };
}
