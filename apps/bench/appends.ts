import { randomUUID } from 'node:crypto';
import type { Expected } from '#event-store/event-store';
import type { Figure, Found } from './figures.ts';
import type { History } from './histories.ts';
import { aCost } from './mandate-history.ts';
import { type Bench, inTurns, p99Of, rateOf, roundMs } from './rounds.ts';

/** P1: each append is answered before the next is asked for. */
export const oneCaller = async (bench: Bench, history: History): Promise<Found> => ({
  P1: await appends(bench, history, 'P1', 1),
});

/** P2: each caller has its stream; a store may let what they ask for at once share a commit. */
export const manyCallers = async (bench: Bench, history: History): Promise<Found> => ({
  P2: await appends(bench, history, 'P2', 64),
});

const subscribers = 1_000;
const deliveries = 300;

/** P6: one appends, event by event, and a thousand wait for it at the end of the store; how long until the last has it. */
export async function delivery({ progress }: Bench, { place }: History): Promise<Found> {
  const store = await place.open();
  const head = await store.head();
  const { stream, event } = aCost();
  const waits: number[] = [];
  let have = 0;
  let all = Promise.withResolvers<void>();
  const following = Array.from({ length: subscribers }, async () => {
    for await (const { events } of store.subscribe({ after: head }))
      for (const _ of events) if (++have === subscribers) all.resolve();
  });
  for (let at = 0; at < deliveries; at++) {
    progress.show('P6 delivering', at / deliveries);
    [have, all] = [0, Promise.withResolvers<void>()];
    const begun = performance.now();
    await store.append(stream, [{ ...event, id: randomUUID() }], 'any');
    await all.promise;
    waits.push(performance.now() - begun);
  }
  await store.close();
  await Promise.all(following);
  return { P6: { value: p99Of(waits) } };
}

async function appends(bench: Bench, { place }: History, name: string, callers: number): Promise<Figure> {
  const store = await place.open();
  const waits: number[] = [];
  const { event } = aCost();

  const callersOf = Array.from({ length: callers }, () => {
    const { stream } = aCost();
    let expected: Expected = 'none';
    return async (until: number): Promise<number> => {
      let done = 0;
      for (let begun = performance.now(); begun < until; done++) {
        ({ revision: expected } = await store.append(stream, [{ ...event, id: randomUUID() }], expected));
        const answered = performance.now();
        waits.push(answered - begun);
        begun = answered;
      }
      return done;
    };
  });
  const raw = place.rawAppends(name, callers);
  try {
    const rates = await inTurns(
      bench,
      `${name} appends`,
      (round) => {
        if (round === 1) waits.length = 0;
        const until = performance.now() + roundMs(bench);
        return rateOf(async () => sum(await Promise.all(callersOf.map((caller) => caller(until)))));
      },
      () => rateOf(() => raw.until(performance.now() + roundMs(bench))),
    );
    return { ...rates, p99: p99Of(waits) };
  } finally {
    await raw.close();
    await store.close();
  }
}

const sum = (figures: readonly number[]): number => figures.reduce((total, figure) => total + figure, 0);
