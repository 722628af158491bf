import { Progress } from '#apps/bench/progress';

/** Says what is being done and how far it has come, `part` from 0 to 1. @throws when the work is to stop */
export type Show = (doing: string, part: number) => void;

/**
 * Runs what takes long, with its progress on stderr. Ctrl-C or SIGTERM makes the next `show` throw: the work undoes what
 * it has begun and passes the error on, and the process ends with 130.
 */
export async function longWork<T>(work: (show: Show) => Promise<T>): Promise<T> {
  const progress = new Progress(process.stderr);
  const stopping = new AbortController();
  const { signal } = stopping;
  const stop = () => stopping.abort();
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const name of signals) process.once(name, stop);
  try {
    return await work((doing, part) => {
      signal.throwIfAborted();
      progress.show(doing, part);
    });
  } catch (error) {
    if (!signal.aborted) throw error;
    progress.end();
    console.error('Stopped: nothing is left of it.');
    return process.exit(130);
  } finally {
    for (const name of signals) process.off(name, stop);
    progress.end();
  }
}
