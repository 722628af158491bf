import type { StoredEvent } from '#kernel/envelope';
import type { Filter } from '../event-store.ts';
import { storedEvent } from './reading.ts';
import type { Page } from './reading.ts';
import type { Written } from './writing.ts';

/** So many characters of the newest events are kept at hand, and up to twice as many before the oldest are let go. */
const kept = 2_000_000;

/**
 * The newest events in memory, and those who wait for more. However many subscribers keep up, an event is parsed once
 * for all of them and the file is not read again. What they share is frozen.
 */
export class Live {
  #head: number;
  #newest: Shared[] = [];
  #characters = 0;
  readonly #waiting = new Set<Sleeper>();

  constructor(head: number) {
    this.#head = head;
  }

  get head(): number {
    return this.#head;
  }

  /** The store has come to `head`; `written` is what was added, if it is known here. */
  advance(head: number, written: readonly Written[] = []): void {
    this.#head = head;
    for (const row of written) {
      this.#newest.push(new Shared(row));
      this.#characters += row.body.length;
    }
    if (this.#characters > 2 * kept) this.#forget();
    this.wake();
  }

  /** Events after `after`, if they are at hand. */
  page(after: number, limit: number, filter: Filter | undefined): Page | undefined {
    const start = after - this.#head + this.#newest.length;
    if (start < 0) return undefined;
    const events: StoredEvent[] = [];
    let position = after;
    for (let index = start; index < this.#newest.length && events.length < limit; index++) {
      const shared = this.#newest[index];
      if (shared?.passes(filter)) events.push(shared.event);
      position += 1;
    }
    return { events, position };
  }

  /** Sleeps until the store has come beyond `position`; whoever wakes the sleeper earlier ends the wait as well. */
  async beyond(position: number, sleeper: Sleeper): Promise<void> {
    if (this.#head > position) return;
    this.#waiting.add(sleeper);
    await sleeper.sleep();
    this.#waiting.delete(sleeper);
  }

  get awaited(): boolean {
    return this.#waiting.size > 0;
  }

  wake(): void {
    for (const sleeper of this.#waiting) sleeper.wake();
    this.#waiting.clear();
  }

  #forget(): void {
    let first = 0;
    while (this.#characters > kept) this.#characters -= this.#newest[first++]?.characters ?? 0;
    this.#newest = this.#newest.slice(first);
  }
}

/** One who waits, and can be woken by more than one hand. */
export class Sleeper {
  #resolve: () => void = () => {};

  sleep(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#resolve = resolve;
    return promise;
  }

  wake(): void {
    this.#resolve();
  }
}

/** A written row, parsed when the first subscriber asks for it. */
class Shared {
  readonly #row: Written;
  #event: StoredEvent | undefined;

  constructor(row: Written) {
    this.#row = row;
  }

  get characters(): number {
    return this.#row.body.length;
  }

  get event(): StoredEvent {
    const { position, stream, revision, recordedAt, body } = this.#row;
    return (this.#event ??= frozen(storedEvent([position, stream, revision, recordedAt, body])));
  }

  passes(filter: Filter | undefined): boolean {
    if (filter === undefined) return true;
    return 'types' in filter ? filter.types.includes(this.#row.type) : filter.categories.includes(this.#row.category);
  }
}

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(frozen);
  return value;
}
