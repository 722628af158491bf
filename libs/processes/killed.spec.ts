import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { EventStore } from '#event-store/event-store';
import { openSqliteEventStore } from '#event-store/sqlite/sqlite-event-store';
import type { StoredEvent } from '#kernel/envelope';
import type { ProcessStore } from './process-store.ts';
import { Runner } from './runner.ts';
import { effectsIn, eventOf, give, grant, HandClock, reminding } from './sample.contract.ts';
import { openSqliteProcessStore } from './sqlite/sqlite-process-store.ts';

/**
 * A runner is stopped at every step of its work that touches a store, before the store has done what it was asked or
 * after, as if its process had been killed there: nothing that it asks afterwards is done or answered. Life goes on
 * without it, and then another runner takes over.
 */

const february = '2017-02-01T00:00:00.000Z';
const march = '2017-03-01T00:00:00.000Z';

const folder = mkdtempSync(join(tmpdir(), 'samverk-killed-runner-'));
let worlds = 0;
afterAll(() => rmSync(folder, { recursive: true }));

/** Lets so many calls through; of the next, only what it does, or not even that. Then nothing. */
class Death {
  readonly #at: number;
  readonly #after: boolean;
  calls = 0;
  readonly come = Promise.withResolvers<'dead'>();

  constructor(at: number, after: boolean) {
    this.#at = at;
    this.#after = after;
  }

  /** The store as a runner has it that dies. */
  before<T extends object>(store: T): T {
    return new Proxy(store, {
      get: (target, name) => {
        const method: unknown = Reflect.get(target, name);
        if (typeof method !== 'function') return method;
        const call = (...args: unknown[]): unknown => Reflect.apply(method, target, args);
        if (name === 'subscribe' || name === 'readStream')
          return (...args: unknown[]) => this.#iterating(() => call(...args));
        return (...args: unknown[]) => this.#calling(() => call(...args) as Promise<unknown>);
      },
    });
  }

  async #calling(call: () => Promise<unknown>): Promise<unknown> {
    this.calls += 1;
    if (this.calls < this.#at) return call();
    if (this.calls === this.#at && this.#after) await call();
    this.come.resolve('dead');
    return new Promise(() => {}); // nobody answers a dead process
  }

  async *#iterating(call: () => unknown): AsyncIterable<unknown> {
    for await (const item of call() as AsyncIterable<unknown>) {
      yield item;
      if (this.calls >= this.#at) await new Promise(() => {});
    }
  }
}

interface World {
  readonly clock: HandClock;
  readonly events: EventStore;
}

/** What people do, and where the clock goes, in order. */
const life: readonly ((world: World) => Promise<void> | void)[] = [
  async ({ events, clock }) => {
    for (const [n, due] of [
      [1, february],
      [2, february],
      [3, march],
    ] as const)
      await grant(events, clock, n, due);
  },
  ({ clock }) => clock.moveTo('2017-02-10T08:00:00.000Z'),
  ({ events, clock }) => give(events, clock, 1, '2017-01-31'),
  ({ events, clock }) => give(events, clock, 3, '2017-02-10'),
  ({ clock }) => clock.moveTo('2017-04-01T08:00:00.000Z'),
];

const start = ({ events, clock }: World, store: ProcessStore): Promise<Runner> =>
  Runner.start({
    events,
    store,
    processes: [reminding()],
    examiner: { name: 'examiner', version: 1, examine: async () => [] },
    eventOf: eventOf(clock),
    clock,
    report: (error) => {
      throw error;
    },
  });

/** Lives with a runner that dies, then with another. Gives all that was recorded, and how many steps the first took. */
async function lived(at: number, after: boolean, kept: 'kept' | 'deleted') {
  const file = join(folder, `${worlds++}`);
  const clock = new HandClock('2017-01-01T08:00:00.000Z');
  const world = { clock, events: await openSqliteEventStore({ path: `${file}.events.db`, clock }) };
  const death = new Death(at, after);
  const cache = await openSqliteProcessStore({ path: `${file}.processes.db` });
  const mortal = { clock, events: death.before(world.events) };

  const first = await Promise.race([start(mortal, death.before(cache)), death.come.promise]);
  for (const step of life) {
    await step(world);
    if (first !== 'dead') await Promise.race([first.settled(10_000), death.come.promise]);
  }

  // The undisturbed stops as it should; of a dead one nothing is left but whoever waits for it.
  if (first !== 'dead') await Promise.race([first.stop(), death.come.promise]);

  const taken = kept === 'kept' ? cache : await openSqliteProcessStore({ path: `${file}.anew.db` });
  const second = await start(world, taken);
  expect(await second.settled(10_000)).toBe(true);
  await second.stop();
  const effects = await effectsIn(world.events);
  const stored: StoredEvent[] = await world.events.readAll({ after: 0, limit: 1_000 });
  const ids = stored.filter(({ actor }) => 'system' in actor).map(({ id }) => id);
  await world.events.close();
  await cache.close();
  if (taken !== cache) await taken.close();
  return { effects, ids, steps: death.calls };
}

describe('a runner that is killed at any step', () => {
  let undisturbed: Awaited<ReturnType<typeof lived>>;
  beforeAll(async () => {
    undisturbed = await lived(Infinity, false, 'kept');
  });

  test('would, undisturbed, have told of two loans, and forgiven one', () => {
    expect(undisturbed.effects).toEqual([
      'LoanOverdue 1 2017-02-01',
      'LoanOverdue 2 2017-02-01',
      'OverdueForgiven 1 2017-02-10',
    ]);
  });

  test.each([
    ['before what it asked was done', false],
    ['after it was done', true],
  ])(
    '%s: every timer and every fact has its effect, once; also when what it kept is deleted',
    async (_, after) => {
      expect(undisturbed.steps).toBeGreaterThan(20);
      for (let at = 1; at <= undisturbed.steps; at++) {
        const { effects, ids } = await lived(at, after, at % 2 === Number(after) ? 'kept' : 'deleted');
        // Who dies early answers later, and after other loans: the time of the answer may differ, and nothing else.
        const of = (loan: string) => effects.filter((effect) => effect.split(' ')[1] === loan);
        expect([at, of('1')]).toEqual([at, ['LoanOverdue 1 2017-02-01', expect.stringMatching('OverdueForgiven 1 ')]]);
        expect([at, of('2')]).toEqual([at, ['LoanOverdue 2 2017-02-01']]);
        expect([at, ids.sort()]).toEqual([at, undisturbed.ids.sort()]);
      }
    },
    120_000,
  );
});
