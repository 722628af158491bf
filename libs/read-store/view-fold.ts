import type { StoredEvent } from '#kernel/envelope';
import type { View } from '#kernel/view';
import { type Change, type Failure, foldTouches, touchesOf } from './fold.ts';
import type { ChangedRow, Projected, StoredRow } from './read-store.ts';
import { type Held, heldOf, none, storedOf } from './row-step.ts';

/** What became of rows. */
export interface Folded {
  readonly rows: readonly ChangedRow[];
  readonly gone: readonly string[];
}

/** The rows of one view in memory, between the events that are folded into them and the store that will hold them. */
export class ViewFold {
  readonly view: View;
  readonly #store: Pick<Projected, 'load'>;
  readonly #stuck: Set<string>;
  readonly #rows = new Map<string, Held>();
  readonly #moved = new Map<string, boolean>();

  /** `stuck`: the keys behind which events are parked already. */
  constructor(view: View, store: Pick<Projected, 'load'>, stuck: ReadonlySet<string> = new Set()) {
    this.view = view;
    this.#store = store;
    this.#stuck = new Set(stuck);
  }

  /** Folds events, in order, into the rows that they touch, or into one of them; rows are read where they are not at hand. */
  async fold(
    events: readonly StoredEvent[],
    only?: string,
    changed?: (change: Change) => void,
  ): Promise<readonly Failure[]> {
    const all = touchesOf(this.view, events, this.#stuck);
    const touches = only === undefined ? all.touches : all.touches.filter(({ key }) => key === only);
    const missing = new Set<string>();
    for (const { key } of touches) if (!this.#rows.has(key)) missing.add(key);
    if (missing.size > 0) {
      for (const key of missing) this.#rows.set(key, none);
      for (const row of await this.#store.load(this.view.name, [...missing])) this.#rows.set(row.key, heldOf(row));
    }
    const failures = foldTouches(this.view, this.#rows, touches, this.#stuck, (change) => {
      this.#moved.set(change.key, change.moved || this.#moved.get(change.key) === true);
      changed?.(change);
    });
    return [...all.failures, ...failures];
  }

  /** What changed since this was last asked; so many rows at most are kept at hand. */
  take(kept: number): Folded {
    const rows: ChangedRow[] = [];
    const gone: string[] = [];
    for (const [key, moved] of this.#moved) {
      const held = this.#rows.get(key) ?? none;
      if (held.body === null) gone.push(key);
      else rows.push({ ...storedOf(this.view, key, held.body, held), moved });
    }
    this.#moved.clear();
    if (this.#rows.size > kept) this.#rows.clear();
    return { rows, gone };
  }
}

/**
 * What events, in order, do to the rows of a view: what the projector does, without a store. `changed` is told of each
 * event and row, and which columns it changed.
 */
export async function foldBatch(
  view: View,
  rows: readonly StoredRow[],
  events: readonly StoredEvent[],
  changed?: (change: Change) => void,
): Promise<Folded & { readonly failures: readonly Failure[] }> {
  const load = (_: string, keys: readonly string[]) => Promise.resolve(rows.filter(({ key }) => keys.includes(key)));
  const fold = new ViewFold(view, { load });
  const failures = await fold.fold(events, undefined, changed);
  return { ...fold.take(0), failures };
}
