import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as milliseconds } from 'node:timers/promises';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { contexts } from '#apps/api/contexts';
import { history } from '#apps/bench/mandate-history';
import { factsOf } from '#delivery/checks';
import { systemClock } from '#delivery/clock';
import type { EventStore } from '#event-store/event-store';
import { openSqliteEventStore } from '#event-store/sqlite/sqlite-event-store';
import { Projector } from '#read-store/projector';
import { openSqliteReadStore } from '#read-store/sqlite/sqlite-read-store';
import { checked, contentOf, rebuild } from './api-survives-kill.stores.ts';

/** Many more are asked for by SAMVERK_KILLS=100; SAMVERK_SEED repeats the moments, as far as processes can. */
const kills = Math.max(2, Math.min(100, Number(process.env['SAMVERK_KILLS'] ?? 4)));
const seed = Number(process.env['SAMVERK_SEED'] ?? Date.now() % 1_000_000);
const [chance] = fc.sample(fc.infiniteStream(fc.nat(999_999)), { seed, numRuns: 1 });
const chosen = (below: number): number => Number(chance?.next().value ?? 0) % below;

const folder = mkdtempSync(join(tmpdir(), 'samverk-rebuilt-'));
const file = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

const recorded = [...history(4_000 + kills * 100)];
let appended = 0;
const append = async (events: EventStore, count: number) => {
  const some = recorded.slice(appended, (appended += count));
  await Promise.all(some.map(({ stream, event }) => events.append(stream, [event], 'any')));
};

/** Rebuilds in a process of its own, which is killed so long after so many batches; gives what it said. */
async function rebuilding(killAfter: number, delay: number): Promise<string[]> {
  const program = join(import.meta.dirname, 'rebuilder.ts');
  const args = ['-C', 'samverk-source', '--no-warnings', program, file('events.db'), file('views.db')];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  const lines: string[] = [];
  for await (const line of createInterface(child.stdout)) {
    lines.push(line);
    if (lines.length === killAfter) await milliseconds(delay).then(() => child.kill('SIGKILL'));
  }
  await closed;
  return lines;
}

test(
  'a rebuilding that is killed again and again, beside live writes, gives at last what a fresh one gives',
  async () => {
    console.info(`seed ${seed}, ${kills} kills`);
    const reports: unknown[] = [];
    const events = await openSqliteEventStore({ path: file('events.db'), clock: systemClock });
    const store = await openSqliteReadStore({ path: file('views.db'), busyMs: 30_000 });
    await append(events, 4_000);
    const projector = await Projector.start({
      events,
      store,
      views: contexts.flatMap(({ views }) => views),
      facts: Object.fromEntries(factsOf(contexts)),
      report: (error) => reports.push(error),
    });
    expect(await projector.reached(await events.head(), 60_000)).toBe(true);
    const damage = new DatabaseSync(file('views.db'));
    damage.exec('DELETE FROM cost WHERE rowid % 3 = 0; DELETE FROM _history WHERE position % 7 = 0');
    damage.close();

    const begunAt: number[] = [];
    for (let times = 0; times < kills; times++) {
      const [lines] = await Promise.all([rebuilding(1 + chosen(2), chosen(20)), append(events, 100)]);
      begunAt.push(Number(lines[0]));
      expect(await projector.reached(await events.head(), 60_000)).toBe(true);
    }
    expect(begunAt[1]).toBeGreaterThan(begunAt[0] ?? 1); // it went on; later ones may have come to the end
    expect((await rebuilding(Infinity, 0)).at(-1)).toBe('swapped');
    expect(await projector.reached(await events.head(), 60_000)).toBe(true);
    await projector.stop();
    await store.close();
    await events.close();
    expect(reports).toEqual([]);

    expect(checked(file('views.db'))).toBe('ok');
    await rebuild(file('events.db'), file('fresh.db'));
    const [rebuilt, fresh] = [contentOf(file('views.db')), contentOf(file('fresh.db'))];
    for (const [table, rows] of fresh)
      if (table !== 'sqlite_schema') expect([table, rebuilt.get(table)]).toEqual([table, rows]);
  },
  60_000 + kills * 15_000,
);
