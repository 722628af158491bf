import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { eventStoreContract } from '../event-store.contract.ts';
import { StoreUnusable } from '../event-store.ts';
import type { Batch, EventStore } from '../event-store.ts';
import { anEvent, events, freshName, freshStream, ids, whole } from '../under-test.contract.ts';
import { openSqliteEventStore } from './sqlite-event-store.ts';
import type { SqliteEventStoreOptions } from './sqlite-event-store.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'samverk-events-')));
afterAll(() => rmSync(folder, { recursive: true }));

let milliseconds = 0;
/** Every look at it gives another time. */
const clock = { now: () => new Date(Date.UTC(2017, 0, 2) + milliseconds++).toISOString() };

const left: EventStore[] = [];
afterEach(async () => {
  for (const store of left.splice(0)) await store.close();
});
const newPath = (): string => join(folder, `${freshName()}.db`);
async function open(path: string, more: Partial<SqliteEventStoreOptions> = {}): Promise<EventStore> {
  const store = await openSqliteEventStore({ path, clock, ...more });
  left.push(store);
  return store;
}

const contractPath = newPath();
eventStoreContract('SQLite', () => openSqliteEventStore({ path: contractPath, clock }));

describe('appends of one turn of the event loop', () => {
  /** How many transactions the log holds: their last frames tell the size of the file. */
  const transactions = (path: string): number => {
    const log = readFileSync(`${path}-wal`);
    let count = 0;
    for (let frame = 32; frame < log.length; frame += 24 + 4096) if (log.readUInt32BE(frame + 4) > 0) count += 1;
    return count;
  };

  test('share one transaction; those that wait for each other have one each', async () => {
    const path = newPath();
    const store = await open(path);
    await store.append(freshStream(), [anEvent()], 'none');
    const before = transactions(path);
    await Promise.all(events(50).map((event) => store.append(freshStream(), [event], 'none')));
    expect(transactions(path)).toBe(before + 1);
    for (const event of events(5)) await store.append(freshStream(), [event], 'none');
    expect(transactions(path)).toBe(before + 6);
  });

  test('are accepted or refused each by itself, and the positions have no gap', async () => {
    const store = await open(newPath());
    const [here, there] = [freshStream(), freshStream()];
    const outcomes = await Promise.allSettled([
      store.append(here, events(2), 'none'),
      store.append(here, events(2), 'none'),
      store.append(there, events(1), 7),
      store.append(here, events(1), 1),
      store.append(there, events(1), 'any'),
    ]);
    expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual([true, false, false, true, true]);
    const all = await store.readAll({ after: 0, limit: 10 });
    expect(all.map(({ position }) => position)).toEqual([1, 2, 3, 4]);
    expect(new Set(all.map(({ recordedAt }) => recordedAt)).size).toBe(1);
    expect(await store.head()).toBe(4);
  });

  test('that wait when the store is closed are written first', async () => {
    const path = newPath();
    const appended = (await open(path)).append('note-1', events(2), 'none');
    await left.pop()?.close();
    expect(await appended).toMatchObject({ revision: 1 });
    expect(await whole(await open(path), 'note-1')).toHaveLength(2);
  });
});

test('a closed store says that it is closed', async () => {
  const store = await open(newPath());
  await store.append('note-1', events(1), 'none');
  await store.close();
  for (const asked of [
    () => store.append('note-1', events(1), 'any'),
    () => store.readAll({ after: 1, limit: 1 }),
    () => whole(store, 'note-1'),
    () => store.find('note-1', 'x'),
    () => store.head(),
  ])
    await expect(asked()).rejects.toThrow('is closed');
});

describe('a full disk', () => {
  test('refuses all appends of the turn and stores nothing of them; the store reads on, and writes where there is room', async () => {
    const path = newPath();
    const store = await open(path, { maxBytes: 400_000 });
    const [written, tooMuch] = [anEvent(), anEvent({ data: { text: 'x'.repeat(500_000) } })];
    await store.append('note-1', [written], 'none');
    const appends = [store.append('note-2', [anEvent()], 'none'), store.append('note-1', [anEvent(), tooMuch], 0)];
    for (const { reason } of (await Promise.allSettled(appends)) as PromiseRejectedResult[]) {
      expect(reason).toBeInstanceOf(StoreUnusable);
      expect(String(reason)).toContain('the disk is full, nothing of this was stored: make room');
      expect(String(reason)).toContain(path);
    }
    expect(ids(await store.readAll({ after: 0, limit: 10 }))).toEqual([written.id]);
    expect(await store.append('note-2', [anEvent()], 'none')).toMatchObject({ position: 2 });
    await store.close();

    const withRoom = await open(path);
    expect(await withRoom.append('note-1', [tooMuch], 0)).toMatchObject({ revision: 1, position: 3 });
  });
});

