import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, expect, test } from '@jest/globals';
import { processStoreContract } from '../process-store.contract.ts';
import { ProcessStoreUnusable } from '../process-store.ts';
import { openSqliteProcessStore } from './sqlite-process-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'samverk-process-store-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const file = () => join(folder, `${files}.db`);

processStoreContract('sqlite', {
  open: () => openSqliteProcessStore({ path: file() }),
  clear: async () => void (files += 1),
});

const refusal = (path: string) => openSqliteProcessStore({ path }).catch((error: unknown) => error);

test('a file that is something else is refused, in a sentence with the way out, and left as it is', async () => {
  const path = join(folder, 'theirs.db');
  const theirs = new DatabaseSync(path);
  theirs.exec('CREATE TABLE theirs (name TEXT)');
  theirs.close();
  expect(await refusal(path)).toBeInstanceOf(ProcessStoreUnusable);
  expect(String(await refusal(path))).toMatch(/theirs\.db is another program's database: give another path/);

  const text = join(folder, 'text.db');
  writeFileSync(text, 'no database, but long enough to be looked at as one. '.repeat(100));
  expect(String(await refusal(text))).toMatch(/cannot be used for the processes.*once it is moved away/);
});

test('a file of another version of the program is refused', async () => {
  const path = join(folder, 'newer.db');
  await (await openSqliteProcessStore({ path })).close();
  const newer = new DatabaseSync(path);
  newer.exec('PRAGMA user_version = 2');
  newer.close();
  expect(String(await refusal(path))).toMatch(/made by another version of the program/);
});
