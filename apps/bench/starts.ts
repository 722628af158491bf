import { type History, serving } from './histories.ts';
import type { Found } from './figures.ts';
import { type Bench, middle } from './rounds.ts';

const starts = 3;

/** P7: a process is started, and asked until it is ready; the middle one of three. */
export async function starting(bench: Bench, history: History): Promise<Found> {
  const seconds: number[] = [];
  for (let start = 0; start < starts; start++) {
    bench.progress.show('P7 starting', start / starts);
    const begun = performance.now();
    const { process } = await serving(bench, history);
    seconds.push((performance.now() - begun) / 1_000);
    await bench.scratch.stop(process);
  }
  return { P7: { value: middle(seconds) } };
}
