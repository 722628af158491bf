import { Progress } from '#apps/bench/progress';

/** Says what is being done and how far it has come, `part` from 0 to 1, and how fast. @throws when the work is to stop */
export type Show = (doing: string, part: number, rate?: string) => void;

/**
 * Runs what takes long, with its progress on stderr. Ctrl-C or SIGTERM makes the next `show` throw: the work undoes what
 * it has begun and passes the error on, and the process ends with 130. `stopped` says what is left then.
 */
export async function longWork<T>(
  work: (show: Show) => Promise<T>,
  stopped = 'Stopped: nothing is left of it.',
): Promise<T> {
  const progress = new Progress(process.stderr);
  const stopping = new AbortController();
  const { signal } = stopping;
  const stop = () => stopping.abort();
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const name of signals) process.once(name, stop);
  try {
    return await work((doing, part, rate) => {
      signal.throwIfAborted();
      progress.show(doing, part, rate);
    });
  } catch (error) {
    if (!signal.aborted) throw error;
    progress.end();
    console.error(stopped);
    return process.exit(130);
  } finally {
    for (const name of signals) process.off(name, stop);
    progress.end();
  }
}
