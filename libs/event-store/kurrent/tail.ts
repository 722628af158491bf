import { setTimeout as delay } from 'node:timers/promises';
import type { StoredEvent } from '#kernel/envelope';
import type { Filter } from '../event-store.ts';
import { at, everything, type Mark, markOf, type Page } from './reading.ts';
import { isOurs, leftOf, passes, type Recorded, storedEvent } from './recorded.ts';
import type { Server } from './server.ts';

/** Of so many characters of data the newest events are kept at hand, and up to twice as many before the oldest are let go. */
const kept = 2_000_000;
/** What an event takes beside its data, in characters. */
const envelope = 1_000;

const firstWait = 20;
const longestWait = 1_000;

/**
 * Follows the end of the log, for all subscribers of a process: one subscription at the server, and the newest events in
 * memory, from which whoever keeps up is served. An append is given whole. What they share is frozen. When the connection
 * or the leader is lost it goes on behind the last event it was given.
 */
export class Tail {
  readonly #server: Server;
  #begin: Mark;
  #head: number;
  #newest: Shared[] = [];
  /** Of an append of which not all has come. */
  #coming: Shared[] = [];
  #characters = 0;
  readonly #waiting = new Set<() => void>();

  /** @param from the event behind which it begins */
  constructor(server: Server, from: Mark) {
    this.#server = server;
    this.#begin = from;
    this.#head = from.position;
    server.closing.addEventListener('abort', () => this.#wake());
    void this.#follow();
  }

  /** Everything behind this event is at hand. */
  get begin(): Mark {
    return this.#begin;
  }

  get head(): number {
    return this.#head;
  }

  /** Events after `after`, if they are at hand. */
  page(after: number, limit: number, filter: Filter | undefined): Page | undefined {
    if (after < this.#begin.position) return undefined;
    const events: StoredEvent[] = [];
    for (let index = this.#firstAfter(after); index < this.#newest.length; index++) {
      const shared = this.#newest[index];
      if (!shared || !passes(filter, shared.mark.stream, shared.mark.type)) continue;
      events.push(shared.event);
      if (events.length === limit) return { events, position: shared.mark.position };
    }
    return { events, position: Math.max(after, this.#head) };
  }

  /** Resolves when the log has come beyond a position, the store closes, or `signal` aborts. */
  async beyond(position: number, signal: AbortSignal | undefined): Promise<void> {
    if (this.#head > position || signal?.aborted || this.#server.closing.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = (): void => resolve();
    this.#waiting.add(wake);
    signal?.addEventListener('abort', wake);
    await promise;
    signal?.removeEventListener('abort', wake);
    this.#waiting.delete(wake);
  }

  async #follow(): Promise<void> {
    const { client, closing } = this.#server;
    for (let wait = firstWait; !closing.aborted; wait = Math.min(wait * 2, longestWait)) {
      const following = client.subscribeToAll({ fromPosition: at(this.#last), filter: everything() });
      following.on('error', () => undefined); // also after nobody listens any more
      const end = () => following.destroy();
      closing.addEventListener('abort', end);
      try {
        for await (const { event } of following) {
          wait = firstWait;
          if (event && isOurs(event)) this.#take(new Shared(event));
        }
      } catch {
        // whatever it was, what comes next is asked for again
      } finally {
        closing.removeEventListener('abort', end);
        following.unsubscribe().catch(() => undefined);
      }
      await delay(wait, undefined, { signal: closing }).catch(() => undefined);
    }
  }

  /** The last event that came. */
  get #last(): number {
    return this.#coming.at(-1)?.mark.position ?? this.#head;
  }

  #take(shared: Shared): void {
    if (shared.mark.position <= this.#last) return; // it came before
    this.#coming.push(shared);
    if (shared.left > 0) return;
    this.#newest.push(...this.#coming);
    for (const { characters } of this.#coming) this.#characters += characters;
    this.#coming = [];
    this.#head = shared.mark.position;
    if (this.#characters > 2 * kept) this.#forget();
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
  }

  #forget(): void {
    let count = 0;
    while (this.#characters > kept) this.#characters -= this.#newest[count++]?.characters ?? 0;
    this.#begin = this.#newest[count - 1]?.mark ?? this.#begin;
    this.#newest = this.#newest.slice(count);
  }

  #firstAfter(position: number): number {
    let [low, high] = [0, this.#newest.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#newest[middle]?.mark.position ?? 0) > position) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** An event, as the first subscriber that asks for it has it made. */
class Shared {
  readonly mark: Mark;
  readonly left: number;
  readonly characters: number;
  readonly #recorded: Recorded;
  #event: StoredEvent | undefined;

  constructor(recorded: Recorded) {
    this.mark = markOf(recorded);
    this.left = leftOf(recorded);
    this.characters = JSON.stringify(recorded.data).length + envelope;
    this.#recorded = recorded;
  }

  get event(): StoredEvent {
    return (this.#event ??= frozen(storedEvent(this.#recorded)));
  }
}

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(frozen);
  return value;
}
