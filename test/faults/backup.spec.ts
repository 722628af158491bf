import {
  cpSync,
  existsSync,
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
import { setTimeout as milliseconds } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { demoToken } from '#delivery/identity-token';
import { loadSecret } from '#delivery/secret';
import { openSqliteDirectory } from '#directory/sqlite/sqlite-directory';
import type { StoredEvent } from '#kernel/envelope';
import { mutationOf, newId, orgId } from '../e2e/harness.ts';
import { commandNo, isWhole, sendAll, severalCallers } from './api-survives-kill.load.ts';
import type { Command } from './api-survives-kill.load.ts';
import { ApiProcess, build, samverk } from './api-survives-kill.process.ts';
import { EventsOfCommands } from './api-survives-kill.stores.ts';
import { seed } from './chance.ts';
import { EventsRead, reading } from './events-read.ts';

const own = mkdtempSync(join(tmpdir(), 'samverk-backup-'));
const [data, backup, restored] = [join(own, 'data'), join(own, 'backup'), join(own, 'restored')];
const running: ApiProcess[] = [];
let issued = 0;
const commands = (count: number): Command[] => Array.from({ length: count }, () => commandNo(seed, issued++));
function start(folder: string): ApiProcess {
  const api = new ApiProcess(folder);
  running.push(api);
  return api;
}

beforeAll(build, 180_000);
afterAll(async () => {
  for (const api of running) api.kill();
  for (const api of running) await api.ended;
  rmSync(own, { recursive: true });
});

async function ask(url: string, token: string, query: string, variables: object = {}): Promise<string> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
  return response.text();
}

/** Somebody whom nobody knew enters, and asks for a role at once: an event that names a person of a moment ago. */
async function aNewcomer(url: string, token: string): Promise<void> {
  const { data: known } = JSON.parse(await ask(url, token, '{ me { personRef } }')) as {
    data: { me: { personRef: string } };
  };
  const role = { role: 'REGISTRAR', scope: { type: 'ORGANISATION' }, from: '2017-01-01', orgId: orgId('VINNOVA') };
  const variables = { input: { ...role, ...known.me, assignmentId: newId() }, meta: { commandId: newId() } };
  expect(await ask(url, token, mutationOf('ProposeRole'), variables)).toContain('Accepted');
}

async function eventsIn(folder: string): Promise<StoredEvent[]> {
  const found: StoredEvent[] = [];
  await reading(join(folder, 'events.db'), (store) => new EventsRead((event) => found.push(event)).readOn(store));
  return found;
}

const bytesIn = (folder: string): Record<string, string> =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name)).toString('base64')]));

const acknowledged = commands(300);
const asked = '{ organisations(first: 100, orderBy: { by: name }) { edges { cursor node { orgId name } } } }';

