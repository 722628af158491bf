import type { EventStore } from '#event-store/event-store';
import type { StoredEvent } from '#kernel/envelope';
import type { Standing } from '#kernel/reads';
import { type Stream, streamName } from '#kernel/stream';
import type { Instant } from '#kernel/time';
import { pure } from './thrown.ts';

/** So many folded streams are kept; the least recently used go first. */
const kept = 2_000;

interface Kept extends Standing {
  readonly of: Stream;
  /** Position of the last event folded in, and the latest time at which any was recorded. */
  readonly position: number;
  readonly latest: Instant;
}

const nothing = (of: Stream, stream: string): Kept => ({
  of,
  stream,
  revision: -1,
  state: of.initial,
  position: 0,
  latest: '',
});

/**
 * Streams as they stood: when the last event that was heard was recorded, or as they were known at an earlier time. It
 * follows along as events are heard. Cost: a stream is folded when first asked for; from then on, each of its events
 * once as it comes by.
 */
export class Past {
  readonly #events: EventStore;
  readonly #kept = new Map<string, Kept>();
  #position: number;

  constructor(events: EventStore, position: number) {
    this.#events = events;
    this.#position = position;
  }

  /** The next event of the store: what is asked from here on is as it stood with this one. */
  take(event: StoredEvent): void {
    this.#position = event.position;
    const known = this.#kept.get(event.stream);
    if (!known) return;
    try {
      this.#kept.set(event.stream, folded(known, event));
    } catch {
      this.#kept.delete(event.stream); // whoever reads the stream meets the error itself
    }
  }

  async now(stream: Stream, id: string): Promise<Kept> {
    const name = streamName(stream, id);
    const standing =
      this.#kept.get(name) ?? (await until(this.#events, stream, id, ({ position }) => position <= this.#position));
    this.#kept.delete(name);
    this.#kept.set(name, standing);
    if (this.#kept.size > kept) this.#kept.delete(String(this.#kept.keys().next().value));
    return standing;
  }

  /** As the stream was known when a timer was due: see `knownBy`. */
  async known(due: Instant, setAt: number, stream: Stream, id: string): Promise<Standing> {
    const now = await this.now(stream, id);
    if (now.latest < due || now.position <= setAt) return now;
    return until(this.#events, stream, id, knownBy(due, setAt));
  }
}

/**
 * What counts as known when a timer was due: everything recorded before that moment, and before the fact that set the
 * timer, if that came later. What is recorded afterwards never changes it: a timer decides the same on any day.
 */
export const knownBy = (due: Instant, setAt: number) => (event: StoredEvent) =>
  event.recordedAt < due || event.position <= setAt;

/** The stream up to the first event of which `counts` says no. */
export async function until(
  events: EventStore,
  stream: Stream,
  id: string,
  counts: (event: StoredEvent) => boolean,
): Promise<Kept> {
  const name = streamName(stream, id);
  let standing = nothing(stream, name);
  for await (const event of events.readStream(name)) {
    if (!counts(event)) break;
    standing = folded(standing, event);
  }
  return standing;
}

function folded(before: Kept, event: StoredEvent): Kept {
  return {
    ...before,
    revision: event.revision,
    state: pure(() => before.of.fold(before.state, event)),
    position: event.position,
    latest: event.recordedAt > before.latest ? event.recordedAt : before.latest,
  };
}
