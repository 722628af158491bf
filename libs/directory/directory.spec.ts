import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createHash, createSecretKey } from 'node:crypto';
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
import { DirectoryUnusable, openDirectory, type Directory } from './directory.ts';

const key = createSecretKey(Buffer.alloc(32, 1));
let folder: string;
let path: string;
const opened: Directory[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'samverk-'));
  path = join(folder, 'data', 'directory.db');
});
afterEach(() => {
  for (const directory of opened.splice(0)) directory.close();
  rmSync(folder, { recursive: true });
});

function open(under = key): Directory {
  const directory = openDirectory({ path, key: under });
  opened.push(directory);
  return directory;
}

function close(): void {
  opened.pop()?.close();
}

function sql(text: string): void {
  const db = new DatabaseSync(path);
  db.exec(text);
  db.close();
}

test('a subject is one person, today and after a restart', () => {
  const anna = open().personRef('https://id.example', 'anna');
  expect(anna).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  close();
  const again = open();
  expect(again.personRef('https://id.example', 'anna')).toBe(anna);
  expect(again.personRef('https://id.example', 'anna')).toBe(anna);
});

test('another subject, and the same subject of another issuer, is another person', () => {
  const directory = open();
  const refs = [
    directory.personRef('https://id.example', 'anna'),
    directory.personRef('https://id.example', 'Anna'),
    directory.personRef('https://other.example', 'anna'),
    directory.personRef('https://id.exampl', 'eanna'),
  ];
  expect(new Set(refs).size).toBe(4);
});

test('a reference is random: another directory gives the same subject another', () => {
  const here = open().personRef('i', 'anna');
  path = join(folder, 'elsewhere', 'directory.db');
  expect(open().personRef('i', 'anna')).not.toBe(here);
});

test('someone is known from the first token on, and nobody else is', () => {
  const directory = open();
  expect(directory.knows('44444444-4444-4444-8444-444444444444')).toBe(false);
  expect(directory.knows('')).toBe(false);
  expect(directory.knows(directory.personRef('i', 'anna'))).toBe(true);
});

test('two processes that meet the same new subjects agree on who they are', () => {
  const [one, other] = [open(), open()];
  for (let n = 0; n < 50; n++) {
    const [first, second] = n % 2 === 0 ? [one, other] : [other, one];
    const ref = first.personRef('i', `subject ${n}`);
    expect(second.personRef('i', `subject ${n}`)).toBe(ref);
    expect(second.knows(ref)).toBe(true);
  }
});

test('neither issuer nor subject is in the files, nor a plain hash of them', () => {
  const [issuer, subject] = ['https://id.example', '19121212-1212'];
  const directory = open();
  directory.personRef(issuer, subject);
  const files = readdirSync(join(folder, 'data')).map((name) => readFileSync(join(folder, 'data', name)));
  const hashed = [subject, `${issuer}\0${subject}`].map((text) => createHash('sha256').update(text).digest());
  expect(files.length).toBeGreaterThan(1);
  for (const file of files) for (const plain of [issuer, subject, ...hashed]) expect(file.includes(plain)).toBe(false);
});

test('the files are for their owner alone, also when a copy was put back with another mode', () => {
  const modes = () =>
    readdirSync(join(folder, 'data')).map((name) => statSync(join(folder, 'data', name)).mode & 0o777);
  open().personRef('i', 'anna');
  expect(new Set(modes())).toEqual(new Set([0o600]));
  expect(statSync(join(folder, 'data')).mode & 0o777).toBe(0o700);
  close();
  chmodSync(path, 0o644);
  open().personRef('i', 'bo');
  expect(new Set(modes())).toEqual(new Set([0o600]));
});

describe('a file that is no usable directory is refused, with the way out:', () => {
  beforeEach(() => {
    const directory = open();
    for (let n = 0; n < 500; n++) directory.personRef('i', `subject ${n}`);
    close();
  });

  const refused = (message: RegExp) => {
    expect(() => open()).toThrow(DirectoryUnusable);
    expect(() => open()).toThrow(message);
  };

  test('text', () => {
    writeFileSync(path, 'this is no database. '.repeat(100));
    refused(/directory\.db cannot be read as a directory \(file is not a database\): put back a copy/);
  });

  test('a file that was cut', () => {
    truncateSync(path, 8_192);
    refused(/put back a copy/);
  });

  test('a file with a page overwritten', () => {
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.fill(0xff, bytes.length - 4_096));
    refused(/put back a copy/);
  });

  test('a newer form', () => {
    sql('PRAGMA user_version = 2');
    refused(/newer Samverk \(its form is 2, this one knows 1\): start that version/);
  });

  test('another secret', () => {
    expect(() => open(createSecretKey(Buffer.alloc(32, 2)))).toThrow(/another secret: put back the SECRET_FILE/);
  });

  test('a database of someone else, which stays as it is', () => {
    rmSync(path);
    sql('CREATE TABLE theirs (x)');
    const before = readFileSync(path);
    refused(/no directory of Samverk: move it away/);
    expect(readFileSync(path).equals(before)).toBe(true);
  });
});