describe('a backup', () => {
  test('is taken while others write, knows every person whom its events name, and is for its owner alone', async () => {
    const api = start(data);
    await sendAll(api, acknowledged);
    const url = (await api.ready) ?? '';
    const secret = loadSecret(join(data, 'secret'));
    let over = false;
    let newcomers = 0;
    const writing = severalCallers(
      () => (over ? undefined : commandNo(seed, issued++)),
      async (command) => {
        await sendAll(api, [command]);
        await aNewcomer(url, await demoToken(secret, `newcomer ${newcomers++}`));
      },
    );
    const taken = await samverk(data, ['backup', backup]);
    over = true;
    await writing;
    expect(taken).toMatchObject({ code: 0, signal: null });
    expect(taken.says).toMatch(/\/backup: \d+ events, checked\. The secret of the installation is in it: keep it/);
    expect(taken.complaints).toContain('Copying');

    expect(readdirSync(backup).sort()).toEqual([
      'demo-clock.json',
      'directory.db',
      'events.db',
      'manifest.json',
      'secret',
    ]);
    expect(statSync(backup).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(backup)) expect(statSync(join(backup, name)).mode & 0o777).toBe(0o600);

    const [now, then] = [await eventsIn(data), await eventsIn(backup)];
    expect(then).toEqual(now.slice(0, then.length));
    const made = new Set(then.map(({ correlation }) => correlation));
    expect(acknowledged.filter(({ id }) => !made.has(id))).toEqual([]);
    const path = join(own, 'people.db');
    cpSync(join(backup, 'directory.db'), path);
    const directory = await openSqliteDirectory({ path, key: secret.derive('directory') });
    const persons = then.flatMap(({ actor }) => ('person' in actor ? [actor.person] : []));
    const known = await Promise.all(persons.map((person) => directory.knows(person)));
    expect(persons.filter((_, i) => !known[i])).toEqual([]);
    await directory.close();
    expect(now.length).toBeGreaterThan(then.length);
    console.log(`seed ${seed}: ${then.length} of ${now.length} events in a backup, ${newcomers} newcomers meanwhile`);
  }, 180_000);

  test('that is restored gives the same answers, to the same tokens', async () => {
    const before = bytesIn(backup);
    const result = await samverk(restored, ['restore', backup]);
    expect(result).toMatchObject({ code: 0, signal: null });
    expect(result.says).toContain(`Restored to ${restored}: `);
    expect(bytesIn(backup)).toEqual(before);

    const api = start(restored);
    expect(await api.isReady()).toBe(true);
    const events = new EventsOfCommands(join(restored, 'events.db'));
    await events.readOn();
    expect(acknowledged.filter((command) => !isWhole(command, events.of(command)))).toEqual([]);
    await sendAll(api, acknowledged);
    expect(await events.readOn()).toBe(0);

    const tokens = running[0]?.tokens() ?? {};
    const answers = async (one: ApiProcess | undefined, role: string) =>
      (JSON.parse(await ask((await one?.ready) ?? '', tokens[role] ?? '', asked)) as { data: unknown }).data;
    const names = (page: unknown) => JSON.stringify(page).match(/Påhittade kommunen \d+"/g);
    const role = 'SYSTEM_ADMIN';
    expect(names(await answers(api, role))?.slice(0, 50)).toEqual(names(await answers(running[0], role))?.slice(0, 50));
    expect(await api.stop()).toMatchObject({ code: 0, complaints: '' });
  }, 120_000);

  test('is not restored where anything is, nor over another secret', async () => {
    const before = bytesIn(restored);
    const there = await samverk(restored, ['restore', backup]);
    expect(there).toMatchObject({ code: 1, says: '' });
    expect(there.complaints).toContain('is there: a backup is restored into an empty folder only');
    expect(bytesIn(restored)).toEqual(before);

    const other = mkdtempSync(join(own, 'other-'));
    writeFileSync(join(other, 'secret'), `${Buffer.alloc(32, 1).toString('base64')}\n`, { mode: 0o600 });
    expect((await samverk(other, ['restore', backup])).complaints).toContain(
      'is another secret than that of the backup',
    );
    expect(readdirSync(other)).toEqual(['secret']);
  }, 60_000);

  test('is not made where something is', async () => {
    expect((await samverk(data, ['backup', backup])).complaints).toBe(
      `${backup} is there already: name a folder that is not\n`,
    );
  });

  test.each<[what: string, damage: (folder: string) => void, says: string]>([
    [
      'a file that was cut',
      (folder) => truncateSync(join(folder, 'events.db'), 8_192),
      'events.db has 8192 bytes, not',
    ],
    [
      'a file that was changed',
      (folder) => writeFileSync(join(folder, 'secret'), `${Buffer.alloc(32, 1).toString('base64')}\n`),
      'secret is not the file that was backed up: its SHA-256 differs',
    ],
    ['a file that is gone', (folder) => rmSync(join(folder, 'directory.db')), 'directory.db is not there'],
    ['no manifest', (folder) => rmSync(join(folder, 'manifest.json')), 'manifest'],
  ])(
    'with %s is named by fsck, and not restored',
    async (_, damage, says) => {
      const [copy, to] = [mkdtempSync(join(own, 'copy-')), join(own, 'nowhere')];
      cpSync(backup, copy, { recursive: true });
      damage(copy);
      const [fsck, restore] = [await samverk(to, ['fsck', copy]), await samverk(to, ['restore', copy])];
      expect([fsck.code, restore.code]).toEqual([1, 1]);
      expect(fsck.complaints).toContain(says);
      expect(restore.complaints).toContain(says);
      expect(existsSync(to)).toBe(false);
    },
    60_000,
  );

  test('that is stopped leaves nothing behind', async () => {
    const folder = join(own, 'stopped');
    const stopped = await samverk(data, ['backup', folder], (child) => {
      void (async () => {
        while (!existsSync(`${folder}.part`)) await milliseconds(1);
        child.kill('SIGINT');
      })();
    });
    expect(stopped).toMatchObject({ code: 130, signal: null, says: '' });
    expect(stopped.complaints).toContain('Stopped: nothing is left of it.');
    expect([existsSync(folder), existsSync(`${folder}.part`)]).toEqual([false, false]);
  }, 60_000);

  test('without the secret says so, and is restored where the secret was put back first', async () => {
    const [folder, to] = [join(own, 'without'), mkdtempSync(join(own, 'to-'))];
    expect((await samverk(data, ['backup', '--without-secret', folder])).says).toContain('The secret is not in it');
    expect(readdirSync(folder)).not.toContain('secret');
    expect((await samverk(to, ['restore', folder])).complaints).toContain('was made without the secret: put that back');
    cpSync(join(data, 'secret'), join(to, 'secret'));
    expect(await samverk(to, ['restore', folder])).toMatchObject({ code: 0 });
  }, 60_000);
});
