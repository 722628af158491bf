import type { Command } from 'commander';
import { Progress } from '#apps/bench/progress';
import type { Settings } from '#delivery/settings';
import { CheckpointMoved } from '#read-store/read-store';
import { rebuild } from '#read-store/rebuild';
import { type Beside, beside, chosen } from './beside.ts';

/** Short: whoever keeps the views waits for one at the most. */
const batch = 1_000;

export function addRebuild(program: Command, settings: () => Settings): void {
  program
    .command('rebuild')
    .description(
      'Build views anew from the first event, beside the API: they are read as ever meanwhile, and replaced all at once at the end. Ctrl-C stops it, and the same command goes on.',
    )
    .argument('[view...]', 'which; all, and the index of history, unless told')
    .action((names: string[]) => beside(settings(), (stores) => rebuilt(stores, chosen(names, stores.views))));
}

/** Builds the views, with progress on stderr. */
export async function rebuilt(stores: Beside, names: readonly string[]): Promise<void> {
  const progress = new Progress(process.stderr);
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const name of signals) process.once(name, stop);
  const begun = performance.now();
  let done = 0;
  try {
    const swapped = await rebuild({
      ...stores,
      names,
      batch,
      signal: stopping.signal,
      progress: (part) => progress.show(`Rebuilding ${names.join(', ')}`, (done = part)),
      report: (error, what) => console.error(`${what}: ${String(error)}`),
    });
    progress.end();
    if (swapped)
      return console.log(`Rebuilt in ${Math.round((performance.now() - begun) / 1_000)} s: ${names.join(', ')}.`);
    console.error(`Stopped at ${Math.floor(done * 100)} %: nothing is replaced. The same command goes on from there.`);
    process.exitCode = 130;
  } catch (error) {
    if (!(error instanceof CheckpointMoved)) throw error;
    console.error('Another is rebuilding one of these views: this one leaves it to that.');
    process.exitCode = 1;
  } finally {
    for (const name of signals) process.off(name, stop);
    progress.end();
  }
}
