import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readStoreContract } from '../read-store.contract.ts';
import { ReadStoreUnusable } from '../read-store.ts';
import { boxes, sampleViews } from '../sample.contract.ts';
import { nothing } from '../workspace.ts';
import { openSqliteReadStore } from './sqlite-read-store.ts';

readStoreContract('a read store in SQLite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'read-store-'));
  return {
    open: () => openSqliteReadStore({ path: join(folder, 'views.db') }),
    remove: () => rm(folder, { recursive: true }),
  };
});

describe('the file of a read store', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'read-store-'));
    path = join(folder, 'views.db');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const change = (sql: string) => {
    const db = new DatabaseSync(path);
    db.exec(sql);
    db.close();
  };
  const openAndClose = async () => {
    const store = await openSqliteReadStore({ path });
    await store.prepare(sampleViews);
    await store.close();
  };

  test("is refused, and left as it is, when it is another program's", async () => {
    change('CREATE TABLE mine (x); PRAGMA user_version = 3');
    const before = await readFile(path);
    await expect(openAndClose()).rejects.toThrow(ReadStoreUnusable);
    await expect(openAndClose()).rejects.toThrow(/another program's database/);
    expect(await readFile(path)).toEqual(before);
  });

  test('is refused when a newer program made it, with the way out', async () => {
    await openAndClose();
    change('PRAGMA user_version = 99');
    await expect(openAndClose()).rejects.toThrow(
      /newer program \(tables 99; this one knows 1\).*moved away.*built anew/,
    );
  });

  test('is refused when it is no database', async () => {
    await writeFile(path, 'This is a letter, not a database. '.repeat(100));
    await expect(openAndClose()).rejects.toThrow(/cannot be used as a read store.*not a database.*moved away/);
  });

  test('is made anew when an older program made it', async () => {
    await openAndClose();
    change("PRAGMA user_version = 0; INSERT INTO _release VALUES ('year:2020', 1); CREATE TABLE of_old (x)");
    const store = await openSqliteReadStore({ path });
    await store.prepare(sampleViews);
    expect(await store.releasedAt(['year:2020'])).toEqual(new Map());
    await store.close();
    change('CREATE TABLE of_old (x)');
  });

  test('has the indexes that readers need once all is in, also of a view that was built anew', async () => {
    const store = await openSqliteReadStore({ path });
    const indexes = () => {
      const db = new DatabaseSync(path, { readOnly: true });
      const found = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL").all();
      db.close();
      return found.map(({ name }) => String(name)).sort();
    };
    const complete = ['_history.hash', '_history.type', '_object.hash', 'boxes.name'];
    const view = { ...boxes, filters: [], orders: ['name'] };
    await store.prepare([view]);
    expect(indexes()).toEqual(['_object.hash']);
    await store.caughtUp();
    expect(indexes()).toEqual(complete);
    await store.prepare([{ ...view, version: 2 }], 2);
    expect(indexes()).toEqual(['_object.hash']);
    await store.caughtUp();
    expect(indexes()).toEqual(complete);
    await store.empty(['boxes']);
    await store.caughtUp();
    expect(indexes()).toEqual(complete);
    await store.close();
  });

  test('holds nothing any more of a row that is gone', async () => {
    const body = { boxId: 'a', name: 'Erased for ever', kind: 'TIN', sealed: false };
    const guard = { release: null, at: 0, parties: '|' };
    const store = await openSqliteReadStore({ path });
    await store.prepare([boxes]);
    const row = { key: 'a', body, guard, columns: {}, moved: true };
    await store.commit({ ...nothing, views: [{ view: 'boxes', rows: [row], gone: [] }] });
    await store.commit({ ...nothing, views: [{ view: 'boxes', rows: [], gone: ['a'] }] });
    await store.close();
    expect((await readFile(path)).includes('Erased for ever')).toBe(false);
  });
});
