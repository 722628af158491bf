import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import type { EventStore } from '#event-store/event-store';
import { ParkedKeys } from './parked-keys.ts';
import type { Checkpoint } from './read-store.ts';
import { retryParked } from './retry.ts';
import { type Projection, Workspace } from './workspace.ts';

export interface ProjectorOptions extends Projection {
  readonly events: EventStore;
  /** Told of everything that goes wrong; none of it stops the projector. */
  readonly report: (error: unknown, what: string) => void;
  /**
   * While behind, events are gathered until there are so many, and written together; 10,000 unless told. The more, the
   * fewer times a row is written; the loop is held for about 20 µs an event.
   */
  readonly batch?: number;
  /** See `ReadStore.prepare`. */
  readonly historyVersion?: number;
}

export interface ViewStatus {
  readonly view: string;
  /** Everything up to here is in the view, but for what is parked. */
  readonly position: number;
  /** Events that wait. */
  readonly parked: number;
}

interface Waiter {
  readonly position: number;
  readonly settle: (reached: boolean) => void;
}

/** So many events are read and folded before others get their turn. */
const page = 1_000;
const firstWait = 50;
const longestWait = 5_000;
/** Node's timers take no more. */
const longestTimer = 2 ** 31 - 1;

/**
 * Keeps all views, and the index of history, up to date with the event store: reads in batches, folds each in memory,
 * and writes each touched row once, in one transaction with the checkpoints. So nothing is skipped or counted twice,
 * whatever stops it. What a view's own functions throw parks the event, and those that follow it for the same row; what
 * is parked is tried again at every start. What the read store throws is tried again from the checkpoint.
 */
export class Projector {
  readonly #options: ProjectorOptions;
  readonly #stopping = new AbortController();
  readonly #waiters = new Set<Waiter>();
  #checkpoints: ReadonlyMap<string, Checkpoint> = new Map();
  #parked = new ParkedKeys();
  #position = 0;
  #running: Promise<void> = Promise.resolve();

  private constructor(options: ProjectorOptions) {
    this.#options = options;
  }

  /**
   * Prepares the read store and begins to catch up. When it resolves, rows may be read, though not yet of all events:
   * `reached` tells. @throws what the read store throws when it cannot be used at all
   */
  static async start(options: ProjectorOptions): Promise<Projector> {
    const projector = new Projector(options);
    const { store, views, historyVersion } = options;
    await store.prepare(views, historyVersion);
    await projector.#forgetOtherHistory();
    await retryParked(options, options.events);
    await projector.#resume();
    projector.#running = projector.#run();
    return projector;
  }

  /** Everything up to here is in every view, but for what is parked. */
  get position(): number {
    return this.#position;
  }

  /** Whether every view comes to `position` within so many milliseconds. Resolves at once when it is there. */
  reached(position: number, withinMs: number): Promise<boolean> {
    if (this.#position >= position) return Promise.resolve(true);
    if (this.#stopping.signal.aborted) return Promise.resolve(false);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const settle = (reached: boolean) => {
      clearTimeout(timer);
      this.#waiters.delete(waiter);
      resolve(reached);
    };
    const waiter: Waiter = { position, settle };
    const timer = setTimeout(settle, Math.min(withinMs, longestTimer), false);
    this.#waiters.add(waiter);
    return promise;
  }

  status(): ViewStatus[] {
    const status = ([view, { position }]: [string, Checkpoint]) => ({
      view,
      position,
      parked: this.#parked.countOf(view),
    });
    return [...this.#checkpoints].map(status);
  }

  /** Resolves when the batch at work is written. Whoever waits is told no. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    for (const waiter of this.#waiters) waiter.settle(false);
  }

  async #run(): Promise<void> {
    const { events, batch = 10_000, report } = this.#options;
    const { signal } = this.#stopping;
    for (let wait = firstWait; !signal.aborted; wait = Math.min(wait * 2, longestWait)) {
      try {
        const work = await this.#resume();
        const from = { after: this.#position, batch: Math.min(batch, page), signal };
        for await (const { events: read, caughtUp } of events.subscribe(from)) {
          await work.add(read);
          if (!caughtUp && work.size < batch) continue;
          await this.#commit(work, caughtUp);
          wait = firstWait;
          if (!caughtUp) await nextTurn();
        }
        return;
      } catch (error) {
        report(error, `the views stand still at position ${this.#position}; trying again in ${wait} ms`);
        await delay(wait, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #commit(work: Workspace, caughtUp: boolean): Promise<void> {
    const { store, report } = this.#options;
    const { commit, failures } = work.take(!caughtUp);
    if (commit.checkpoints.length > 0) await store.commit(commit);
    for (const { view, key, position, cause } of failures)
      if (cause !== undefined)
        report(cause, `view ${view}: the event at position ${position} is parked for row ${key}`);
    if (caughtUp) await store.caughtUp();
    if (commit.checkpoints.length === 0) return;
    this.#parked.add(failures);
    this.#stand(new Map([...this.#checkpoints, ...commit.checkpoints.map(({ name, to }) => [name, to] as const)]));
  }

  /** A workspace that begins where the store stands. */
  async #resume(): Promise<Workspace> {
    const { store } = this.#options;
    this.#parked = new ParkedKeys(await store.parked());
    this.#stand(await store.checkpoints());
    return new Workspace(this.#options, this.#checkpoints, this.#parked);
  }

  #stand(checkpoints: ReadonlyMap<string, Checkpoint>): void {
    this.#checkpoints = checkpoints;
    this.#position = Math.min(...[...checkpoints.values()].map(({ position }) => position));
    for (const waiter of this.#waiters) if (waiter.position <= this.#position) waiter.settle(true);
  }

  /** Views made from events that this store does not hold (it was restored from a backup) are built anew. */
  async #forgetOtherHistory(): Promise<void> {
    const { store, events, report } = this.#options;
    const others: string[] = [];
    for (const [name, { position, event }] of await store.checkpoints()) {
      if (position === 0) continue;
      const [there] = await events.at([position]);
      if (there?.id !== event) others.push(name);
    }
    if (others.length === 0) return;
    report(new Error(`${others.join(', ')}: made from other events than the store holds`), 'they are built anew');
    await store.empty(others);
  }
}
