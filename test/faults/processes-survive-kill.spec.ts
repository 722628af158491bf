import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as milliseconds } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { openSqliteEventStore } from '#event-store/sqlite/sqlite-event-store';
import type { StoredEvent } from '#kernel/envelope';
import { plusDays } from '#kernel/time';
import { obligationId } from '../e2e/harness.ts';
import { ApiProcess, build } from './api-survives-kill.process.ts';

/** Many more are asked for by SAMVERK_KILLS=100; SAMVERK_SEED repeats the moments, as far as processes can. */
const kills = Math.max(4, Number(process.env['SAMVERK_KILLS'] ?? 6));
const seed = Number(process.env['SAMVERK_SEED'] ?? Date.now() % 1_000_000);
const [chance] = fc.sample(fc.infiniteStream(fc.nat(999_999)), { seed, numRuns: 1 });
const chosen = (below: number): number => Number(chance?.next().value ?? 0) % below;

const folder = mkdtempSync(join(tmpdir(), 'samverk-timers-'));
let api: ApiProcess | undefined;

beforeAll(async () => {
  await build();
  console.info(`seed ${seed}, ${kills} kills`);
}, 180_000);
afterAll(async () => {
  api?.kill();
  await api?.ended;
  rmSync(folder, { recursive: true });
});

const demoClock = () => (JSON.parse(readFileSync(join(folder, 'demo-clock.json'), 'utf8')) as { now: string }).now;

/** Moves the clock of a running API; nothing when it died meanwhile. */
async function moveClock(url: string, to: string): Promise<string | undefined> {
  const query = 'mutation ($to: DateTime!) { moveDemoClock(to: $to) { now } }';
  const body = JSON.stringify({ query, variables: { to } });
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    .then((response) => response.text())
    .catch(() => undefined);
  return answer;
}

async function started(): Promise<{ running: ApiProcess; url: string }> {
  const running = (api = new ApiProcess(folder));
  const url = await running.ready;
  if (url === undefined) throw new Error((await running.ended).complaints);
  return { running, url };
}

async function fromTimers(): Promise<StoredEvent[]> {
  const clock = { now: () => '2017-01-02T08:00:00.000Z' };
  const store = await openSqliteEventStore({ path: join(folder, 'events.db'), clock, readOnly: true });
  try {
    const all: StoredEvent[] = [];
    for (const head = await store.head(); (all.at(-1)?.position ?? 0) < head;)
      all.push(...(await store.readAll({ after: all.at(-1)?.position ?? 0, limit: 1_000 })));
    return all.filter(({ actor }) => 'system' in actor && actor.system === 'deadlines');
  } finally {
    await store.close();
  }
}

/** Of each duty with a date, but the repayment: nothing was paid, nothing is to be paid back. */
const expected = [13, 25, 14, 22].flatMap((row) =>
  [30, 10, 3, 1, 'missed'].map((what) => `${obligationId(row)} ${what}`),
);

describe('an API that is killed while timers act, again and again', () => {
  test(
    'lets each timer act once, in order of their times, also where what it kept beside the events is gone',
    async () => {
      for (let times = 0; times < kills; times++) {
        const { running, url } = await started();
        const steps = Math.floor(850 / kills);
        const to = `${plusDays(demoClock().slice(0, 10), 1 + chosen(steps))}T08:00:00.000Z`;
        const moving = moveClock(url, to);
        await milliseconds(chosen(25));
        running.kill();
        await moving;
        expect(await running.ended).toMatchObject({ signal: 'SIGKILL', complaints: '' });
        if (times % 3 === 2)
          for (const suffix of ['', '-wal', '-shm']) rmSync(join(folder, `processes.db${suffix}`), { force: true });
      }
      const { running, url } = await started();
      expect(await moveClock(url, '2019-06-01T08:00:00.000Z')).toContain('2019-06-01');
      expect(await running.stop()).toEqual({ code: 0, signal: null, complaints: '' });

      const acted = await fromTimers();
      const told = acted.map(({ data }) => {
        const { obligationId: of, daysBefore } = data as { obligationId: string; daysBefore?: number };
        return `${of} ${daysBefore ?? 'missed'}`;
      });
      expect(told).toEqual(expected);
      const times = acted.map(({ occurredAt }) => occurredAt);
      expect(times).toEqual([...times].sort());
      expect(acted.every(({ recordedAt, occurredAt }) => recordedAt >= occurredAt)).toBe(true);
    },
    60_000 + kills * 15_000,
  );
});
