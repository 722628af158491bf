import type { StoredEvent } from '#kernel/envelope';
import type { Facts } from '#kernel/facts';
import type { View } from '#kernel/view';
import type { Failure } from './fold.ts';
import { historyOf } from './history.ts';
import {
  beginning,
  type Checkpoint,
  type Commit,
  type HistoryEntry,
  historyName,
  type Parked,
  type Projected,
  type Release,
  type Tally,
} from './read-store.ts';
import { tallied } from './self-check.ts';
import { ViewFold } from './view-fold.ts';

/** What is folded into, and by which rules. */
export interface Projection {
  readonly store: Projected;
  readonly views: readonly View[];
  /** Every fact of the system, for history and releases. */
  readonly facts: Facts;
}

export const nothing: Commit = { views: [], history: [], releases: [], parked: [], freed: [], checkpoints: [] };

const nobody: ReadonlySet<string> = new Set();

/** The keys of each view that wait behind a parked event, and how many events wait. */
export class ParkedKeys {
  readonly #keys = new Map<string, Set<string>>();
  readonly #events = new Map<string, number>();

  constructor(parked: readonly Parked[] = []) {
    this.add(parked);
  }

  add(parked: readonly Parked[]): void {
    for (const { view, key } of parked) {
      const keys = this.#keys.get(view) ?? new Set();
      this.#keys.set(view, keys.add(key));
      this.#events.set(view, this.countOf(view) + 1);
    }
  }

  of(view: string): ReadonlySet<string> {
    return this.#keys.get(view) ?? nobody;
  }

  countOf(view: string): number {
    return this.#events.get(view) ?? 0;
  }
}

/** So many rows of a view are kept at hand while there is much to fold, and when there is not. */
const keptBehind = 2_000;
const keptLive = 1_000;

/**
 * All that events do to the views that have a checkpoint, and to history if it has one, gathered in memory until it is committed. Good for as long as every
 * commit succeeds: after one that did not, a new workspace begins where the store stands.
 */
export class Workspace {
  readonly #facts: Facts;
  readonly #folds: readonly ViewFold[];
  readonly #checkpoints: Map<string, Checkpoint>;
  /** With the events that were added since something was last taken. */
  readonly #heard = new Map<string, Tally>();
  #last: StoredEvent | undefined;
  #history: HistoryEntry[] = [];
  #releases: Release[] = [];
  #failures: Failure[] = [];
  #size = 0;

  constructor({ store, views, facts }: Projection, checkpoints: ReadonlyMap<string, Checkpoint>, parked: ParkedKeys) {
    this.#facts = facts;
    const there = views.filter(({ name }) => checkpoints.has(name));
    this.#folds = there.map((view) => new ViewFold(view, store, parked.of(view.name)));
    this.#checkpoints = new Map(checkpoints);
  }

  /** How many events were added since something was last taken. */
  get size(): number {
    return this.#size;
  }

  /** Folds more events, in order; each view skips what its own checkpoint covers. */
  async add(events: readonly StoredEvent[]): Promise<void> {
    const first = events[0];
    if (!first) return;
    for (const fold of this.#folds) {
      const { name, listens } = fold.view;
      const heard = this.#beyond(name, events).filter(({ type }) => listens.has(type));
      this.#hears(name, heard);
      if (heard.length > 0) this.#failures.push(...(await fold.fold(heard)));
    }
    if (this.#checkpoints.has(historyName)) this.#index(this.#beyond(historyName, events));
    this.#last = events.at(-1);
    this.#size += events.length;
  }

  #beyond(name: string, events: readonly StoredEvent[]): readonly StoredEvent[] {
    const position = this.#checkpoints.get(name)?.position ?? 0;
    return position < (events[0]?.position ?? 0) ? events : events.filter((event) => event.position > position);
  }

  #hears(name: string, events: readonly StoredEvent[]): void {
    const before = this.#heard.get(name) ?? this.#checkpoints.get(name)?.heard ?? beginning.heard;
    this.#heard.set(name, tallied(before, events));
  }

  #index(events: readonly StoredEvent[]): void {
    this.#hears(historyName, events);
    const { history, releases, failures } = historyOf(events, this.#facts);
    for (const entry of history) this.#history.push(entry);
    for (const release of releases) this.#releases.push(release);
    for (const failure of failures) this.#failures.push(failure);
  }

  /** What is to be committed, and what was parked in it. `behind`: whether there is more to come at once. */
  take(behind: boolean): { readonly commit: Commit; readonly failures: readonly Failure[] } {
    const { position, id: event } = this.#last ?? { position: 0, id: null };
    const moved = [...this.#checkpoints].filter(([, from]) => from.position < position);
    const checkpoints = moved.map(([name, from]) => {
      const to = { position, event, heard: this.#heard.get(name) ?? from.heard };
      this.#checkpoints.set(name, { ...to, epoch: from.epoch });
      return { name, from, to };
    });
    const views = this.#folds.map((fold) => ({ view: fold.view.name, ...fold.take(behind ? keptBehind : keptLive) }));
    const failures = this.#failures;
    const commit: Commit = {
      views: views.filter(({ rows, gone }) => rows.length + gone.length > 0),
      history: this.#history,
      releases: this.#releases,
      parked: failures,
      freed: [],
      checkpoints,
    };
    this.#history = [];
    this.#releases = [];
    this.#failures = [];
    this.#size = 0;
    return { commit, failures };
  }
}
