import { createHmac, createSecretKey, hkdfSync, randomBytes, type KeyObject } from 'node:crypto';
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { isCode, makeFile } from './durable-file.ts';
import { SettingsError } from './settings.ts';

/**
 * What a key of the installation is for. The name is part of the key: renamed, it opens nothing that was made before,
 * and persons and organisation numbers would be lost.
 */
export type KeyPurpose =
  'directory' | 'organisation numbers' | 'demo tokens' | 'version' | 'consistency' | 'cursor' | 'calendar';

/** The installation's secret: it is never used itself, and is not to be had from this object. */
export interface Secret {
  /** The key of 32 bytes for one purpose, always the same; it tells nothing of the others. */
  derive(purpose: KeyPurpose): KeyObject;
}

const bytes = 32;

/**
 * The secret in a file: 32 bytes in base64. Where there is no file one is made, readable by its owner alone; of several
 * processes that start at once all get the same.
 * @throws SettingsError when the file can be read or written by others, or holds something else
 */
export function loadSecret(path: string): Secret {
  const text = (readPrivately(path) ?? made(path)).trim();
  const root = Buffer.from(text, 'base64');
  if (root.length !== bytes || root.toString('base64') !== text)
    throw new SettingsError([
      `SECRET_FILE ${path} holds no secret: expected ${bytes} bytes in base64. Put back the one this installation was started with; a new one, for an empty data folder, is made when the file is gone`,
    ]);
  return secretOf(root);
}

/** The secret made of these 32 bytes. */
export const secretOf = (root: Buffer): Secret => ({
  derive: (purpose) => createSecretKey(Buffer.from(hkdfSync('sha256', root, '', `samverk ${purpose}`, bytes))),
});

/** The `orgNoKey` of an organisation number (domain 7.2): it is the same each time, and tells no one the number. */
export const organisationNumberKey = (key: KeyObject, organisationNumber: string): string =>
  createHmac('sha256', key).update(organisationNumber).digest('hex');

function made(path: string): string {
  try {
    makeFile(path, `${randomBytes(bytes).toString('base64')}\n`);
  } catch (error) {
    throw unusable(path, 'made', error);
  }
  return readPrivately(path) ?? '';
}

function readPrivately(path: string): string | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw unusable(path, 'read', error);
  }
  try {
    const { mode } = fstatSync(file);
    if (process.platform !== 'win32' && (mode & 0o066) !== 0)
      throw new SettingsError([`SECRET_FILE ${path} is open to others than its owner: chmod 600 '${path}'`]);
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw error instanceof SettingsError ? error : unusable(path, 'read', error);
  } finally {
    closeSync(file);
  }
}

const unusable = (path: string, how: string, error: unknown) =>
  new SettingsError([`SECRET_FILE ${path} cannot be ${how}: ${String(error).replace(/^Error: /, '')}`]);
