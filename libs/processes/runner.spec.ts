import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { EventStore } from '#event-store/event-store';
import { openSqliteEventStore } from '#event-store/sqlite/sqlite-event-store';
import type { Examiner } from './acting.ts';
import type { ProcessStore } from './process-store.ts';
import { type Alarm, Runner } from './runner.ts';
import { effectsIn, eventOf, give, grant, HandClock, loan, reminding } from './sample.contract.ts';
import { openSqliteProcessStore } from './sqlite/sqlite-process-store.ts';

const begin = '2017-01-01T08:00:00.000Z';
const february = '2017-02-01T00:00:00.000Z';
const march = '2017-03-01T00:00:00.000Z';
const nothingFound: Examiner = { name: 'examiner', version: 1, examine: async () => [] };

let folder: string;
let clock: HandClock;
let events: EventStore;
let store: ProcessStore;
let reported: string[];
const runners: Runner[] = [];
const stores: ProcessStore[] = [];

const openStore = async (name: string): Promise<ProcessStore> => {
  const opened = await openSqliteProcessStore({ path: join(folder, name) });
  stores.push(opened);
  return opened;
};

async function start(options: { process?: ReturnType<typeof reminding>; store?: ProcessStore; alarm?: Alarm } = {}) {
  const runner = await Runner.start({
    events,
    store: options.store ?? store,
    processes: [options.process ?? reminding()],
    examiner: nothingFound,
    eventOf: eventOf(clock),
    clock,
    ...(options.alarm && { alarm: options.alarm }),
    report: (error, what) => reported.push(`${what}: ${String(error)}`),
  });
  runners.push(runner);
  return runner;
}
const settled = async (runner: Runner) => expect(await runner.settled(10_000)).toBe(true);

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'samverk-processes-'));
  clock = new HandClock(begin);
  events = await openSqliteEventStore({ path: join(folder, 'events.db'), clock });
  store = await openStore('processes.db');
  reported = [];
});
afterEach(async () => {
  for (const runner of runners.splice(0)) await runner.stop();
  await events.close();
  for (const opened of stores.splice(0)) await opened.close();
  rmSync(folder, { recursive: true });
});

