/** Entries that lie elsewhere until they are asked for, in the order in which their keys came. They never change. */
export interface Kept<V> {
  readonly size: number;
  get(key: string): V | undefined;
  entries(): Iterable<readonly [string, V]>;
}

/** An entry that another version did not hold so. `place`: where its key stands in the order, if it is new there. */
export interface Change<V> {
  readonly key: string;
  readonly value: V;
  readonly place: number | undefined;
}

/** What the newest version reads and writes. */
type Entries<V> = Pick<Map<string, V>, 'get' | 'set' | 'delete' | 'size'> & Iterable<[string, V]>;

type Cell<V> =
  { readonly map: Entries<V> } | { readonly key: string; readonly value: V | undefined; readonly newer: Table<V> };

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

  /** A table over entries kept elsewhere: each costs what it costs there, and none is read before it is asked for. */
  static over<V>(kept: Kept<V>): Table<V> {
    return new Table<V>({ map: new Over(kept) });
  }

  get(key: string): V | undefined {
    return this.#rooted().get(key);
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  get size(): number {
    return this.#rooted().size;
  }

  /** Keys and values in the order in which the keys came. */
  entries(): [string, V][] {
    return [...this.#rooted()];
  }

  values(): V[] {
    return this.entries().map(([, value]) => value);
  }

  with(key: string, value: V): Table<V> {
    const map = this.#rooted();
    // Many begin with the same empty table: as versions of one they would take its map from each other.
    if (map.size === 0) return new Table<V>({ map: new Map([[key, value]]) });
    const before = map.get(key);
    map.set(key, value);
    const newer = new Table<V>({ map });
    this.#cell = { key, value: before, newer };
    return newer;
  }

  /**
   * What `older`, with these written over it, would need to be this version; nothing when this version did not come
   * from it, and it held something. Cost: the writes between them.
   */
  since(older: Table<V>): Change<V>[] | undefined {
    const map = this.#rooted();
    const held = new Map<string, boolean>();
    let at = older;
    for (; !('map' in at.#cell); at = at.#cell.newer)
      if (!held.has(at.#cell.key)) held.set(at.#cell.key, at.#cell.value !== undefined);
    if (at !== this) {
      if (older.size > 0) return undefined;
      return [...map].map(([key, value], place) => ({ key, value, place }));
    }
    let place = map.size - [...held.values()].filter((before) => !before).length;
    return [...held].map(([key, before]) => ({ key, value: map.get(key) as V, place: before ? undefined : place++ }));
  }

  toJSON(): Record<string, V> {
    return Object.fromEntries(this.#rooted());
  }

  #rooted(): Entries<V> {
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

/** A map over entries kept elsewhere: it holds what was written since. What is deleted is never one of theirs. */
class Over<V> implements Entries<V> {
  readonly #kept: Kept<V>;
  readonly #written = new Map<string, V>();
  readonly #added = new Set<string>();

  constructor(kept: Kept<V>) {
    this.#kept = kept;
  }

  get size(): number {
    return this.#kept.size + this.#added.size;
  }

  get(key: string): V | undefined {
    return this.#written.has(key) ? this.#written.get(key) : this.#kept.get(key);
  }

  set(key: string, value: V): Map<string, V> {
    if (!this.#written.has(key) && this.#kept.get(key) === undefined) this.#added.add(key);
    return this.#written.set(key, value);
  }

  delete(key: string): boolean {
    this.#added.delete(key);
    return this.#written.delete(key);
  }

  *[Symbol.iterator](): MapIterator<[string, V]> {
    for (const [key, value] of this.#kept.entries()) yield [key, this.#written.get(key) ?? value];
    for (const key of this.#added) yield [key, this.#written.get(key) as V];
  }
}
