import { setTimeout as delay } from 'node:timers/promises';
import type { View } from '#kernel/view';
import { type Checkpoint, historyName, type Projected } from './read-store.ts';
import { Keeper, type SeenStanding } from './standing.ts';

/** A read store that others write to, maybe in another process. */
export interface Changing {
  /** Gives something whenever one of them wrote; several writings may be told of at once. Ends when `signal` aborts. */
  changed(signal: AbortSignal): AsyncIterable<void>;
}

export interface WatchedViewsOptions {
  /** The views as they are read. */
  readonly store: Pick<Projected, 'checkpoints' | 'parked'> & Changing;
  readonly views: readonly View[];
  /** Told of what goes wrong; it is looked again all the same. */
  readonly report: (error: unknown, what: string) => void;
  /** How often, in milliseconds, it is looked without being told of a change; 1,000 unless told. */
  readonly watchEvery?: number;
}

const firstWait = 50;
const longestWait = 5_000;

/**
 * How far the views are that somebody else keeps, maybe in another process: told by what is written with them, whenever
 * they were changed. What only their keeper knows (the self-check, how much of a new view is built) is not told here.
 * Cost: the checkpoints, once for all changes that come while it looks, and what is parked, once a second.
 */
export class WatchedViews extends Keeper {
  readonly #options: WatchedViewsOptions;
  readonly #names: readonly string[];
  readonly #stopping = new AbortController();
  #parked: ReadonlyMap<string, number> = new Map();
  #looking: Promise<void> | undefined;
  #lookAgain = false;
  #watching: Promise<unknown> = Promise.resolve();

  private constructor(options: WatchedViewsOptions) {
    super();
    this.#options = options;
    this.#names = [historyName, ...options.views.map(({ name }) => name)];
  }

  /** @throws what the store throws when it cannot be read */
  static async start(options: WatchedViewsOptions): Promise<WatchedViews> {
    const watched = new WatchedViews(options);
    await watched.#lookWell();
    watched.#watching = Promise.all([watched.#hear(), watched.#poll()]);
    return watched;
  }

  override async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#watching;
    this.end();
  }

  async #hear(): Promise<void> {
    const { store, report } = this.#options;
    const { signal } = this.#stopping;
    for (let wait = firstWait; !signal.aborted; wait = Math.min(wait * 2, longestWait)) {
      try {
        for await (const _ of store.changed(signal)) {
          await this.#look();
          wait = firstWait;
        }
      } catch (error) {
        if (!signal.aborted) report(error, `the views are looked at without being told of changes, for ${wait} ms`);
      }
      await delay(wait, undefined, { signal }).catch(() => undefined);
    }
  }

  /** A net: what no change told of, whatever the reason, is seen a little later. */
  async #poll(): Promise<void> {
    const { report, watchEvery = 1_000 } = this.#options;
    const { signal } = this.#stopping;
    for (let failing = false; ;) {
      await delay(watchEvery, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      try {
        await this.#lookWell();
        failing = false;
      } catch (error) {
        if (!failing) report(error, 'it cannot be seen how far the views are; looking again every second');
        failing = true;
      }
    }
  }

  async #lookWell(): Promise<void> {
    const parked = Map.groupBy(await this.#options.store.parked(), ({ view }) => view);
    this.#parked = new Map([...parked].map(([view, causes]) => [view, causes.length]));
    await this.#look();
  }

  /** However many ask while it looks, it looks once more. */
  #look(): Promise<void> {
    this.#lookAgain = true;
    this.#looking ??= this.#lookWhileAsked();
    return this.#looking;
  }

  async #lookWhileAsked(): Promise<void> {
    try {
      while (this.#lookAgain) {
        this.#lookAgain = false;
        const checkpoints = await this.#options.store.checkpoints();
        this.take(this.#names.map((view) => this.#standingOf(view, checkpoints.get(view))));
      }
    } finally {
      this.#looking = undefined;
    }
  }

  #standingOf(view: string, checkpoint: Checkpoint | undefined): SeenStanding {
    const parked = this.#parked.get(view) ?? 0;
    return checkpoint ? { view, position: checkpoint.position, parked } : { view, position: 0, parked, built: 0 };
  }
}
