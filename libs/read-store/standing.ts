import type { Verdict } from './self-check.ts';

/** How one view stands, or the index of history. */
export interface ViewStanding {
  readonly view: string;
  /** Everything up to here is in the view, but for what is parked. */
  readonly position: number;
  /** Events that wait. */
  readonly parked: number;
  /** How much of it is built, from 0 to 1, while it cannot be read yet; absent once it can. */
  readonly built?: number;
  readonly check: Verdict;
}

/** The same as far as others than its keeper know it: what the check found is not written down. */
export type SeenStanding = Omit<ViewStanding, 'check'> & Partial<Pick<ViewStanding, 'check'>>;

/** The same for those who watch the system: no position. */
export interface ViewStatus {
  readonly view: string;
  /** How many events are still to come into it. */
  readonly behind: number;
  readonly parked: number;
  /**
   * Whether the view was given exactly the events that concern it; `running` until they were all counted once. Absent
   * where another process counts.
   */
  readonly check?: Verdict['check'];
  /** How many it was given too many; below 0, too few. With `differs`, 0 means as many, but others. */
  readonly difference?: number;
  /** How much of it is built, from 0 to 1, while it cannot be read yet; absent once it can. */
  readonly built?: number;
}

/** Whoever keeps the views, wherever that runs, for those who wait for them or watch them. */
export interface ViewKeeper {
  /** Everything up to here is in every view that can be read, but for what is parked; 0 while there is none. */
  readonly position: number;
  /** Whether every view comes to `position` within so many milliseconds. Resolves at once when it is there. */
  reached(position: number, withinMs: number): Promise<boolean>;
  /** `head`: position of the last event that is stored. */
  status(head: number): ViewStatus[];
  /** Resolves when the batch at work is written. Whoever waits is told no. */
  stop(): Promise<void>;
}

interface Waiter {
  readonly position: number;
  readonly settle: (reached: boolean) => void;
}

/** Node's timers take no more. */
const longestTimer = 2 ** 31 - 1;

/** What every keeper has: how the views stand, for whoever asks or waits. */
export abstract class Keeper implements ViewKeeper {
  readonly #waiters = new Set<Waiter>();
  #views: readonly SeenStanding[] = [];
  #position = 0;
  #over = false;

  get position(): number {
    return this.#position;
  }

  reached(position: number, withinMs: number): Promise<boolean> {
    if (this.#position >= position) return Promise.resolve(true);
    if (this.#over) return Promise.resolve(false);
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

  status(head: number): ViewStatus[] {
    return this.#views.map(({ position, check, ...rest }) => ({
      ...rest,
      ...check,
      behind: Math.max(0, head - position),
    }));
  }

  abstract stop(): Promise<void>;

  /** The views stand so now. */
  protected take(views: readonly SeenStanding[]): void {
    this.#views = views;
    const read = views.filter(({ built }) => built === undefined);
    this.#position = read.length === 0 ? 0 : Math.min(...read.map(({ position }) => position));
    for (const waiter of this.#waiters) if (waiter.position <= this.#position) waiter.settle(true);
  }

  /** Nothing comes any more: whoever waits is told no. */
  protected end(): void {
    this.#over = true;
    for (const waiter of this.#waiters) waiter.settle(false);
  }
}
