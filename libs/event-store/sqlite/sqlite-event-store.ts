import { setImmediate as turn } from 'node:timers/promises';
import type { NewEvent, StoredEvent } from '#kernel/envelope';
import type { Clock } from '#kernel/time';
import { checkedAppend, StoreUnusable } from '../event-store.ts';
import type { Appended, Batch, EventStore, Expected, Filter, ReadAll, ReadStream, Subscribe } from '../event-store.ts';
import { BackgroundCheck } from './background-check.ts';
import type { Check } from './background-check.ts';
import { unusable } from './failure.ts';
import { Live, Sleeper } from './live.ts';
import { openFile } from './open-file.ts';
import type { OpenFile } from './open-file.ts';
import { Reading } from './reading.ts';
import type { Page } from './reading.ts';
import { Writing } from './writing.ts';
import type { Wanted } from './writing.ts';

export interface SqliteEventStoreOptions {
  /** The file. Beside it stand `-wal` and `-shm` while it is open, and `.lock`. */
  readonly path: string;
  /** Stamps `recordedAt`, when the event is written. */
  readonly clock: Clock;
  /** To read beside the process that writes: from this one or any other, as many as wanted. */
  readonly readOnly?: boolean;
  /** The file may grow to so many bytes; beyond it is as if the disk were full. No limit unless told. */
  readonly maxBytes?: number;
  /**
   * Whoever writes and was not closed in order (killed, or the machine failed) has the whole file checked in the
   * background when it is opened again, and is told what came of it.
   */
  readonly checked?: (check: Check) => void;
}

/** The store, and what is known of the file as a whole: once it is found damaged, nothing is written to it any more. */
export interface CheckedEventStore extends EventStore {
  readonly check: Check;
}

/**
 * The event store in one SQLite file on a local disk: one process writes, others may read.
 * Positions are 1, 2, 3 … without gaps.
 * @throws StoreUnusable when the file is not a sound store that this program understands, lacks events that were
 *   acknowledged, or another process writes to it
 */
export async function openSqliteEventStore(options: SqliteEventStoreOptions): Promise<CheckedEventStore> {
  await turn(); // opening works in one go: let others finish theirs first
  return new SqliteEventStore(options);
}

/** At most so many appends share one transaction, so that a flood does not hold up the process. */
const maxGroup = 1_000;
/** Of so many streams the end is kept in memory. */
const maxEnds = 50_000;
/** How many events are read from the file in one go. */
const pageSize = 1_000;
/** How often one who only reads looks for what another process wrote, in milliseconds. */
const lookEvery = 25;

type Request = Wanted & Pick<PromiseWithResolvers<Appended>, 'resolve' | 'reject'>;

class SqliteEventStore implements CheckedEventStore {
  readonly check: BackgroundCheck;
  readonly #file: OpenFile;
  readonly #clock: Clock;
  readonly #reading: Reading;
  readonly #writing: Writing | undefined;
  readonly #live: Live;
  /** Revisions beyond which streams have nothing: known here, because this process alone writes. */
  readonly #ends = new Map<string, number>();
  #queue: Request[] = [];
  #look: NodeJS.Timeout | undefined;
  #closed = false;

