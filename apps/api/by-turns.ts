import { setTimeout as delay } from 'node:timers/promises';
import type { Turn } from '#postgres/turn';

export interface ByTurnsOptions<Work> {
  readonly turn: Turn;
  /** Begins the work, from where it stands: called anew with each turn. */
  readonly begin: () => Promise<Work>;
  /** What it is, for the log: "the views". */
  readonly what: string;
  readonly report: (error: unknown, what: string) => void;
}

const firstWait = 50;
const longestWait = 5_000;

/**
 * A work that several processes stand ready for and one does: begun when it is this one's turn, ended when the turn is
 * lost, and begun again with the next. Whatever fails on the way is reported and tried again.
 */
export class ByTurns<Work extends { stop(): Promise<void> }> {
  readonly #options: ByTurnsOptions<Work>;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  #begun = Promise.withResolvers<void>();
  #work: Work | undefined;

  constructor(options: ByTurnsOptions<Work>) {
    this.#options = options;
    this.#running = this.#run();
  }

  /** The work while it is done here. */
  get work(): Work | undefined {
    return this.#work;
  }

  /** The work, once it is done here; nothing when that is not so within so many milliseconds. */
  async here(withinMs: number): Promise<Work | undefined> {
    const waiting = new AbortController();
    const signal = AbortSignal.any([waiting.signal, this.#stopping.signal]);
    const over = delay(withinMs, undefined, { signal }).catch(() => undefined);
    await Promise.race([this.#begun.promise, over]);
    waiting.abort();
    return this.#work;
  }

  /** Ends the work, and gives the turn back at once. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    await this.#options.turn.close();
  }

  async #run(): Promise<void> {
    const { turn, begin, what, report } = this.#options;
    const { signal } = this.#stopping;
    for (let wait = firstWait; !signal.aborted;) {
      try {
        const lost = await turn.taken(signal);
        if (signal.aborted) return;
        this.#work = await begin();
        wait = firstWait;
        this.#begun.resolve();
        await aborted(AbortSignal.any([lost, signal]));
        if (!signal.aborted) report(lost.reason, `the turn of ${what} was lost; another takes it, or this one again`);
      } catch (error) {
        if (signal.aborted) return;
        report(error, `${what} stand still here; trying again in ${wait} ms`);
        await delay(wait, undefined, { signal }).catch(() => undefined);
        wait = Math.min(wait * 2, longestWait);
      } finally {
        await this.#end();
      }
    }
  }

  async #end(): Promise<void> {
    const { what, report } = this.#options;
    const work = this.#work;
    if (!work) return;
    this.#work = undefined;
    this.#begun = Promise.withResolvers();
    await work.stop().catch((error: unknown) => report(error, `${what} could not be ended in order`));
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
