import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, test } from '@jest/globals';
import { inPostgres } from '#postgres/server.contract';
import { Turn } from '#postgres/turn';
import { ByTurns } from './by-turns.ts';

inPostgres('a work that is done by turns', (database) => {
  let all: ByTurns<{ stop(): Promise<void> }>[] = [];
  let done: string[] = [];
  let reports: string[] = [];
  afterEach(async () => {
    for (const one of all) await one.stop();
    [all, done, reports] = [[], [], []];
  });

  async function start(name: string, begin: () => void = () => undefined) {
    const one = new ByTurns({
      turn: await Turn.open({ url: database.url, work: 'views' }),
      what: 'the work',
      begin: async () => {
        begin();
        done.push(`${name} begins`);
        return { stop: async () => void done.push(`${name} ends`) };
      },
      report: (error, what) => reports.push(`${what}: ${String(error)}`),
    });
    all.push(one);
    return one;
  }
  const until = async (so: () => boolean) => {
    while (!so()) await delay(10);
  };

  test('is begun by one, and by the next when that one stops', async () => {
    const first = await start('the first');
    expect(await first.here(30_000)).toBe(first.work);
    const next = await start('the next');
    expect([await next.here(0), next.work]).toEqual([undefined, undefined]);
    await first.stop();
    expect(await next.here(30_000)).toBeDefined();
    expect(done).toEqual(['the first begins', 'the first ends', 'the next begins']);
    expect(reports).toEqual([]);
  });

  test('that cannot be begun is reported, and begun again', async () => {
    let left = 2;
    const one = await start('it', () => {
      if (left-- > 0) throw new RangeError('not yet');
    });
    expect(await one.here(30_000)).toBeDefined();
    expect(reports).toEqual([
      'the work stand still here; trying again in 50 ms: RangeError: not yet',
      'the work stand still here; trying again in 100 ms: RangeError: not yet',
    ]);
  });

  test('is ended by who loses the turn, and done again with the next', async () => {
    const one = await start('it');
    await one.here(30_000);
    await database.sql(
      "UPDATE samverk_turns.turn SET holder = 'another', until = clock_timestamp() WHERE work = 'views'",
    );
    await until(() => done.length === 3);
    expect(done).toEqual(['it begins', 'it ends', 'it begins']);
    expect(reports).toEqual([expect.stringMatching(/^the turn of the work was lost.*TurnLost/)]);
  });
});
