import type { NewEvent, StoredEvent } from '#kernel/envelope';
import type { Clock } from '#kernel/time';
import { checkedAppend } from '../event-store.ts';
import type { Appended, Batch, EventStore, Expected, ReadAll, ReadStream, Subscribe } from '../event-store.ts';
import { Appending } from './appending.ts';
import { Reading } from './reading.ts';
import { outgoing, storedEvent } from './recorded.ts';
import { Server } from './server.ts';
import { Tail } from './tail.ts';

export interface KurrentEventStoreOptions {
  /** `esdb://` or `kurrentdb://`, with `+discover` or without: hosts, user and TLS as its documentation has them. */
  readonly url: string;
  /** Stamps `recordedAt`, when the event is sent to be written. */
  readonly clock: Clock;
  /**
   * So long, in milliseconds, is a call made again that the server did not answer: it may be starting, or choosing a
   * leader. 30,000 unless told.
   */
  readonly patienceMs?: number;
}

export interface KurrentEventStore extends EventStore {
  /**
   * Writes events as they are in another store: with its ids, revisions and `recordedAt`. They are of one stream and
   * follow each other. Sent again, it answers as `append` does.
   * @throws what `append` throws
   */
  copy(events: readonly StoredEvent[]): Promise<Appended>;
}

/**
 * The event store on a server or cluster of EventStoreDB (22.6 or later) or KurrentDB. Any number of processes may write
 * and read. Positions are those of the server's log: they rise, with gaps.
 *
 * Other programs may keep their own streams there. What they wrote is left out of what is read of the whole store; in a
 * stream of ours it is refused, and so is a stream from which events were deleted with the server's tools.
 * @throws StoreUnusable when the connection string is none, or nobody answers there
 */
export async function openKurrentEventStore(options: KurrentEventStoreOptions): Promise<KurrentEventStore> {
  const { url, clock, patienceMs = 30_000 } = options;
  const server = new Server(url, patienceMs);
  const store = new ServedEventStore(server, clock);
  try {
    await store.head();
  } catch (error) {
    await store.close();
    throw error;
  }
  return store;
}

/** So many events of a stream are read at once. */
const pageSize = 1_000;
/** So many events are asked for one by one at once. */
const atOnce = 32;

class ServedEventStore implements KurrentEventStore {
  readonly #server: Server;
  readonly #clock: Clock;
  readonly #reading: Reading;
  readonly #appending: Appending;
  #tail: Promise<Tail> | undefined;
  /** The last position that this process was told it has written. */
  #acknowledged = 0;

  constructor(server: Server, clock: Clock) {
    this.#server = server;
    this.#clock = clock;
    this.#reading = new Reading(server);
    this.#appending = new Appending(server, this.#reading);
  }

  /**
   * One call to the server; the first to a stream since the start, and one sent again, read before that what `idsOf`
   * reads.
   */
  async append(stream: string, events: readonly NewEvent[], expected: Expected): Promise<Appended> {
    checkedAppend(stream, events);
    const recordedAt = this.#clock.now();
    return this.#write({ stream, expected, events: events.map((event) => outgoing(event, recordedAt)) });
  }

