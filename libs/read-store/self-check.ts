import type { EventStore } from '#event-store/event-store';
import type { View } from '#kernel/view';
import { type Checkpoint, historyName, type Tally } from './read-store.ts';

/** What counting again found of one view. */
export interface Verdict {
  readonly check: 'ok' | 'differs' | 'running';
  /** How many events the view was given too many; below 0, too few. */
  readonly difference: number;
}

export const running: Verdict = { check: 'running', difference: 0 };

const none: Tally = { count: 0, sum: 0 };

/** Far below what a number holds exactly, so that two sums can be added. */
const most = 2 ** 52;

export const tallied = (tally: Tally, events: readonly { readonly position: number }[]): Tally => {
  let { count, sum } = tally;
  for (const { position } of events) {
    count += 1;
    sum = (sum + position) % most;
  }
  return { count, sum };
};

/** At most so many events are counted in one go: some milliseconds. */
const slice = 1_000;

/**
 * Counts, from the first event on and again from the beginning at every start, the events that concern each view, and
 * holds them against what each view was given. Both are taken at one position, so the answer is exact: an event that
 * was skipped, or given twice, is found when the count comes to where the views stood.
 */
export class SelfCheck {
  readonly #events: Pick<EventStore, 'readAll'>;
  readonly #views: readonly View[];
  readonly #verdicts = new Map<string, Verdict>();
  /** The epoch of each view when it was last judged: a view that was built anew is judged again. */
  readonly #epochs = new Map<string, number>();
  readonly #source = new Map<string, Tally>();
  #counted = 0;
  #target: ReadonlyMap<string, Checkpoint> = new Map();

  constructor(events: Pick<EventStore, 'readAll'>, views: readonly View[]) {
    this.#events = events;
    this.#views = views;
  }

  of(view: string): Verdict {
    return this.#verdicts.get(view) ?? running;
  }

  /** Counts on by one slice towards where the views stand. Gives the views whose verdict changed. */
  async step(checkpoints: ReadonlyMap<string, Checkpoint>): Promise<string[]> {
    if (this.#target.size === 0) this.#target = this.#alike(checkpoints);
    const goal = positionOf(this.#target);
    if (goal === undefined) return [];
    if (goal > this.#counted) await this.#count(goal);
    if (this.#counted < goal) return [];
    const changed = [...this.#target].flatMap(([name, checkpoint]) => (this.#judge(name, checkpoint) ? [name] : []));
    this.#target = new Map();
    return changed;
  }

  /** Nothing where the views stand at different positions, as after a swap, or nothing new stands. */
  #alike(checkpoints: ReadonlyMap<string, Checkpoint>): ReadonlyMap<string, Checkpoint> {
    const position = positionOf(checkpoints);
    const same = [...checkpoints.values()].every((one) => one.position === position);
    const judged = [...checkpoints].every(([name, { epoch }]) => this.#epochs.get(name) === epoch);
    if (position === undefined || !same || position < this.#counted) return new Map();
    return position === this.#counted && judged ? new Map() : checkpoints;
  }

  async #count(goal: number): Promise<void> {
    const limit = Math.min(slice, goal - this.#counted);
    const read = await this.#events.readAll({ after: this.#counted, limit });
    const events = read.filter(({ position }) => position <= goal);
    const add = (name: string, heard: typeof events) =>
      this.#source.set(name, tallied(this.#source.get(name) ?? none, heard));
    for (const { name, listens } of this.#views)
      add(
        name,
        events.filter(({ type }) => listens.has(type)),
      );
    add(historyName, events);
    this.#counted = read.length < limit ? goal : (events.at(-1)?.position ?? goal);
  }

  #judge(name: string, { heard, epoch }: Checkpoint): boolean {
    const source = this.#source.get(name) ?? none;
    const difference = heard.count - source.count;
    const same = difference === 0 && heard.sum === source.sum;
    const before = this.of(name);
    this.#epochs.set(name, epoch);
    this.#verdicts.set(name, { check: same ? 'ok' : 'differs', difference });
    return before.check !== this.of(name).check || before.difference !== difference;
  }
}

const positionOf = (checkpoints: ReadonlyMap<string, Checkpoint>): number | undefined =>
  checkpoints.values().next().value?.position;
