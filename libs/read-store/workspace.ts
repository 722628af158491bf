import type { StoredEvent } from '#kernel/envelope';
import type { Facts } from '#kernel/facts';
import type { View } from '#kernel/view';
import type { Failure } from './fold.ts';
import { historyOf } from './history.ts';
import type { ParkedKeys } from './parked-keys.ts';
import {
  type Checkpoint,
  type Commit,
  type HistoryEntry,
  historyName,
  type ReadStore,
  type Release,
} from './read-store.ts';
import { ViewFold } from './view-fold.ts';

/** What is folded into, and by which rules. */
export interface Projection {
  readonly store: ReadStore;
  readonly views: readonly View[];
  /** Every fact of the system, for history and releases. */
  readonly facts: Facts;
}

export const nothing: Commit = { views: [], history: [], releases: [], parked: [], freed: [], checkpoints: [] };

/** So many rows of a view are kept at hand while there is much to fold, and when there is not. */
const keptBehind = 2_000;
const keptLive = 1_000;

/**
 * All that events do to the views and to history, gathered in memory until it is committed. Good for as long as every
 * commit succeeds: after one that did not, a new workspace begins where the store stands.
 */
export class Workspace {
  readonly #facts: Facts;
  readonly #folds: readonly ViewFold[];
  readonly #checkpoints: Map<string, Checkpoint>;
  #last: StoredEvent | undefined;
  #history: HistoryEntry[] = [];
  #releases: Release[] = [];
  #failures: Failure[] = [];
  #size = 0;

  constructor({ store, views, facts }: Projection, checkpoints: ReadonlyMap<string, Checkpoint>, parked: ParkedKeys) {
    this.#facts = facts;
    this.#folds = views.map((view) => new ViewFold(view, store, parked.of(view.name)));
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
    const beyond = (name: string) => {
      const position = this.#checkpoints.get(name)?.position ?? 0;
      return position < first.position ? events : events.filter((event) => event.position > position);
    };
    for (const fold of this.#folds) {
      const { name, listens } = fold.view;
      const heard = beyond(name).filter(({ type }) => listens.has(type));
      if (heard.length > 0) this.#failures.push(...(await fold.fold(heard)));
    }
    const { history, releases, failures } = historyOf(beyond(historyName), this.#facts);
    this.#history.push(...history);
    this.#releases.push(...releases);
    this.#failures.push(...failures);
    this.#last = events.at(-1);
    this.#size += events.length;
  }

  /** What is to be committed, and what was parked in it. `behind`: whether there is more to come at once. */
  take(behind: boolean): { readonly commit: Commit; readonly failures: readonly Failure[] } {
    const to: Checkpoint = { position: this.#last?.position ?? 0, event: this.#last?.id ?? null };
    const moved = [...this.#checkpoints].filter(([, { position }]) => position < to.position);
    const views = this.#folds.map((fold) => ({ view: fold.view.name, ...fold.take(behind ? keptBehind : keptLive) }));
    const failures = this.#failures;
    const commit: Commit = {
      views: views.filter(({ rows, gone }) => rows.length + gone.length > 0),
      history: this.#history,
      releases: this.#releases,
      parked: failures,
      freed: [],
      checkpoints: moved.map(([name, { position }]) => ({ name, from: position, to })),
    };
    for (const [name] of moved) this.#checkpoints.set(name, to);
    this.#history = [];
    this.#releases = [];
    this.#failures = [];
    this.#size = 0;
    return { commit, failures };
  }
}
