import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readStoreContract } from '../read-store.contract.ts';
import { historyName, type ReadStore, ReadStoreUnusable } from '../read-store.ts';
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

const parked = { view: 'boxes', key: 'a', position: 1, error: 'broken' };
const build = async (store: ReadStore, names: readonly string[]) => {
  await store.begin(names);
  await store.index(names);
  expect(await store.swap(names)).toBe(true);
};

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
    await build(store, ['boxes']);
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
      /newer program \(tables 99; this one knows 2\).*moved away.*built anew/,
    );
  });

  test('is refused when it is no database', async () => {
    await writeFile(path, 'This is a letter, not a database. '.repeat(100));
    await expect(openAndClose()).rejects.toThrow(/cannot be used as a read store.*not a database.*moved away/);
  });

  test('is made anew when an older program made it', async () => {
    await openAndClose();
    change('PRAGMA user_version = 1; CREATE TABLE of_old (x)');
    const store = await openSqliteReadStore({ path });
    await store.prepare(sampleViews);
    expect(await store.checkpoints()).toEqual(new Map());
    await store.close();
    change('CREATE TABLE of_old (x)');
  });

  test('has the indexes that readers need once a view is built, whether it was built before or not', async () => {
    const store = await openSqliteReadStore({ path });
    const indexed = () => {
      const db = new DatabaseSync(path, { readOnly: true });
      const found = db.prepare("SELECT tbl_name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL");
      const indexes = found
        .all()
        .map(({ tbl_name: table, sql }) => `${String(table)} ${/\(.*/.exec(String(sql))?.[0]}`);
      db.close();
      return indexes.sort();
    };
    const complete = ['_history ("hash")', '_history ("type")', '_object ("hash")', 'boxes ("name", "_key")'];
    await store.prepare([{ ...boxes, filters: [], orders: ['name'] }]);
    for (let times = 0; times < 3; times++) {
      await build(store, ['boxes', historyName]);
      expect(indexed()).toEqual(complete);
    }
    await store.close();
  });

  test('can be read beside whoever keeps it, and is not made or changed by that', async () => {
    await expect(openSqliteReadStore({ path, access: 'read' })).rejects.toThrow(/is not there: start the system/);
    const keeper = await openSqliteReadStore({ path });
    await keeper.prepare([boxes]);
    await build(keeper, ['boxes']);
    const reader = await openSqliteReadStore({ path, access: 'read' });
    await reader.prepare([{ ...boxes, version: 2 }]);
    expect(await reader.rows('boxes', { mayKnow: [], limit: 1 })).toEqual([]);
    await expect(reader.commit({ ...nothing, parked: [parked] })).rejects.toThrow(/readonly/);
    await reader.close();
    await keeper.close();
  });

  test('is not written beside its keeper by another version of the program', async () => {
    const keeper = await openSqliteReadStore({ path });
    await keeper.prepare([boxes]);
    await build(keeper, ['boxes']);
    const beside = await openSqliteReadStore({ path, access: 'beside' });
    await beside.prepare([boxes]);
    await beside.commit({ ...nothing, parked: [parked] });
    expect(await keeper.parked()).toEqual([parked]);
    await expect(beside.prepare([{ ...boxes, version: 2 }])).rejects.toThrow(
      /boxes as another version.*start the system/,
    );
    await beside.close();
    await keeper.close();
  });

  test('holds nothing any more of a row that is gone', async () => {
    const body = { boxId: 'a', name: 'Erased for ever', kind: 'TIN', sealed: false };
    const guard = { release: null, at: 0, parties: '|' };
    const store = await openSqliteReadStore({ path });
    await store.prepare([boxes]);
    await build(store, ['boxes']);
    const row = { key: 'a', body, guard, columns: {}, moved: true };
    await store.commit({ ...nothing, views: [{ view: 'boxes', rows: [row], gone: [] }] });
    await store.commit({ ...nothing, views: [{ view: 'boxes', rows: [], gone: ['a'] }] });
    await store.close();
    expect((await readFile(path)).includes('Erased for ever')).toBe(false);
  });
});
