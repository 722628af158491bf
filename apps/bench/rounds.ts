import type { Progress } from './progress.ts';
import type { Scratch } from './scratch.ts';

/** What a measure has at hand. */
export interface Bench {
  readonly scratch: Scratch;
  readonly progress: Progress;
  readonly seconds: number;
}

const usualRounds = 5;

/**
 * Measures a rate and its limit in turns, so that what else the machine does strikes both alike: the middle one of five
 * rounds each unless told, after one that does not count.
 */
export async function inTurns(
  { progress }: { readonly progress: Pick<Progress, 'show'> },
  doing: string,
  measured: (round: number) => Promise<number>,
  limit: (round: number) => Promise<number> | number,
  rounds = usualRounds,
): Promise<{ readonly value: number; readonly limit: number }> {
  const values: number[] = [];
  const limits: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    progress.show(doing, round / (rounds + 1));
    const value = await measured(round);
    const most = await limit(round);
    if (round === 0) continue;
    values.push(value);
    limits.push(most);
  }
  return { value: middle(values), limit: middle(limits) };
}

/** Milliseconds of one round. */
export const roundMs = ({ seconds }: Pick<Bench, 'seconds'>): number => (seconds * 1_000) / usualRounds;

const ascending = (figures: readonly number[]): number[] => [...figures].sort((a, b) => a - b);
/** The one that as many exceed as do not. */
export const middle = (figures: readonly number[]): number => ascending(figures)[figures.length >> 1] ?? 0;

/** What 99 of 100 do not exceed. */
export const p99Of = (figures: readonly number[]): number =>
  ascending(figures)[Math.ceil(figures.length * 0.99) - 1] ?? 0;

/** How many a second: `work` says how many it did. */
export async function rateOf(work: () => Promise<number> | number): Promise<number> {
  const begun = performance.now();
  const done = await work();
  return (done * 1_000) / (performance.now() - begun);
}
