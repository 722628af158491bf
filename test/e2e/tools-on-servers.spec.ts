import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { build, samverk as run } from '../faults/api-survives-kill.process.ts';
import { Operated } from '../operator/operated.ts';
import { createDatabase, dropDatabase, noPostgres, sql } from '../servers/databases.ts';
import { RunningSystem } from './harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'samverk-tools-'));
beforeAll(build, 180_000);
afterAll(() => rmSync(folder, { recursive: true }));

const samverk = (dataDir: string, args: readonly string[], settings: Record<string, string>) =>
  run(dataDir, args, undefined, settings);

describe('where both stores are servers', () => {
  const servers = {
    EVENT_STORE: 'esdb://admin:hush@db.example:2113',
    READ_STORE: 'postgres://me:hush@db.example/views',
  };

  test.each([
    [
      ['fsck'],
      /^There is no file to check here\. EVENT_STORE is a server, .* READ_STORE is PostgreSQL, .*samverk rebuild/,
    ],
    [['backup', join(folder, 'backup')], /^EVENT_STORE is a server: it is backed up and restored by its own means/],
  ])('samverk %j says who looks after what', async (args, says) => {
    const { code, complaints } = await samverk(folder, args, servers);
    expect([code, complaints]).toEqual([1, expect.stringMatching(says)]);
    expect(complaints).not.toContain('hush');
  });

  test('a worker is not started beside an API that does its work itself', async () => {
    const worker = await Operated.start(servers, 'worker');
    expect(await worker.ended()).toBe(1);
    expect(worker.lines).toEqual([
      expect.objectContaining({ event: 'failed', says: expect.stringMatching(/^WORKERS is inside/) }),
    ]);
    await worker.end();
  });
});

const missing = await noPostgres();
const inPostgres = missing === undefined ? describe : describe.skip;

inPostgres(
  `where events are in a file and views in PostgreSQL${missing === undefined ? '' : ` (skipped: ${missing})`}`,
  () => {
    let system: RunningSystem;
    let views: { readonly READ_STORE: string };
    const backup = join(folder, 'backup');
    const tool = (...args: string[]) => samverk(system.settings.dataDir, args, views);

    beforeAll(async () => {
      views = { READ_STORE: await createDatabase() };
      system = await RunningSystem.start(undefined, { ...views, EVENT_STORE: '' });
    });
    afterAll(async () => {
      await system.end();
      await dropDatabase(views.READ_STORE);
    });

    test('views are built anew beside the running system, and what is parked is listed', async () => {
      const obligations = '{ obligations(first: 100) { edges { node { row hardDeadline } } } }';
      const before = await system.read(undefined, obligations);
      expect(await tool('rebuild', 'obligation', 'mandate')).toMatchObject({
        code: 0,
        says: expect.stringMatching(/^Rebuilt/),
      });
      expect(await system.read(undefined, obligations)).toEqual(before);
      expect(await tool('parked')).toMatchObject({ code: 0, says: 'Nothing is parked.\n' });
    }, 60_000);

    test('the file is checked, and the server is left to itself', async () => {
      expect(await tool('fsck')).toMatchObject({
        code: 0,
        says: 'All is sound.\n',
        complaints: expect.stringMatching(/READ_STORE is PostgreSQL/),
      });
    }, 60_000);

    test('a backup holds the events, says that people are elsewhere, and is restored to such a set-up alone', async () => {
      const made = await tool('backup', backup);
      expect(made).toMatchObject({
        code: 0,
        says: expect.stringMatching(/Who people are is not in it: pg_dump .*samverk_directory/),
      });
      const { files, people } = JSON.parse(readFileSync(join(backup, 'manifest.json'), 'utf8')) as {
        files: { name: string }[];
        people: string;
      };
      expect([files.map(({ name }) => name), people]).toEqual([
        ['events.db', 'demo-clock.json', 'secret'],
        'elsewhere',
      ]);
      expect(await samverk(folder, ['fsck', backup], {})).toMatchObject({ code: 0, says: 'All is sound.\n' });

      const empty = join(folder, 'restored');
      expect(await samverk(empty, ['restore', backup], {})).toMatchObject({
        code: 1,
        complaints: expect.stringMatching(/made where people are kept in PostgreSQL: set READ_STORE/),
      });
      expect(await samverk(empty, ['restore', backup], views)).toMatchObject({ code: 0 });
    }, 60_000);
  },
);

inPostgres(`people${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  test('are copied from a file to PostgreSQL, and are who they were', async () => {
    const READ_STORE = await createDatabase();
    const system = await RunningSystem.start(undefined, { EVENT_STORE: '', READ_STORE: '' });
    const { personRef } = await system.person('anna');
    await system.close();
    const copy = () => samverk(system.settings.dataDir, ['copy-people'], { READ_STORE });
    for (let times = 0; times < 2; times++)
      expect(await copy()).toMatchObject({ code: 0, says: expect.stringMatching(/^\d+ people are in READ_STORE/) });
    const people = await sql<{ person_ref: string }>(READ_STORE, 'SELECT person_ref FROM samverk_directory.person');
    expect(people.map(({ person_ref }) => person_ref)).toContain(personRef);
    await sql(
      READ_STORE,
      `UPDATE samverk_directory.person SET person_ref = 'another' WHERE person_ref = '${personRef}'`,
    );
    expect(await copy()).toMatchObject({
      code: 1,
      complaints: expect.stringMatching(/knows 1 of the \d+ people .* as others/),
    });
    expect(await samverk(system.settings.dataDir, ['copy-people'], {})).toMatchObject({
      code: 1,
      complaints: expect.stringMatching(/^READ_STORE is a file/),
    });
    await system.end('closed');
    await dropDatabase(READ_STORE);
  }, 60_000);
});