describe('live subscribers', () => {
  test('share events that none of them can change', async () => {
    const store = await open(newPath());
    const [first, second] = [store.subscribe({ after: 0 }), store.subscribe({ after: 0 })];
    await store.append('note-1', [anEvent({ data: { deep: [{ text: 'said' }] } })], 'none');
    const deep = async (subscription: AsyncIterable<Batch>): Promise<{ text: string }> => {
      const { value } = (await subscription[Symbol.asyncIterator]().next()) as IteratorYieldResult<Batch>;
      return (value.events[0]?.data['deep'] as [{ text: string }])[0];
    };
    const shared = await deep(first);
    expect(() => Object.assign(shared, { text: 'changed' })).toThrow(TypeError);
    expect(await deep(second)).toEqual({ text: 'said' });
  });

  test('that fall behind further than memory reaches go on from the file without gap or repeat', async () => {
    const store = await open(newPath());
    const large = (): ReturnType<typeof anEvent> => anEvent({ data: { text: 'x'.repeat(800_000) } });
    const written = Array.from({ length: 9 }, large);
    const seen: number[] = [];
    for await (const { events, caughtUp } of store.subscribe({ after: 0, batch: 2 })) {
      seen.push(...events.map(({ position }) => position));
      if (seen.length === 0) for (const event of written.slice(0, 8)) await store.append('note-1', [event], 'any');
      if (caughtUp && seen.length === 8) await store.append('note-1', written.slice(8), 'any');
      if (seen.length === 9) break;
    }
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});

/** Runs a program in a process of its own; `args` are its `process.argv.slice(1)`. */
function run(program: string, ...args: string[]): ChildProcess & { output: AsyncIterator<string> } {
  const options = ['-C', 'samverk-source', '--no-warnings', '--input-type=module', '-e'];
  const child = spawn(process.execPath, [...options, program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  return Object.assign(child, { output: child.stdout.setEncoding('utf8')[Symbol.asyncIterator]() });
}
const begin = `import { openSqliteEventStore } from '#event-store/sqlite/sqlite-event-store';
  const [path] = process.argv.slice(1);
  const open = (more) => openSqliteEventStore({ path, clock: { now: () => new Date().toISOString() }, ...more });`;

describe('another process', () => {
  test('that would write is refused while one does, and is told which file; afterwards it may', async () => {
    const path = newPath();
    const store = await open(path);
    const tryToWrite = `${begin} console.log(await open().then((store) => store.head(), (error) => error.message));`;
    expect((await run(tryToWrite, path).output.next()).value).toContain(
      `${path} is in use: another process writes to it`,
    );
    await expect(open(path)).rejects.toThrow(`${path} is in use`);
    await store.append('note-1', events(3), 'none');
    await store.close();
    expect((await run(tryToWrite, path).output.next()).value).toBe('3\n');
  });

  test('may read at any time, and follows what is written', async () => {
    const path = newPath();
    const store = await open(path);
    await store.append('note-1', events(2), 'none');
    const reader = run(
      `${begin} for await (const { position, caughtUp } of (await open({ readOnly: true })).subscribe({ after: 0 })) {
         if (caughtUp) console.log(position);
         if (position === 4) break;
       }`,
      path,
    );
    const ended = once(reader, 'exit');
    expect((await reader.output.next()).value).toBe('2\n');
    await store.append('note-2', events(2), 'none');
    expect((await reader.output.next()).value).toBe('4\n');
    reader.kill();
    await ended;
  });

  test('that only reads refuses to write', async () => {
    const path = newPath();
    const writer = await open(path);
    const reader = await open(path, { readOnly: true });
    await expect(reader.append('note-1', events(1), 'none')).rejects.toThrow(`${path} was opened for reading only`);
    await writer.append('note-1', events(1), 'none');
    expect(await reader.head()).toBe(1);
  });
});

describe('a file that is no sound store of ours is refused at once, and left as it is:', () => {
  const aStore = async (path: string): Promise<void> => {
    const store = await openSqliteEventStore({ path, clock });
    for (const id of [1, 2, 3]) await store.append(`note-${id}`, events(400), 'none');
    await store.close();
  };
  const sql = (path: string, statements: string): void => {
    using db = new DatabaseSync(path);
    db.exec(statements);
  };
  const changed =
    (statements: string) =>
    async (path: string): Promise<void> => {
      await aStore(path);
      sql(path, statements);
    };
  const unlocked = 'DROP TRIGGER events_are_never_removed; DROP TRIGGER events_are_never_changed;';
  const relocked = `CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'an event is never changed'); END;
   CREATE TRIGGER events_are_never_removed BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'an event is never removed'); END;`;
  const damaged = (statements: string): ReturnType<typeof changed> => changed(`${unlocked}${statements};${relocked}`);

  test.each<[what: string, made: (path: string) => unknown, says: string]>([
    ['a text', (path) => writeFileSync(path, 'Dear agency,\n'.repeat(200)), 'it is no SQLite file'],
    ['an empty file', (path) => writeFileSync(path, ''), 'is empty: restore it from a backup'],
    ['a log without its file', (path) => writeFileSync(`${path}-wal`, 'log'), 'is not there, but its log'],
    [
      "another application's file",
      (path) => sql(path, 'CREATE TABLE theirs (x)'),
      'of another application (application_id 0)',
    ],
    [
      'a file of a later version',
      changed('PRAGMA user_version = 99'),
      'has schema version 99 and this program knows up to',
    ],
    ['a store without one of its tables', changed('DROP TABLE new_places'), 'lacks CREATE TABLE new_places'],
    ['a store without its guard against changes', changed(unlocked), 'lacks CREATE TRIGGER'],
    [
      'a gap in the positions',
      damaged('DELETE FROM events WHERE position = 1199'),
      'is damaged: of its last 1000 events 999',
    ],
    ['a lost beginning', damaged('DELETE FROM events WHERE position = 1'), 'its first position is 2'],
    ['an event not found by its id', changed('DELETE FROM old_places WHERE position = 700'), 'is damaged'],
    [
      'a body that is no JSON',
      damaged(`UPDATE events SET body = '{' WHERE position = 900`),
      'of its last 1000 events 999',
    ],
  ])('%s', async (_, make, says) => {
    const path = newPath();
    await make(path);
    const bytes = (): string => (existsSync(path) ? createHash('sha256').update(readFileSync(path)).digest('hex') : '');
    const before = bytes();
    await expect(open(path)).rejects.toThrow(says);
    await expect(open(path)).rejects.toThrow(path);
    await expect(open(path)).rejects.toBeInstanceOf(StoreUnusable);
    expect(bytes()).toBe(before);
  });

  test('a file that was cut, wherever', async () => {
    const path = newPath();
    await aStore(path);
    const { size } = statSync(path);
    for (const part of [0.999, 0.7, 0.4, 0.1, 0.001]) {
      truncateSync(path, Math.floor(size * part));
      await expect(open(path)).rejects.toBeInstanceOf(StoreUnusable);
    }
  });

  test('a file that was cut where its log, left by a process that was killed, does not reach', async () => {
    const path = newPath();
    await aStore(path);
    const child = run(
      `${begin} const store = await open();
       const anEvent = (event) => ({ ...event, id: crypto.randomUUID() });
       const [event] = await store.readAll({ after: 0, limit: 1 });
       for (let times = 0; times < 3; times++) await store.append('note-4', Array.from({ length: 400 }, () => anEvent(event)), 'any');
       process.kill(process.pid, 'SIGKILL');`,
      path,
    );
    await once(child, 'exit');
    truncateSync(path, statSync(path).size - 10 * 4096);
    await expect(open(path)).rejects.toThrow(`${path} was cut`);
  });

  test('a path without its folder, and for a reader a file that is not there', async () => {
    await expect(open(join(folder, 'nowhere', 'events.db'))).rejects.toThrow('its folder is not there');
    await expect(open(newPath(), { readOnly: true })).rejects.toThrow('is not there: start the system that writes it');
  });
});
