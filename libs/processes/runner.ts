import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import type { Batch } from '#event-store/event-store';
import type { StoredEvent } from '#kernel/envelope';
import type { Process } from '#kernel/process';
import type { Clock, Instant } from '#kernel/time';
import { Acting, type ActingOptions } from './acting.ts';
import { Past } from './past.ts';
import type { Checkpoint, PendingTimer, ProcessStore } from './process-store.ts';
import { pure, Thrown } from './thrown.ts';
import { Work } from './work.ts';

/** Rings once when the time has come, or earlier. Gives what takes it back. */
export type Alarm = (at: Instant, ring: () => void) => () => void;

export interface RunnerOptions extends ActingOptions {
  readonly store: ProcessStore;
  readonly clock: Clock;
  /** Without one, timers are looked at when an event comes or `settled` is asked: enough for a clock moved by hand. */
  readonly alarm?: Alarm;
  /** Told of everything that goes wrong; none of it stops the runner. */
  readonly report: (error: unknown, what: string) => void;
}

export interface ProcessStatus {
  readonly process: string;
  /** Whether there are events that it has not heard, or timers that are due. */
  readonly behind: boolean;
  /** How many timers wait for their time. */
  readonly pending: number;
  /** How many causes wait that it could not take, or that stand behind such. */
  readonly parked: number;
}

const page = 1_000;
/** So many timers are taken up before it is written down that they were. */
const timersAtOnce = 100;
const firstWait = 50;
const longestWait = 5_000;

/**
 * Runs the process managers: hears every event in order, sets their timers, and wakes them at their time. Events come
 * first: a timer acts when all that was recorded before its time was heard, and timers act in order of their times.
 *
 * Whatever stops it, and however often history is gone through again, each cause has its effect once: the effect's id
 * follows from its cause, and what it decides on is history as it stood then, never "now". So what the runner keeps is
 * only a cache. What a process's own functions throw parks the cause, and those that follow it for the same object; what
 * is parked is tried again at every start. What a store throws is tried again from the checkpoint.
 */
export class Runner {
  readonly #options: RunnerOptions;
  readonly #stopping = new AbortController();
  readonly #acting: Acting;
  readonly #hearers: ReadonlyMap<string, readonly Process[]>;
  readonly #waiters = new Set<(settled: boolean) => void>();
  #bell = Promise.withResolvers<'rung'>();
  #silence: () => void = () => {};
  #past: Past;
  #work: Work;
  #heard: Checkpoint = { position: 0, event: null };
  #pending: ReadonlyMap<string, number> = new Map();
  #behind = true;
  #running: Promise<void> = Promise.resolve();

