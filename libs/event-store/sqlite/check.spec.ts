import { spawnSync } from 'node:child_process';
import {
  closeSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  realpathSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { StoreUnusable } from '../event-store.ts';
import { anEvent, events, freshName, whole } from '../under-test.contract.ts';
import type { Check } from './background-check.ts';
import { checkWhole } from './check.ts';
import { migrations } from './schema.ts';
import { openSqliteEventStore } from './sqlite-event-store.ts';
import type { CheckedEventStore, SqliteEventStoreOptions } from './sqlite-event-store.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'samverk-check-')));
afterAll(() => rmSync(folder, { recursive: true }));
const newPath = (): string => {
  const own = join(folder, freshName());
  mkdirSync(own);
  return join(own, 'events.db');
};

const left: CheckedEventStore[] = [];
afterEach(async () => {
  for (const store of left.splice(0)) await store.close();
});
async function open(path: string, more: Partial<SqliteEventStoreOptions> = {}): Promise<CheckedEventStore> {
  const store = await openSqliteEventStore({ path, clock: { now: () => '2017-01-02T08:00:00.000Z' }, ...more });
  left.push(store);
  return store;
}

/** Of 3,000 events, so that what lies in its middle is looked at by nobody who only opens it. */
async function aStore(path = newPath()): Promise<string> {
  const store = await open(path);
  for (const id of [1, 2, 3]) await store.append(`note-${id}`, events(1_000), 'none');
  await store.close();
  return path;
}

/** Killed after an append. */
function killed(path: string): void {
  const program = `import { openSqliteEventStore } from '#event-store/sqlite/sqlite-event-store';
    const store = await openSqliteEventStore({ path: process.argv[1], clock: { now: () => '2017-01-02T08:00:00.000Z' } });
    await store.append('note-9', JSON.parse(process.argv[2]), 'any');
    process.kill(process.pid, 'SIGKILL');`;
  const options = ['-C', 'samverk-source', '--no-warnings', '--input-type=module', '-e', program];
  const { signal } = spawnSync(process.execPath, [...options, path, JSON.stringify(events(2))], { stdio: 'inherit' });
  expect(signal).toBe('SIGKILL');
}

function sql(path: string, statements: string): void {
  using db = new DatabaseSync(path);
  db.exec(`DROP TRIGGER events_are_never_removed; DROP TRIGGER events_are_never_changed; ${statements};
    CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'an event is never changed'); END;
    CREATE TRIGGER events_are_never_removed BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'an event is never removed'); END;`);
}

const problems = (path: string): readonly string[] => {
  const check = checkWhole(path);
  for (let step = check.next(); ; step = check.next()) if (step.done) return step.value;
};

describe('the whole check', () => {
  test('finds nothing in a sound store, beside the one who writes to it, and says how far it has come', async () => {
    const path = await aStore();
    const store = await open(path);
    const parts: number[] = [];
    for (const { part } of checkWhole(path)) {
      parts.push(part);
      await store.append('note-4', events(3), 'any');
    }
    expect(parts).toEqual([0, 1_000 / 3_003, 2_000 / 3_003, 3_000 / 3_003, 1]);
    expect(problems(path)).toEqual([]);
  });

  test.each<[what: string, damage: string, says: string[]]>([
    [
      'a body with another letter',
      `UPDATE events SET body = replace(body, 'PUBLIC', 'PUBLIX') WHERE position = 700`,
      ['event 700 is not as it was written'],
    ],
    [
      'another time',
      `UPDATE events SET recorded_at = '2018-01-02T08:00:00.000Z' WHERE position = 700`,
      ['event 700 is not as it was written'],
    ],
    [
      'another type',
      `UPDATE events SET type = 'Other' WHERE position = 700`,
      ['event 700 is filed under another type'],
    ],
    [
      'events that are gone',
      'DELETE FROM events WHERE position BETWEEN 700 AND 702',
      ['the events 700 to 702 are not there', '2997 events are filed in 6000 places, not in 5994'],
    ],
    [
      'an event not found by its revision',
      'DELETE FROM old_places WHERE position = 700 AND key = 699',
      ['event 700 is not found as revision 699 of note-1', 'event 701 has no revision 699', '5999 places, not in 6000'],
    ],
    [
      'an event not found by its id',
      `DELETE FROM old_places WHERE position = 700 AND key > x''`,
      ['event 700 is not found by its id', '5999 places, not in 6000'],
    ],
    [
      'a place that leads to another event',
      'UPDATE old_places SET position = 701 WHERE position = 700 AND key = 699',
      ['event 700 is not found as revision 699', 'event 701 has no revision 699 of note-1 before it'],
    ],
    ['a stream without events', `INSERT INTO streams (name) VALUES ('note-5')`, ['1 streams have no event']],
    [
      'a stream that nothing names',
      `UPDATE streams SET name = 'note-7' WHERE name = 'note-1'`,
      ['event 1 is not found as revision 0 of note-1', 'event 50 is not found', 'and 950 more problems'],
    ],
  ])('names %s in the middle of the file, which opening it does not see', async (_, damage, says) => {
    const path = await aStore();
    sql(path, damage);
    await (await open(path)).close();
    const found = problems(path).join('\n');
    for (const one of says) expect(found).toContain(one);
    expect(found.split('\n').length).toBeLessThanOrEqual(51);
  });

  test('names pages that SQLite cannot read, and goes on behind them', async () => {
    const path = await aStore();
    using db = new DatabaseSync(path, { readOnly: true });
    const root = Number(db.prepare(`SELECT rootpage FROM sqlite_schema WHERE name = 'old_places'`).get()?.['rootpage']);
    db.close();
    const file = openSync(path, 'r+');
    writeSync(file, Buffer.alloc(4_096, 0xff), 0, 4_096, (root - 1) * 4_096);
    closeSync(file);
    expect(problems(path).join()).toMatch(/damaged|malformed/);
  });

  test('names what keeps a store from being opened', async () => {
    const path = newPath();
    writeFileSync(path, 'Dear agency,\n'.repeat(200));
    expect(problems(path)).toEqual([expect.stringContaining(`${path}: it is no SQLite file`)]);
  });
});

describe('what is damaged is not given out:', () => {
  test('an event that is not as it was written', async () => {
    const path = await aStore();
    sql(path, `UPDATE events SET body = replace(body, 'PUBLIC', 'PUBLIX') WHERE position = 700`);
    const store = await open(path);
    const says = `${path}: it is damaged: an event is not as it was written. Look at the whole of it (samverk fsck)`;
    await expect(store.readAll({ after: 650, limit: 100 })).rejects.toThrow(says);
    await expect(whole(store, 'note-1')).rejects.toThrow(says);
    await expect(store.at([700])).rejects.toBeInstanceOf(StoreUnusable);
    expect(await store.readAll({ after: 700, limit: 100 })).toHaveLength(100);
  });

  test('events after a gap, of the whole or of a stream', async () => {
    const path = await aStore();
    sql(path, 'DELETE FROM events WHERE position = 700');
    const store = await open(path);
    await expect(store.readAll({ after: 0, limit: 3_000 })).rejects.toThrow('an event is not there');
    await expect(whole(store, 'note-1')).rejects.toThrow('note-1 has a gap');
    await expect(whole(store, 'note-1', { backwards: true })).rejects.toThrow('note-1 has a gap');
    expect(await whole(store, 'note-2')).toHaveLength(1_000);
  });
});

describe('the witness', () => {
  const copy = (path: string, suffixes: readonly string[]): string => {
    const to = newPath();
    for (const suffix of suffixes) cpSync(`${path}${suffix}`, `${to}${suffix}`);
    return to;
  };

  test('tells that the log was left out of a copy', async () => {
    const path = await aStore();
    killed(path);
    const without = copy(path, ['', '.witness']);
    await expect(open(without)).rejects.toThrow(
      `${without} lacks the last 2 of the 3002 events that were acknowledged: its log ${without}-wal was lost or cut, or it is an older copy. Put back all files`,
    );
    await expect(open(without, { readOnly: true })).rejects.toBeInstanceOf(StoreUnusable);
    expect(problems(without)).toEqual([expect.stringContaining('lacks the last 2 of the 3002')]);
    expect(await (await open(copy(path, ['', '-wal', '.witness']))).head()).toBe(3_002);
  });

  test('tells that an older file, another history or no file stands where one was', async () => {
    const path = await aStore();
    const before = copy(path, ['']);
    const store = await open(path);
    await store.append('note-4', events(2), 'none');
    await store.close();
    cpSync(before, path);
    await expect(open(path)).rejects.toThrow('lacks the last 2 of the 3002 events');
    const fork = await open(before);
    await fork.append('note-4', [anEvent(), anEvent()], 'none');
    await fork.close();
    cpSync(before, path);
    await expect(open(path)).rejects.toThrow('its event 3002 is not the one that');
    rmSync(path);
    await expect(open(path)).rejects.toThrow(`${path} is not there, but ${path}.witness saw 3002 events in it`);
  });

  test('is heard no more once it is removed; where it is damaged it says so', async () => {
    const path = await aStore();
    writeFileSync(`${path}.witness`, '{"position":3000,"event":"x","closed":true} 00000000');
    await expect(open(path)).rejects.toThrow(`${path}.witness is damaged`);
    rmSync(`${path}.witness`);
    expect(await (await open(path)).head()).toBe(3_000);
  });
});

describe('a store that was not closed in order', () => {
  const checked = async (path: string): Promise<{ store: CheckedEventStore; check: Check }> => {
    const { promise, resolve } = Promise.withResolvers<Check>();
    const store = await open(path, { checked: resolve });
    expect(store.check.state).toBe('running');
    expect(await store.append('note-5', events(1), 'any')).toMatchObject({ repeated: false });
    return { store, check: await promise };
  };

  test('is checked whole in the background when it is opened again, and counts as in order after that', async () => {
    const path = newPath();
    const fresh = await open(path);
    expect(fresh.check.state).toBe('clean');
    await fresh.close();
    killed(path);
    const { store, check } = await checked(path);
    expect(check).toMatchObject({ state: 'clean', problems: [] });
    await store.close();
    expect((await open(path, { checked: () => undefined })).check.state).toBe('clean');
  });

  test('takes nothing more once it is found damaged, gives what is sound, and is checked again at the next start', async () => {
    const path = await aStore();
    killed(path);
    sql(path, `UPDATE events SET body = replace(body, 'PUBLIC', 'PUBLIX') WHERE position = 700`);
    const { store, check } = await checked(path);
    expect(check).toMatchObject({ state: 'damaged', problems: ['event 700 is not as it was written'] });
    await expect(store.append('note-5', events(1), 'any')).rejects.toThrow(
      `${path} is damaged, and nothing is written to it: samverk fsck says where. Stop, and restore a backup`,
    );
    expect(await whole(store, 'note-2')).toHaveLength(1_000);
    await store.close();
    expect((await open(path, { checked: () => undefined })).check.state).toBe('running');
  });

  test('closed before the check has ended, is checked again at the next start', async () => {
    const path = await aStore();
    killed(path);
    const ended: Check[] = [];
    const store = await open(path, { checked: (check) => ended.push(check) });
    await store.close();
    expect((await open(path, { checked: () => undefined })).check.state).toBe('running');
    expect(ended).toEqual([]);
  });

  test('is not checked by one who only reads, nor where nobody asked for it', async () => {
    const path = await aStore();
    killed(path);
    expect((await open(path, { readOnly: true, checked: () => undefined })).check.state).toBe('unchecked');
    expect((await open(path)).check.state).toBe('unchecked');
  });
});

test('a store of the first version, without checksums, is brought up to date and read as before', async () => {
  const path = newPath();
  const event = anEvent();
  {
    using db = new DatabaseSync(path);
    db.exec(
      `PRAGMA application_id = ${0x534d564b}; ${migrations[0]} PRAGMA user_version = 1; PRAGMA journal_mode = WAL`,
    );
    db.exec(`INSERT INTO streams VALUES (1, 'note-1'); INSERT INTO new_places VALUES (1, 0, 1)`);
    db.prepare(`INSERT INTO new_places VALUES (1, unhex(?, '-'), 1)`).run(event.id);
    db.prepare(`INSERT INTO events VALUES (1, 'note-1', 0, 'note', 'NoteTaken', '2017-01-02T08:00:00.000Z', ?)`).run(
      JSON.stringify(event),
    );
  }
  const store = await open(path);
  expect(await whole(store, 'note-1')).toMatchObject([{ ...event, position: 1, revision: 0 }]);
  await store.append('note-1', events(1), 0);
  expect(problems(path)).toEqual([]);
});
