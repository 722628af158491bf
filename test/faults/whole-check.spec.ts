import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as milliseconds } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { commandNo, sendAll } from './api-survives-kill.load.ts';
import { ApiProcess, build, samverk } from './api-survives-kill.process.ts';
import { seed } from './chance.ts';

const folder = mkdtempSync(join(tmpdir(), 'samverk-whole-'));
const path = join(folder, 'events.db');
let api: ApiProcess | undefined;
let issued = 0;
const some = () => Array.from({ length: 20 }, () => commandNo(seed, issued++));
beforeAll(build, 180_000);
afterAll(async () => {
  api?.kill();
  await api?.ended;
  rmSync(folder, { recursive: true });
});

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await milliseconds(20);
}

/** Changes a letter of an event that nobody reads at a start, and says which. */
function damage(): string {
  using db = new DatabaseSync(path);
  const position = Number(
    db
      .prepare(`SELECT min(position) AS first FROM events WHERE type = 'OrganisationRegistered' AND position > 100`)
      .get()?.['first'],
  );
  db.exec(`DROP TRIGGER events_are_never_changed;
    UPDATE events SET body = replace(body, 'PUBLIC', 'PUBLIX') WHERE position = ${position};
    CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'an event is never changed'); END;`);
  return `event ${position} is not as it was written`;
}

describe('after an unclean stop', () => {
  test('the API says that it checks the whole store, takes commands meanwhile, and is ready when all is sound', async () => {
    api = new ApiProcess(folder);
    await sendAll(
      api,
      Array.from({ length: 750 }, () => commandNo(seed, issued++)),
    );
    api.kill();
    await api.ended;

    api = new ApiProcess(folder);
    const running = api;
    await sendAll(running, some());
    await until(() => running.isReady());
    expect(running.said()).toContain('was not closed in order: all of it is checked in the background');
    expect(await running.stop()).toEqual({ code: 0, signal: null, complaints: '' });
  }, 120_000);

  test('a stop in order leaves nothing to be checked, and fsck beside the API finds all sound', async () => {
    api = new ApiProcess(folder);
    await until(() => (api as ApiProcess).isReady());
    expect(api.said()).not.toContain('checked');
    const [fsck] = await Promise.all([samverk(folder, ['fsck']), sendAll(api, some())]);
    expect(fsck).toMatchObject({ code: 0, says: 'All is sound.\n' });
    expect(fsck.complaints).toContain(`Checking the events of ${path}`);
  }, 120_000);

  test('what is damaged is named; the API is not ready, takes no command more, and repairs nothing', async () => {
    api?.kill();
    await api?.ended;
    const found = damage();
    api = new ApiProcess(folder);
    const running = api;
    await until(async () => running.complained().includes('it is damaged'));
    expect(await running.isReady()).toBe(false);
    await expect(sendAll(running, some())).rejects.toThrow('INTERNAL');
    await running.stop();
    const { code, complaints } = await running.ended;
    expect(code).toBe(0);
    expect(complaints).toContain(`${path}: it is damaged. samverk fsck names what is wrong, and the way out`);
    expect(complaints).toContain(`${path} is damaged, and nothing is written to it`);

    const fsck = await samverk(folder, ['fsck']);
    expect(fsck).toMatchObject({ code: 1, says: '' });
    expect(fsck.complaints).toContain(`${path}: ${found}\n`);
    expect(fsck.complaints).toContain(
      'Nothing was changed. Stop the API, keep a copy of the folder as it is, and restore',
    );
  }, 120_000);
});
