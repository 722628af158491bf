import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { asked, chosen, seed } from './chance.ts';
import { commandNo, isNotThere, isWhole, loadUntilKilled, sendAll, sendAndSee } from './api-survives-kill.load.ts';
import type { Command, Sent } from './api-survives-kill.load.ts';
import { ApiProcess, build, type End } from './api-survives-kill.process.ts';
import { checked, contentOf, EventsOfCommands, rebuild } from './api-survives-kill.stores.ts';

/** One for each ten of the store's: a kill costs a start of the API, some 3 s. */
const kills = Math.max(5, Math.ceil(asked('SAMVERK_KILLS', 25) / 10));

const folder = mkdtempSync(join(tmpdir(), 'samverk-killed-'));
const file = (name: string) => join(folder, name);
const events = new EventsOfCommands(file('events.db'));
const sent: Sent[] = [];
const commandsOf = (some: readonly Sent[]): Command[] => some.map(({ command }) => command);
let issued = 0;
const nextCommand = () => commandNo(seed, issued++);

let api: ApiProcess | undefined;
const start = (): ApiProcess => (api = new ApiProcess(folder));
const byKill: End = { code: null, signal: 'SIGKILL', complaints: '' };

beforeAll(async () => {
  const began = performance.now();
  await build();
  console.info(`seed ${seed}, ${kills} kills; the build took ${Math.round(performance.now() - began)} ms`);
}, 180_000);
afterAll(async () => {
  api?.kill();
  await api?.ended;
  rmSync(folder, { recursive: true });
});

/** A repeat costs the more the longer its stream: so many of the many are sent again. */
const repeats = 100;

/**
 * Looks at all that a life left behind when it was killed. Sends again what was not answered, and the last of what was.
 * Gives how many events that added.
 */
async function settle(running: ApiProcess, life: readonly Sent[]): Promise<number> {
  const acknowledged = commandsOf(life.filter((one) => one.acknowledged));
  const unanswered = commandsOf(life.filter((one) => !one.acknowledged));
  await running.ready;
  await events.readOn();
  expect(acknowledged.filter((command) => !isWhole(command, events.of(command)))).toEqual([]);
  const torn = (command: Command) => !isWhole(command, events.of(command)) && !isNotThere(command, events.of(command));
  expect(unanswered.filter(torn)).toEqual([]);

  await sendAll(running, acknowledged.slice(-repeats));
  expect(await events.readOn()).toBe(0);
  const missing = unanswered.map((command) => command.makes.length - events.of(command).length);
  await sendAll(running, unanswered);
  const added = await events.readOn();
  expect(added).toBe(missing.reduce((sum, one) => sum + one, 0));
  expect(unanswered.filter((command) => !isWhole(command, events.of(command)))).toEqual([]);
  return added;
}

describe('an API that was killed in the middle of its work, again and again', () => {
  test(
    'has every acknowledged command, and each other one wholly or not at all; sent again, all are there once',
    async () => {
      let life: readonly Sent[] = [];
      let added = 0;
      for (let times = 0; times < kills; times++) {
        const running = start();
        if (times % 5 === 0) {
          expect(await running.killAtChange(1 + chosen(times === 0 ? 2_000 : 30))).toEqual(byKill);
          continue;
        }
        added += await settle(running, life);
        life = await loadUntilKilled(running, nextCommand, { answers: 1 + chosen(400), delay: chosen(6) });
        sent.push(...life);
        expect(await running.ended).toEqual(byKill);
      }
      added += await settle(start(), life);

      const acknowledged = sent.filter((one) => one.acknowledged).length;
      expect(acknowledged).toBeGreaterThan(0);
      console.info(
        `${kills} kills, ${acknowledged} commands acknowledged, none lost; ${sent.length - acknowledged} unanswered, ` +
          `${added} of their events written when they were sent again; ${events.head} events stored`,
      );
    },
    60_000 + kills * 15_000,
  );

  test('still has all of it at last, and accepts any of it again without writing', async () => {
    if (!api) throw new Error('it does not run');
    const all = commandsOf(sent);
    const some = Array.from({ length: repeats }, () => all[chosen(all.length)]);
    await sendAll(
      api,
      some.filter((command) => command !== undefined),
    );
    const anew = new EventsOfCommands(file('events.db'));
    expect(await anew.readOn()).toBe(events.head);
    expect(all.filter((command) => !isWhole(command, anew.of(command)))).toEqual([]);
  }, 60_000);

  test('has in every view, to the byte, what a fresh rebuild has', async () => {
    if (!api) throw new Error('it does not run');
    await sendAndSee(api, nextCommand());
    expect(await api.stop()).toEqual({ code: 0, signal: null, complaints: '' });
    await events.readOn();
    for (const name of ['events.db', 'views.db', 'directory.db'])
      expect([name, checked(file(name))]).toEqual([name, 'ok']);

    await rebuild(file('events.db'), file('rebuilt.db'));
    const kept = contentOf(file('views.db'));
    const rebuilt = contentOf(file('rebuilt.db'));
    expect([...kept.keys()].sort()).toEqual([...rebuilt.keys()].sort());
    for (const [table, rows] of rebuilt) expect([table, kept.get(table)]).toEqual([table, rows]);

    const costs = sent.filter(({ command }) => command.name === 'RecordCost').length;
    expect(kept.get('_history')).toHaveLength(events.head);
    expect(kept.get('_parked')).toEqual([]);
    expect(kept.get('cost')?.length).toBeGreaterThanOrEqual(costs);
    console.info(`${kept.size - 1} tables, ${[...kept.values()].flat().length} rows: as rebuilt`);
  }, 120_000);
});
