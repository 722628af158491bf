type Cell<V> =
  { readonly map: Map<string, V> } | { readonly key: string; readonly value: V | undefined; readonly newer: Table<V> };

/**
 * An immutable map whose newest version is as quick as a mutable one: `with` and `get` cost O(1) however much it holds,
 * so that a fold over a long stream stays linear. An older version answers too, at a cost that grows with its age
 * (Baker's rerooting: only the version asked last holds the map, the others hold a difference to it).
 */
export class Table<V> {
  #cell: Cell<V>;

  private constructor(cell: Cell<V>) {
    this.#cell = cell;
  }

  static of<V>(entries: Readonly<Record<string, V>> = {}): Table<V> {
    return new Table<V>({ map: new Map(Object.entries(entries)) });
  }

  get(key: string): V | undefined {
    return this.#rooted().get(key);
  }

  has(key: string): boolean {
    return this.#rooted().has(key);
  }

  get size(): number {
    return this.#rooted().size;
  }

  /** Keys and values in the order in which the keys came. */
  entries(): [string, V][] {
    return [...this.#rooted()];
  }

  values(): V[] {
    return [...this.#rooted().values()];
  }

  with(key: string, value: V): Table<V> {
    const map = this.#rooted();
    const before = map.get(key);
    map.set(key, value);
    const newer = new Table<V>({ map });
    this.#cell = { key, value: before, newer };
    return newer;
  }

  toJSON(): Record<string, V> {
    return Object.fromEntries(this.#rooted());
  }

  #rooted(): Map<string, V> {
    const chain: Table<V>[] = [];
    let at: Table<V> = this;
    while (!('map' in at.#cell)) {
      chain.push(at);
      at = at.#cell.newer;
    }
    const { map } = at.#cell;
    for (const older of chain.reverse()) {
      const { key, value } = older.#cell as { key: string; value: V | undefined };
      at.#cell = { key, value: map.get(key), newer: older };
      if (value === undefined) map.delete(key);
      else map.set(key, value);
      older.#cell = { map };
      at = older;
    }
    return map;
  }
}
