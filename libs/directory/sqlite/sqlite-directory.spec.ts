import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { directoryContract, key } from '../directory.contract.ts';
import { type Directory, DirectoryUnusable } from '../directory.ts';
import { openSqliteDirectory } from './sqlite-directory.ts';

let folder: string;
let path: string;
const opened: Directory[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'samverk-'));
  path = join(folder, 'data', 'directory.db');
});
afterEach(async () => {
  await close();
  rmSync(folder, { recursive: true });
});

async function open(): Promise<Directory> {
  const directory = await openSqliteDirectory({ path, key });
  opened.push(directory);
  return directory;
}

async function close(): Promise<void> {
  for (const directory of opened.splice(0)) await directory.close();
}

function sql(text: string): void {
  const db = new DatabaseSync(path);
  db.exec(text);
  db.close();
}

directoryContract('a directory in SQLite', async () => {
  const own = mkdtempSync(join(tmpdir(), 'samverk-'));
  return {
    open: (under) => openSqliteDirectory({ path: join(own, 'directory.db'), key: under }),
    remove: async () => rmSync(own, { recursive: true }),
  };
});

test('neither issuer nor subject is in the files, nor a plain hash of them', async () => {
  const [issuer, subject] = ['https://id.example', '19121212-1212'];
  const directory = await open();
  await directory.personRef(issuer, subject);
  const files = readdirSync(join(folder, 'data')).map((name) => readFileSync(join(folder, 'data', name)));
  const hashed = [subject, `${issuer}\0${subject}`].map((text) => createHash('sha256').update(text).digest());
  expect(files.length).toBeGreaterThan(1);
  for (const file of files) for (const plain of [issuer, subject, ...hashed]) expect(file.includes(plain)).toBe(false);
});

test('the files are for their owner alone, also when a copy was put back with another mode', async () => {
  const modes = () =>
    readdirSync(join(folder, 'data')).map((name) => statSync(join(folder, 'data', name)).mode & 0o777);
  await (await open()).personRef('i', 'anna');
  expect(new Set(modes())).toEqual(new Set([0o600]));
  expect(statSync(join(folder, 'data')).mode & 0o777).toBe(0o700);
  await close();
  chmodSync(path, 0o644);
  await (await open()).personRef('i', 'bo');
  expect(new Set(modes())).toEqual(new Set([0o600]));
});

describe('a file that is no usable directory is refused, with the way out:', () => {
  beforeEach(async () => {
    const directory = await open();
    for (let n = 0; n < 500; n++) await directory.personRef('i', `subject ${n}`);
    await close();
  });

  const refused = async (message: RegExp) => {
    await expect(open()).rejects.toThrow(DirectoryUnusable);
    await expect(open()).rejects.toThrow(message);
  };

  test('text', async () => {
    writeFileSync(path, 'this is no database. '.repeat(100));
    await refused(/directory\.db cannot be read as a directory \(file is not a database\): put back a copy/);
  });

  test('a file that was cut', async () => {
    truncateSync(path, 8_192);
    await refused(/put back a copy/);
  });

  test('a file with a page overwritten', async () => {
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.fill(0xff, bytes.length - 4_096));
    await refused(/put back a copy/);
  });

  test('a newer form', async () => {
    sql('PRAGMA user_version = 2');
    await refused(/newer Samverk \(its form is 2, this one knows 1\): start that version/);
  });

  test('a database of someone else, which stays as it is', async () => {
    rmSync(path);
    sql('CREATE TABLE theirs (x)');
    const before = readFileSync(path);
    await refused(/no directory of Samverk: move it away/);
    expect(readFileSync(path).equals(before)).toBe(true);
  });
});
