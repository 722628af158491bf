import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import type { EventStore } from '#event-store/event-store';
import { historyRules } from './history-rules.ts';
import { reportParked, retryParked } from './parking.ts';
import { type Checkpoint, CheckpointMoved, historyName, type ReadStore } from './read-store.ts';
import { rebuild } from './rebuild.ts';
import { SelfCheck } from './self-check.ts';
import { Keeper, type ViewStanding } from './standing.ts';
import { ParkedKeys, type Projection, Workspace } from './workspace.ts';

export interface ProjectorOptions extends Projection {
  readonly store: ReadStore;
  readonly events: EventStore;
  /** Told of everything that goes wrong; none of it stops the projector. */
  readonly report: (error: unknown, what: string) => void;
  /** Told how the views stand, whenever that changed. */
  readonly stands?: (views: readonly ViewStanding[]) => void;
  /**
   * While behind, events are gathered until there are so many, and written together; 10,000 unless told. The more, the
   * fewer times a row is written; the thread is held for about 20 µs an event.
   */
  readonly batch?: number;
  /** How often, in milliseconds, the self-check counts on and what others did to the views is seen; 250 unless told. */
  readonly watchEvery?: number;
}

/** So many events are read and folded before others get their turn. */
const page = 1_000;
const firstWait = 50;
const longestWait = 5_000;

/**
 * Keeps all views, and the index of history, up to date with the event store: reads in batches, folds each in memory,
 * and writes each touched row once, in one transaction with the checkpoints. So nothing is skipped or counted twice,
 * whatever stops it. What a view's own functions throw parks the event, and those that follow it for the same row; what
 * is parked is tried again at every start. What the read store throws is tried again from the checkpoint. A view that is
 * not there (a new one, or one that is made otherwise than it was) is built beside and swapped in; until then it cannot
 * be read, and no one waits for it. Views count for themselves what they were given, and a standing check counts again.
 */
export class Projector extends Keeper {
  readonly #options: ProjectorOptions;
  readonly #stopping = new AbortController();
  readonly #selfCheck: SelfCheck;
  readonly #built = new Map<string, number>();
  #again = new AbortController();
  #checkpoints: ReadonlyMap<string, Checkpoint> = new Map();
  #parked = new ParkedKeys();
  #running: Promise<unknown> = Promise.resolve();

  private constructor(options: ProjectorOptions) {
    super();
    this.#options = options;
    this.#selfCheck = new SelfCheck(options.events, options.views);
  }