describe('a timer', () => {
  test('acts at its time, as of its time, and once', async () => {
    const runner = await start();
    await grant(events, clock, 1, february);
    await settled(runner);
    expect(await effectsIn(events)).toEqual([]);
    expect(runner.status()).toMatchObject([{ process: 'reminding', behind: false, pending: 1, parked: 0 }, {}]);
    clock.moveTo('2017-02-03T10:00:00.000Z');
    await settled(runner);
    await settled(runner);
    expect(await effectsIn(events)).toEqual(['LoanOverdue 1 2017-02-01']);
    expect(runner.status()).toMatchObject([{ pending: 0 }, {}]);
  });

  test('decides by what was known at its time, however late it acts', async () => {
    await grant(events, clock, 1, february);
    await grant(events, clock, 2, february);
    clock.moveTo('2017-01-31T23:59:59.999Z');
    await give(events, clock, 1, '2017-01-31');
    clock.moveTo(february);
    await give(events, clock, 2, '2017-02-01');
    clock.moveTo(march);
    await settled(await start());
    expect(await effectsIn(events)).toEqual(['LoanOverdue 2 2017-02-01']);
  });

  test('that acts late is answered by what was recorded meanwhile', async () => {
    await grant(events, clock, 1, february);
    clock.moveTo('2017-02-02T08:00:00.000Z');
    await give(events, clock, 1, '2017-01-31');
    await settled(await start());
    expect(await effectsIn(events)).toEqual(['LoanOverdue 1 2017-02-01', 'OverdueForgiven 1 2017-02-02']);
  });

  test('whose time had passed when it was set acts on what was known with the fact that set it', async () => {
    clock.moveTo(march);
    await give(events, clock, 1, '2017-02-15');
    await grant(events, clock, 1, february);
    await grant(events, clock, 2, february);
    await settled(await start());
    expect(await effectsIn(events)).toEqual(['LoanOverdue 2 2017-02-01']);
  });

  test('acts in order of time, then of its own text, when the clock jumps', async () => {
    const runner = await start();
    for (const [n, due] of [
      [3, march],
      [2, february],
      [1, february],
    ] as const)
      await grant(events, clock, n, due);
    clock.moveTo('2018-01-01T00:00:00.000Z');
    await settled(runner);
    const days = ['LoanOverdue 1 2017-02-01', 'LoanOverdue 2 2017-02-01', 'LoanOverdue 3 2017-03-01'];
    expect(await effectsIn(events)).toEqual(days);
  });

  test('whose effect rests on its own stream alone has none when that has moved on meanwhile', async () => {
    const careful = reminding();
    const process = {
      ...careful,
      decide: (...args: Parameters<typeof careful.decide>) =>
        careful.decide(...args).map((effect) => ({ ...effect, unlessMoved: true as const })),
    };
    await grant(events, clock, 1, february);
    clock.moveTo('2017-02-01T00:00:00.001Z');
    await grant(events, clock, 1, march);
    const runner = await start({ process });
    await settled(runner);
    expect(await effectsIn(events)).toEqual([]);
    clock.moveTo('2017-03-01T00:00:00.001Z');
    await settled(runner);
    expect(await effectsIn(events)).toEqual(['LoanOverdue 1 2017-03-01']);
    expect(reported).toEqual([]);
  });

  test('sets an alarm for the next time, and none where none is left', async () => {
    const set: (string | null)[] = [];
    let ring = () => {};
    const alarm: Alarm = (at, bell) => {
      set.push(at);
      ring = bell;
      return () => set.push(null);
    };
    const runner = await start({ alarm });
    await grant(events, clock, 1, march);
    await grant(events, clock, 2, february);
    await settled(runner);
    expect(set.at(-1)).toBe(february);
    clock.moveTo('2017-02-01T00:00:00.001Z');
    ring();
    await overdue(runner, 1);
    expect(set.at(-1)).toBe(march);
    clock.moveTo('2017-03-01T00:00:00.001Z');
    ring();
    await overdue(runner, 2);
    await runner.stop();
    expect(set.at(-1)).toBeNull();
  });

  /** Waits, without asking the runner, until so many effects are there. */
  async function overdue(runner: Runner, effects: number) {
    for await (const { position } of events.subscribe({ after: 0 }))
      if ((await effectsIn(events)).length >= effects && position === (await events.head())) break;
    await settled(runner);
  }
});

describe('history gone through again', () => {
  beforeEach(async () => {
    const runner = await start();
    await grant(events, clock, 1, february);
    await grant(events, clock, 2, february);
    clock.moveTo('2017-02-03T08:00:00.000Z');
    await settled(runner);
    await give(events, clock, 1, '2017-01-31');
    await settled(runner);
    await runner.stop();
  });
  const done = ['LoanOverdue 1 2017-02-01', 'LoanOverdue 2 2017-02-01', 'OverdueForgiven 1 2017-02-03'];

  test('on another day, from nothing, adds nothing', async () => {
    clock.moveTo('2030-06-01T08:00:00.000Z');
    await settled(await start({ store: await openStore('another.db') }));
    expect(await effectsIn(events)).toEqual(done);
  });

  test('happens by itself when a process has another version, and when the store was filled by other events', async () => {
    await settled(await start({ process: { ...reminding(), version: 2 } }));
    expect(await effectsIn(events)).toEqual(done);
    expect(await store.checkpoint()).toMatchObject({ position: await events.head() });
    await runners.at(-1)?.stop();

    const { position } = await store.checkpoint();
    const strange = { position, event: 'of another store' };
    const nothing = { set: [], done: [], parked: [], freed: [], found: [] };
    await store.commit({ from: position, to: strange, ...nothing });
    await settled(await start({ process: { ...reminding(), version: 2 } }));
    expect(await effectsIn(events)).toEqual(done);
    await runners.at(-1)?.stop();
    expect(await store.checkpoint()).not.toEqual(strange);
  });

  test('by two runners at once, on one store or two, adds nothing and loses nothing', async () => {
    clock.moveTo('2017-01-01T08:00:00.000Z');
    const both = [await start(), await start({ store: await openStore('processes.db') })];
    const third = await start({ store: await openStore('third.db') });
    for (let n = 10; n < 30; n++) await grant(events, clock, n, march);
    clock.moveTo('2017-04-01T08:00:00.000Z');
    for (const runner of [...both, third]) await settled(runner);
    const told = await effectsIn(events);
    expect(told.slice(0, 3)).toEqual(done);
    expect(told.slice(3)).toEqual(Array.from({ length: 20 }, (_, n) => `LoanOverdue ${n + 10} 2017-03-01`));
  });
});