  async copy(events: readonly StoredEvent[]): Promise<Appended> {
    const [{ stream, revision } = { stream: '', revision: 0 }] = events;
    const all = events.map(({ stream: _, revision: __, position: ___, recordedAt, ...event }) => ({
      event,
      recordedAt,
    }));
    checkedAppend(
      stream,
      all.map(({ event }) => event),
    );
    return this.#write({
      stream,
      expected: revision === 0 ? 'none' : revision - 1,
      events: all.map(({ event, recordedAt }) => outgoing(event, recordedAt)),
    });
  }

  /** O(events read), a thousand at once. */
  async *readStream(stream: string, options: ReadStream = {}): AsyncIterable<StoredEvent> {
    const { backwards = false, limit = Infinity } = options;
    let from = backwards ? options.from : Math.max(options.from ?? 0, 0);
    for (let left = limit; left > 0;) {
      this.#server.mustBeOpen();
      const size = Math.min(left, pageSize);
      const page = (await this.#reading.stream(stream, from, backwards, size)) ?? [];
      if (!backwards) this.#appending.saw(stream, from ?? 0, page);
      for (const recorded of page) {
        const event = storedEvent(recorded);
        const expected: number = backwards ? Math.min(from ?? Infinity, event.revision) : (from ?? 0);
        if (event.revision !== expected) throw this.#server.unusable(`${stream} has a gap before ${event.revision}`);
        from = event.revision + (backwards ? -1 : 1);
        yield event;
      }
      if (page.length < size || (backwards && (from ?? 0) < 0)) return;
      left -= size;
    }
  }

  /** One reading of what came to the stream since its ids were known here, and one of the event. */
  async find(stream: string, id: string): Promise<StoredEvent | undefined> {
    this.#server.mustBeOpen();
    const revision = await this.#appending.revisionOf(stream, id);
    if (revision === undefined) return undefined;
    const [event] = (await this.#reading.stream(stream, revision, false, 1)) ?? [];
    return event?.id === id ? storedEvent(event) : undefined;
  }

  /** One reading for each position, many at once. */
  async at(positions: readonly number[]): Promise<StoredEvent[]> {
    this.#server.mustBeOpen();
    const events: (StoredEvent | undefined)[] = [];
    for (let begin = 0; begin < positions.length; begin += atOnce) {
      const some = positions.slice(begin, begin + atOnce);
      events.push(...(await Promise.all(some.map((position) => this.#reading.at(position)))));
    }
    return events.filter((event) => event !== undefined);
  }

  /** O(events read); with a filter the server looks at those in between. */
  async readAll({ after, limit, filter }: ReadAll): Promise<StoredEvent[]> {
    this.#server.mustBeOpen();
    const until = await this.#reading.last();
    if (limit <= 0 || after >= until.position) return [];
    return [...(await this.#reading.page(after, until, limit, filter)).events];
  }

  async head(): Promise<number> {
    this.#server.mustBeOpen();
    const { position } = await this.#reading.last();
    return Math.max(position, this.#acknowledged);
  }

  /** The newest events come from memory, whoever asks; older ones are read as `readAll` does. */
  async *subscribe({ after, filter, batch = 1_000, signal }: Subscribe): AsyncIterable<Batch> {
    const over = (): boolean => this.#server.closing.aborted || signal?.aborted === true;
    if (over()) return;
    try {
      const least = await this.head();
      const tail = await (this.#tail ??= this.#follow());
      for (let position = after; !over();) {
        const size = Math.max(batch, 1);
        const page =
          tail.page(position, size, filter) ?? (await this.#reading.page(position, tail.begin, size, filter));
        if (over()) return;
        position = page.position;
        const caughtUp = position >= Math.max(tail.head, least, this.#acknowledged);
        if (caughtUp || page.events.length > 0) yield { events: page.events, position, caughtUp };
        await tail.beyond(position, signal);
      }
    } catch (error) {
      if (!over()) throw error;
    }
  }

  /** What is at work is brought to an end, but nothing is tried again. */
  async close(): Promise<void> {
    if (this.#server.closing.aborted) return;
    this.#server.close();
    await this.#appending.settled();
    await this.#server.hangUp();
  }

  async #write(wanted: Parameters<Appending['append']>[0]): Promise<Appended> {
    this.#server.mustBeOpen();
    const appended = await this.#appending.append(wanted);
    this.#acknowledged = Math.max(this.#acknowledged, appended.position);
    return appended;
  }

  async #follow(): Promise<Tail> {
    try {
      return new Tail(this.#server, await this.#reading.last());
    } catch (error) {
      this.#tail = undefined;
      throw error;
    }
  }
}
