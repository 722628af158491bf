import type { Parked } from './read-store.ts';

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