  private constructor(options: RunnerOptions) {
    this.#options = options;
    this.#acting = new Acting(options);
    this.#past = new Past(options.events, 0);
    this.#work = new Work(this.#heard, []);
    const types = new Set(options.processes.flatMap(({ hears, sets }) => [...hears, ...sets]));
    this.#hearers = new Map(
      [...types].map((type) => [
        type,
        options.processes.filter(({ hears, sets }) => hears.has(type) || sets.has(type)),
      ]),
    );
  }

  /** @throws what the process store throws when it cannot be used at all */
  static async start(options: RunnerOptions): Promise<Runner> {
    const runner = new Runner(options);
    const all = [...options.processes, options.examiner].map(({ name, version }) => `${name} ${version}`);
    await options.store.prepare(all.join(', '));
    await runner.#forgetOtherHistory();
    runner.#running = runner.#run();
    return runner;
  }

  status(): ProcessStatus[] {
    const all: readonly { readonly name: string }[] = [...this.#options.processes, this.#options.examiner];
    return all.map(({ name }) => ({
      process: name,
      behind: this.#behind,
      pending: this.#pending.get(name) ?? 0,
      parked: this.#work.parkedOf(name),
    }));
  }

  /**
   * Whether, within so many milliseconds, everything recorded until now was heard, no timer is due, and what came of
   * them was heard too.
   */
  settled(withinMs: number): Promise<boolean> {
    if (this.#stopping.signal.aborted) return Promise.resolve(false);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const settle = (settled: boolean) => {
      clearTimeout(timer);
      this.#waiters.delete(settle);
      resolve(settled);
    };
    const timer = setTimeout(settle, withinMs, false);
    this.#waiters.add(settle);
    this.#bell.resolve('rung');
    return promise;
  }

  /** Resolves when what is at work is done. Whoever waits is told no. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    for (const settle of this.#waiters) settle(false);
    await this.#running;
  }

  async #run(): Promise<void> {
    const { report } = this.#options;
    const { signal } = this.#stopping;
    for (let wait = firstWait; !signal.aborted; wait = Math.min(wait * 2, longestWait)) {
      try {
        await this.#resume();
        await this.#retryParked();
        await this.#follow(() => (wait = firstWait));
        await this.#commit();
        return; // the store was closed, or this was stopped: nothing comes any more
      } catch (error) {
        this.#behind = true;
        report(error, `the processes stand still; trying again in ${wait} ms`);
        await delay(wait, undefined, { signal }).catch(() => undefined);
      } finally {
        this.#silence();
      }
    }
  }

  /** Hears events as they come, and looks at the timers whenever there are no more, or the bell rings. */
  async #follow(progress: () => void): Promise<void> {
    const leaving = new AbortController();
    const signal = AbortSignal.any([this.#stopping.signal, leaving.signal]);
    const from = { after: this.#heard.position, batch: page, signal };
    const batches = this.#options.events.subscribe(from)[Symbol.asyncIterator]();
    let next = batches.next();
    try {
      for (;;) {
        const came = await Promise.race([next, this.#bell.promise]);
        if (came === 'rung') this.#bell = Promise.withResolvers();
        else {
          if (came.done) return;
          await this.#hear(came.value);
          progress();
          next = batches.next();
          if (!came.value.caughtUp) continue;
        }
        await this.#attend();
      }
    } finally {
      leaving.abort();
      next.catch(() => undefined);
    }
  }

  async #hear({ events, caughtUp }: Batch): Promise<void> {
    const { examiner } = this.#options;
    const now = this.#past.now.bind(this.#past);
    this.#behind ||= !caughtUp;
    for (const event of events) {
      const examine = async () => this.#work.found(await examiner.examine(event, now));
      await this.#attempt(examiner, event, null, () => event.id, examine); // none waits for another
      this.#past.take(event);
      for (const process of this.#hearers.get(event.type) ?? []) {
        const hear = async () => this.#work.set(await this.#acting.hear(process, event, now));
        await this.#attempt(process, event, null, () => process.id(event), hear);
      }
      this.#heard = { position: event.position, event: event.id };
    }
    if (this.#work.isWorthWriting(this.#heard.position)) await this.#commit();
  }

  /** Wakes the timers that are due, once all is heard; sets the alarm for the next. */
  async #attend(): Promise<void> {
    const { events, store, clock, alarm } = this.#options;
    const waiting = [...this.#waiters];
    const now = clock.now();
    const isBehind = async () => (await events.head()) > this.#heard.position;
    if (await isBehind()) return; // what was recorded before a timer's time is heard before it acts
    while (!this.#stopping.signal.aborted) {
      const due = await store.due(now, timersAtOnce);
      if (due.length === 0) break;
      for (const timer of due) await this.#wake(timer);
      await this.#commit();
      await nextTurn();
    }
    if (await isBehind()) return;
    this.#behind = false;
    for (const settle of waiting) settle(true);
    this.#silence();
    const next = alarm && (await store.next());
    this.#silence = next && alarm ? alarm(next, () => this.#bell.resolve('rung')) : () => {};
  }

  async #wake(pending: PendingTimer): Promise<void> {
    const { process: name, trigger, due, position } = pending;
    const process = this.#options.processes.find((one) => one.name === name);
    const [event] = await this.#options.events.at([position]);
    if (process && event) {
      const known = this.#past.known.bind(this.#past, due, position);
      const wake = () => this.#acting.wake(process, event, trigger, known);
      await this.#attempt(process, event, trigger, () => process.id(event), wake);
    }
    this.#work.done(pending);
  }

  /** What somebody does about a cause; parked when their functions throw, or when something is parked for the object. */
  async #attempt(
    { name: process }: { readonly name: string },
    event: StoredEvent,
    trigger: string | null,
    objectOf: () => string,
    work: () => Promise<void>,
  ): Promise<void> {
    const { position } = event;
    let object = `@${event.stream}`;
    try {
      object = pure(objectOf);
      if (this.#work.waitsFor(process, object))
        this.#work.park({ process, object, position, trigger, error: 'waits behind another' });
      else await work();
    } catch (error) {
      if (!(error instanceof Thrown)) throw error;
      this.#work.park({ process, object, position, trigger, error: error.message });
      this.#options.report(error.cause, `process ${process}: a cause of type ${event.type} is parked for ${object}`);
    }
  }

  /** What is parked, in order for each object, as far as it goes now: after a fix, all of it. */
  async #retryParked(): Promise<void> {
    const waiting = Map.groupBy(await this.#options.store.parked(), (cause) => Work.keyOf(cause));
    for (const causes of waiting.values()) {
      try {
        for (const cause of causes) {
          const { set, found } = await this.#acting.again(cause);
          this.#work.set(set);
          this.#work.found(found);
          this.#work.free(cause);
          await this.#commit();
        }
      } catch (error) {
        if (!(error instanceof Thrown)) throw error;
      }
    }
  }

  async #commit(): Promise<void> {
    const { store } = this.#options;
    const commit = this.#work.take(this.#heard);
    if (!commit) return;
    await store.commit(commit);
    if (commit.set.length + commit.done.length > 0) this.#pending = await store.pending();
  }

  /** Begins where the store stands. */
  async #resume(): Promise<void> {
    const { store, events } = this.#options;
    this.#heard = await store.checkpoint();
    this.#work = new Work(this.#heard, await store.parked());
    this.#past = new Past(events, this.#heard.position);
    this.#pending = await store.pending();
  }

  /** What was kept of events that this store does not hold (it was restored from a backup) is forgotten. */
  async #forgetOtherHistory(): Promise<void> {
    const { store, events } = this.#options;
    const { position, event } = await store.checkpoint();
    if (position === 0) return;
    const [there] = await events.at([position]);
    if (there?.id !== event) await store.empty();
  }
}