  /**
   * Prepares the read store and begins to catch up. When it resolves, rows may be read, though not yet of all events:
   * `reached` tells. @throws what the read store throws when it cannot be used at all
   */
  static async start(options: ProjectorOptions): Promise<Projector> {
    const projector = new Projector(options);
    const { store, views, facts, events } = options;
    await store.prepare(views, historyRules(facts));
    await projector.#forgetOtherHistory();
    const passedBy = await retryParked(options, events);
    await projector.#resume();
    const missing = [historyName, ...views.map(({ name }) => name)].filter((name) => !projector.#checkpoints.has(name));
    projector.#running = Promise.all([
      projector.#run(),
      projector.#watch(),
      projector.#build([...missing, ...passedBy]),
    ]);
    return projector;
  }

  override async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    this.end();
  }

  async #run(): Promise<void> {
    const { events, batch = 10_000, report } = this.#options;
    for (let wait = firstWait; !this.#stopping.signal.aborted;) {
      this.#again = new AbortController();
      const signal = AbortSignal.any([this.#stopping.signal, this.#again.signal]);
      try {
        const work = await this.#resume();
        if (this.#checkpoints.size === 0) await aborted(signal);
        const from = { after: this.position, batch: Math.min(batch, page), signal };
        if (!signal.aborted)
          for await (const { events: read, caughtUp } of events.subscribe(from)) {
            await work.add(read);
            if (!caughtUp && work.size < batch) continue;
            await this.#commit(work, caughtUp);
            wait = firstWait;
            if (!caughtUp) await nextTurn();
          }
      } catch (error) {
        // somebody stepped in, as they may: a view was swapped in, or what was parked was freed
        if (!(error instanceof CheckpointMoved)) report(error, `the views stand still; trying again in ${wait} ms`);
        await delay(wait, undefined, { signal }).catch(() => undefined);
        wait = Math.min(wait * 2, longestWait);
      }
    }
  }

  async #commit(work: Workspace, caughtUp: boolean): Promise<void> {
    const { store, report } = this.#options;
    const { commit, failures } = work.take(!caughtUp);
    if (commit.checkpoints.length === 0) return;
    await store.commit(commit);
    reportParked(failures, report);
    this.#parked.add(failures);
    const moved = commit.checkpoints.map(({ name, from, to }) => [name, { ...to, epoch: from.epoch }] as const);
    this.#checkpoints = new Map([...this.#checkpoints, ...moved]);
    this.#stand();
  }

  /** A workspace that begins where the store stands. */
  async #resume(): Promise<Workspace> {
    const { store } = this.#options;
    this.#parked = new ParkedKeys(await store.parked());
    this.#checkpoints = await store.checkpoints();
    for (const name of this.#checkpoints.keys()) this.#built.delete(name);
    this.#stand();
    return new Workspace(this.#options, this.#checkpoints, this.#parked);
  }

  /** Builds views that are not there, or not as they should be, until they are. */
  async #build(names: readonly string[]): Promise<void> {
    const { store, report } = this.#options;
    const { signal } = this.#stopping;
    const before = this.#checkpoints;
    let left = names;
    const progress = (part: number) => {
      for (const name of left) if (!this.#checkpoints.has(name)) this.#built.set(name, part);
      this.#stand();
    };
    progress(0);
    for (let wait = firstWait; left.length > 0 && !signal.aborted; wait = Math.min(wait * 2, longestWait)) {
      try {
        // beside views that are read a batch is short, so that they have their turn
        const batch = this.#checkpoints.size > 0 ? page : this.#options.batch;
        await rebuild({ ...this.#options, names: left, signal, progress, ...(batch !== undefined && { batch }) });
        this.#again.abort();
        return;
      } catch (error) {
        report(error, `${left.join(', ')} cannot be built; trying again in ${wait} ms`);
        await delay(wait, undefined, { signal }).catch(() => undefined);
        const now = await store.checkpoints();
        left = left.filter((name) => now.get(name)?.epoch === before.get(name)?.epoch); // nobody else has built it
      }
    }
  }

  /** Counts on, and sees what others did to the views: only then must they be read again. */
  async #watch(): Promise<void> {
    const { store, report, watchEvery = 250 } = this.#options;
    const { signal } = this.#stopping;
    for (;;) {
      await delay(watchEvery, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      try {
        for (const view of await this.#selfCheck.step(this.#checkpoints)) this.#judged(view);
        const before = this.#checkpoints;
        const stored = await store.checkpoints();
        const changed = [...stored].some(([name, { epoch }]) => this.#checkpoints.get(name)?.epoch !== epoch);
        // a server that failed may have undone what it had committed last: all else only goes forward
        const undone = [...stored].some(([name, { position }]) => position < (before.get(name)?.position ?? 0));
        if (changed || undone || stored.size !== this.#checkpoints.size) this.#again.abort();
      } catch (error) {
        report(error, 'the views could not be checked');
      }
    }
  }

  #judged(view: string): void {
    const { check, difference } = this.#selfCheck.of(view);
    if (check === 'differs')
      this.#options.report(
        new Error(
          `${view} was given ${difference} events more than concern it, or others. Run: samverk rebuild ${view}`,
        ),
        'the self-check of the views',
      );
    this.#stand();
  }

  #stand(): void {
    const views = [...this.#checkpoints].map(([view, { position }]) => ({
      view,
      position,
      parked: this.#parked.countOf(view),
      check: this.#selfCheck.of(view),
    }));
    const unread = [...this.#built].map(([view, built]) => ({
      view,
      position: 0,
      parked: 0,
      built,
      check: this.#selfCheck.of(view),
    }));
    this.take([...views, ...unread]);
    this.#options.stands?.([...views, ...unread]);
  }

  /** Views made from events that this store does not hold (it was restored from a backup) are built anew. */
  async #forgetOtherHistory(): Promise<void> {
    const { store, events, report } = this.#options;
    const others = new Set<string>();
    for (const projected of [store, store.next])
      for (const [name, { position, event }] of await projected.checkpoints()) {
        if (position === 0) continue;
        const [there] = await events.at([position]);
        if (there?.id !== event) others.add(name);
      }
    if (others.size === 0) return;
    const names = [...others].join(', ');
    report(new Error(`${names}: made from other events than the store holds`), 'they are built anew');
    await store.forget([...others]);
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
