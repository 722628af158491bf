import type { NewEvent, StoredEvent } from '#kernel/envelope';

/** What the caller last knew of the stream: its last revision, that it has none, or nothing it relies on. */
export type Expected = number | 'none' | 'any';

/** Which events a reading of the whole store leaves in: streams of some categories, or events of some types. */
export type Filter = { readonly categories: readonly string[] } | { readonly types: readonly string[] };

export interface Appended {
  /** Revision and position of the last event named in the append. */
  readonly revision: number;
  readonly position: number;
  /** True when the events stood there already: nothing was written now. */
  readonly repeated: boolean;
}

/** Events in order; `caughtUp` when nothing more was stored at the moment of reading. May be empty then. */
export interface Batch {
  readonly events: readonly StoredEvent[];
  /** Everything up to here was handled, also what the filter left out: subscribe again from here. */
  readonly position: number;
  readonly caughtUp: boolean;
}

/**
 * The one way to the truth. Every adapter keeps every sentence of `event-store.contract.ts`.
 *
 * Promises: an append is all or nothing, durable when its promise resolves, and idempotent by event id whatever
 * the expectation and however late: an id that is in the stream is never written again. Positions rise in commit
 * order and no reader ever sees a later event before an earlier one.
 */
export interface EventStore {
  /**
   * Appends one to 1,000 events to a stream.
   * @throws WrongRevision when `expected` is not the stream's last revision (and the ids are not there already)
   * @throws IdsContradict when some of the ids are in the stream and others are not, or in another order
   * @throws StoreRefuses for a malformed stream name, id or type, no events, what JSON cannot hold, or an append above
   *   the size limit
   */
  append(stream: string, events: readonly NewEvent[], expected: Expected): Promise<Appended>;

  /** Events of one stream, in order of revision from `from` (inclusive); none if it never was. `backwards` from the end, or from `from`. */
  readStream(stream: string, options?: ReadStream): AsyncIterable<StoredEvent>;

  /** The event with this id, if it is in this stream. */
  find(stream: string, id: string): Promise<StoredEvent | undefined>;

  /** The events at these positions, in this order; a position without an event is left out. */
  at(positions: readonly number[]): Promise<StoredEvent[]>;

  /** Events of all streams after position `after` (exclusive; 0 is the beginning), at most `limit`. */
  readAll(options: ReadAll): Promise<StoredEvent[]>;

  /** Position of the last event; 0 when there is none. */
  head(): Promise<number>;

  /**
   * Everything after `after`, first what is stored, then what comes, without gap or repeat. The consumer pulls: while
   * it works on one batch nothing is read for it. Ends when `signal` aborts or the store closes.
   */
  subscribe(options: Subscribe): AsyncIterable<Batch>;

  close(): Promise<void>;
}

export interface ReadStream {
  readonly from?: number;
  readonly backwards?: boolean;
  readonly limit?: number;
}

export interface ReadAll {
  readonly after: number;
  readonly limit: number;
  readonly filter?: Filter;
}

export interface Subscribe {
  readonly after: number;
  readonly filter?: Filter;
  /** At most so many events a batch; 1,000 unless told. */
  readonly batch?: number;
  readonly signal?: AbortSignal;
}

/** The stream is not where the caller thought. `actual` is its last revision now, or 'none'. */
export class WrongRevision extends Error {
  override readonly name = 'WrongRevision';
  readonly actual: number | 'none';
  constructor(stream: string, expected: Expected, actual: number | 'none') {
    super(`${stream} is at revision ${actual}, not at ${expected}`);
    this.actual = actual;
  }
}

/** Some of the ids of an append are in the stream and others are not, or they stand there in another order. */
export class IdsContradict extends Error {
  override readonly name = 'IdsContradict';
}

/** The append is not one that any adapter takes: the message says what is wrong with it. */
export class StoreRefuses extends Error {
  override readonly name = 'StoreRefuses';
}

/** The store's file or server cannot be used as it is. The message says what was found and the way out. */
export class StoreUnusable extends Error {
  override readonly name = 'StoreUnusable';
}

/** No control characters and no half characters: not every store gives them back as they were. */
const streamName = /^[a-z]+-[^\s\p{Cc}\p{Cs}]{1,200}$/u;
/** `$` is for types of a server's own. */
const eventType = /^\p{L}[^\s\p{Cc}\p{Cs}]{0,199}$/u;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** At most so many bytes of JSON in one append: what the tightest adapter takes, less its overhead. */
export const maxAppendBytes = 900_000;
export const maxAppendEvents = 1_000;

/** The rules on an append that hold for every adapter, checked before any of them sees it. Gives the events as JSON. */
export function checkedAppend(stream: string, events: readonly NewEvent[]): string[] {
  if (!streamName.test(stream)) throw new StoreRefuses(`"${stream}" is no stream name: <category>-<id>`);
  if (events.length === 0 || events.length > maxAppendEvents)
    throw new StoreRefuses(`an append holds 1 to ${maxAppendEvents} events, not ${events.length}`);
  for (const { id, type } of events) {
    if (!uuid.test(id)) throw new StoreRefuses(`"${id}" is no event id: a UUID in lower case`);
    if (!eventType.test(type)) throw new StoreRefuses(`"${type}" is no event type: a letter, and up to 199 more signs`);
  }
  if (new Set(events.map(({ id }) => id)).size !== events.length)
    throw new StoreRefuses('an append names one id twice');
  const bodies = events.map(asJson);
  const bytes = bodies.reduce((sum, body) => sum + Buffer.byteLength(body), 0);
  if (bytes > maxAppendBytes) throw new StoreRefuses(`an append holds at most ${maxAppendBytes} bytes, not ${bytes}`);
  return bodies;
}

function asJson(event: NewEvent): string {
  try {
    return JSON.stringify(event);
  } catch (error) {
    const reason = String(error).replace(/^TypeError: |\n.*/gs, '');
    throw new StoreRefuses(`event ${event.id} holds what JSON cannot: ${reason}`, { cause: error });
  }
}