describe('a process that throws', () => {
  const broken = (loanId: string) => {
    if (loanId === loan(1)) throw new Error('the first loan is trouble');
  };

  test('parks the cause and what follows for the same object; others go on; after the fix all of it is done', async () => {
    const runner = await start({ process: reminding(broken) });
    await grant(events, clock, 1, february);
    await grant(events, clock, 2, february);
    clock.moveTo('2017-02-03T08:00:00.000Z');
    await settled(runner);
    await give(events, clock, 1, '2017-01-31');
    await give(events, clock, 2, '2017-01-31');
    await settled(runner);
    expect(await effectsIn(events)).toEqual(['LoanOverdue 2 2017-02-01', 'OverdueForgiven 2 2017-02-03']);
    expect(runner.status()).toMatchObject([{ process: 'reminding', pending: 0, parked: 2 }, { parked: 0 }]);
    expect(await store.parked()).toMatchObject([
      { object: loan(1), trigger: `${loan(1)}/due/${february}`, error: 'Error: the first loan is trouble' },
      { object: loan(1), trigger: null, error: 'waits behind another' },
    ]);
    expect(reported).toEqual([
      `process reminding: a cause of type LoanGranted is parked for ${loan(1)}: Error: the first loan is trouble`,
    ]);
    await runner.stop();

    const stillBroken = await start({ process: reminding(broken) });
    await settled(stillBroken);
    expect(stillBroken.status()).toMatchObject([{ parked: 2 }, {}]);
    await stillBroken.stop();

    const mended = await start();
    await settled(mended);
    expect(await effectsIn(events)).toEqual([
      'LoanOverdue 2 2017-02-01',
      'OverdueForgiven 2 2017-02-03',
      'LoanOverdue 1 2017-02-01',
      'OverdueForgiven 1 2017-02-03',
    ]);
    expect(mended.status()).toMatchObject([{ parked: 0 }, { parked: 0 }]);
    expect(await store.parked()).toEqual([]);
  });

  test('of whose object nobody can tell is parked by its stream', async () => {
    const lost = () => {
      throw new Error('whose?');
    };
    const runner = await start({ process: { ...reminding(), id: lost } });
    await grant(events, clock, 1, february);
    await settled(runner);
    expect(await store.parked()).toMatchObject([{ object: `@loan-${loan(1)}`, error: 'Error: whose?' }]);
  });
});

test('what a store throws is tried again', async () => {
  const appends = events.append.bind(events);
  let failures = 2;
  const shaky: EventStore = Object.assign(Object.create(events) as EventStore, {
    append: (...args: Parameters<EventStore['append']>) =>
      failures-- > 0 ? Promise.reject(new Error('the disk is away')) : appends(...args),
    subscribe: events.subscribe.bind(events),
    head: events.head.bind(events),
    at: events.at.bind(events),
    readStream: events.readStream.bind(events),
  });
  await grant(events, clock, 1, february);
  clock.moveTo(march);
  const real = events;
  events = shaky;
  const runner = await start();
  await settled(runner);
  events = real;
  expect(await effectsIn(events)).toEqual(['LoanOverdue 1 2017-02-01']);
  expect(reported).toHaveLength(2);
  expect(runner.status()).toMatchObject([{ parked: 0 }, {}]);
});