  constructor({ path, clock, readOnly = false, maxBytes, checked }: SqliteEventStoreOptions) {
    this.#file = openFile(path, readOnly, maxBytes);
    this.#clock = clock;
    this.#reading = new Reading(this.#file.db);
    this.#writing = readOnly ? undefined : new Writing(this.#file.db);
    this.#live = new Live(this.#reading.head());
    this.check = new BackgroundCheck(this.#file.leftInOrder);
    if (checked && !readOnly && !this.#file.leftInOrder) this.check.start(this.#file.path, checked);
  }

  /** All appends of one turn of the event loop share one transaction and one fsync. O(events · log history). */
  async append(stream: string, events: readonly NewEvent[], expected: Expected): Promise<Appended> {
    const bodies = checkedAppend(stream, events);
    this.#mustBeOpen();
    if (this.#writing === undefined) throw new StoreUnusable(`${this.#file.path} was opened for reading only`);
    if (this.check.state === 'damaged')
      throw new StoreUnusable(
        `${this.#file.path} is damaged, and nothing is written to it: samverk fsck says where. Stop, and restore a backup`,
      );
    const { promise, resolve, reject } = Promise.withResolvers<Appended>();
    const asJson = events.map(({ id, type }, index) => ({ id, type, body: bodies[index] ?? '' }));
    if (this.#queue.length === 0) setImmediate(() => this.#flush());
    this.#queue.push({ stream, expected, events: asJson, resolve, reject });
    return promise;
  }

  /** O(events read · log history). */
  async *readStream(stream: string, options: ReadStream = {}): AsyncIterable<StoredEvent> {
    const { backwards = false, limit = Infinity } = options;
    const from = backwards ? (options.from ?? Number.MAX_SAFE_INTEGER) : Math.max(options.from ?? 0, 0);
    this.#mustBeOpen();
    if (!backwards && from > (this.#ends.get(stream) ?? Infinity)) return;
    let next = from;
    for (let left = limit; left > 0; left -= pageSize) {
      const size = Math.min(left, pageSize);
      const events = this.#ask(() => this.#reading.stream(stream, next, backwards, size));
      if (!backwards && events.length < size) this.#endsAt(stream, next + events.length - 1);
      yield* events;
      const last = events.at(-1);
      if (events.length < size || last === undefined) return;
      next = last.revision + (backwards ? -1 : 1);
      await turn();
    }
  }

  /** O(log history). */
  async find(stream: string, id: string): Promise<StoredEvent | undefined> {
    return this.#ask(() => this.#reading.find(stream, id));
  }

  /** O(positions · log history). */
  async at(positions: readonly number[]): Promise<StoredEvent[]> {
    return this.#ask(() =>
      positions.map((position) => this.#reading.at(position)).filter((event) => event !== undefined),
    );
  }

  /** O(events read); with a filter O(events passed), in pieces between which others get their turn. */
  async readAll({ after, limit, filter }: ReadAll): Promise<StoredEvent[]> {
    const events: StoredEvent[] = [];
    const head = this.#head();
    for (let position = after; position < head && events.length < limit;) {
      await turn();
      const page = this.#page(position, limit - events.length, filter);
      events.push(...page.events);
      position = page.position;
    }
    return events;
  }

  async head(): Promise<number> {
    return this.#head();
  }

  /** The newest events come from memory, whoever asks; older ones are read as `readAll` does. */
  async *subscribe({ after, filter, batch = 1_000, signal }: Subscribe): AsyncIterable<Batch> {
    const sleeper = new Sleeper();
    const wake = (): void => sleeper.wake();
    const over = (): boolean => this.#closed || signal?.aborted === true;
    signal?.addEventListener('abort', wake);
    try {
      for (let position = after; !over();) {
        let page = this.#live.page(position, Math.max(batch, 1), filter);
        if (page === undefined) {
          await turn();
          if (over()) return;
          page = this.#page(position, batch, filter);
        }
        position = page.position;
        const caughtUp = position >= this.#head();
        if (caughtUp || page.events.length > 0) yield { events: page.events, position, caughtUp };
        if (!caughtUp || over()) continue;
        this.#lookForOthers();
        await this.#live.beyond(position, sleeper);
      }
    } finally {
      signal?.removeEventListener('abort', wake);
    }
  }

  /** What waits to be written is written first. */
  async close(): Promise<void> {
    if (this.#closed) return;
    while (this.#queue.length > 0) this.#flush();
    this.#closed = true;
    clearInterval(this.#look);
    this.#live.wake();
    this.check.stop();
    this.#file.close(this.check.state === 'clean');
  }

  #flush(): void {
    const group = this.#queue.splice(0, maxGroup);
    if (group.length === 0 || this.#writing === undefined) return;
    if (this.#queue.length > 0) setImmediate(() => this.#flush());
    try {
      const { outcomes, written } = this.#writing.write(group, this.#live.head, this.#clock.now());
      const last = written.at(-1);
      if (last) this.#file.witness?.saw(last.position, last.id);
      outcomes.forEach((outcome, index) =>
        outcome instanceof Error ? group[index]?.reject(outcome) : group[index]?.resolve(outcome),
      );
      for (const { stream, revision } of written) this.#endsAt(stream, revision);
      if (written.length > 0) this.#live.advance(this.#live.head + written.length, written);
    } catch (error) {
      for (const { reject } of group) reject(unusable(this.#file.path, error));
    }
  }

  #endsAt(stream: string, revision: number): void {
    if (this.#writing === undefined) return;
    if (this.#ends.size >= maxEnds) this.#ends.clear();
    this.#ends.set(stream, revision);
  }

  /** A page from the file. Who wants many gives others a turn before each, so that history holds up nobody. */
  #page(after: number, limit: number, filter: Filter | undefined): Page {
    const head = this.#head();
    return this.#ask(() => this.#reading.page(after, head, Math.min(Math.max(limit, 1), pageSize), filter));
  }

  #head(): number {
    this.#mustBeOpen();
    if (this.#writing === undefined) {
      const head = this.#ask(() => this.#reading.head());
      if (head > this.#live.head) this.#live.advance(head);
    }
    return this.#live.head;
  }

  /** Nobody tells one who only reads that there is more. */
  #lookForOthers(): void {
    if (this.#writing !== undefined) return;
    this.#look ??= setInterval(() => {
      try {
        this.#head();
      } catch {
        this.#live.wake(); // who waits meets the error itself
      }
      if (this.#live.awaited) return;
      clearInterval(this.#look);
      this.#look = undefined;
    }, lookEvery);
  }

  #mustBeOpen(): void {
    if (this.#closed) throw new StoreUnusable(`${this.#file.path} is closed`);
  }

  #ask<T>(question: () => T): T {
    this.#mustBeOpen();
    try {
      return question();
    } catch (error) {
      throw unusable(this.#file.path, error);
    }
  }
}
