import {
  BACKWARDS,
  END,
  ErrorType,
  eventTypeFilter,
  FORWARDS,
  type ReadPosition,
  START,
  type StreamingRead,
  streamNameFilter,
} from '@eventstore/db-client';
import type { StoredEvent } from '#kernel/envelope';
import type { Filter } from '../event-store.ts';
import { isOurs, ourStreams, passes, positionOf, type Recorded, storedEvent } from './recorded.ts';
import { isNoPlace, isOfType, nodeIsBehind, type Server } from './server.ts';

/** An event that something waits for, and what a filter must let through for it to come. */
export type Mark = Pick<StoredEvent, 'position' | 'stream' | 'type'>;

export const markOf = (event: Recorded): Mark => ({
  position: positionOf(event),
  stream: event.streamId,
  type: event.type,
});

/** Events in order and how far the reading came; `position` passes over what the filter left out. */
export interface Page {
  readonly events: readonly StoredEvent[];
  readonly position: number;
}

/** The server looks at so many events at once for those that pass a filter. */
const searchWindow = 1_000;
/** A node that has come to its end has so long, in milliseconds, to come to an event that another node gave us. */
const behindMs = 1_000;

/** What can be asked of the server. No reading is left open while somebody works on what it gave. */
export class Reading {
  readonly #server: Server;
  /** Where the log ended at the last look, and the last event of ours then. */
  #end = -1n;
  #last: Mark = { position: 0, stream: '', type: '' };

  constructor(server: Server) {
    this.#server = server;
  }

  /** At most `limit` events of a stream, whoever wrote them; undefined when it never was. */
  async stream(
    stream: string,
    from: number | undefined,
    backwards: boolean,
    limit: number,
  ): Promise<readonly Recorded[] | undefined> {
    const fromRevision = from === undefined ? (backwards ? END : START) : BigInt(from);
    const direction = backwards ? BACKWARDS : FORWARDS;
    return this.#server.call(async () => {
      try {
        const found = await gathered(
          this.#server.client.readStream(stream, { fromRevision, direction, maxCount: limit }),
        );
        return found.map(({ event }) => event).filter((event) => event !== undefined);
      } catch (error) {
        if (isOfType(error, ErrorType.STREAM_NOT_FOUND)) return undefined;
        throw error;
      }
    });
  }

  /** The event at a position, if there is one of ours. */
  async at(position: number): Promise<StoredEvent | undefined> {
    const [event] = await this.#server.call(async () => {
      try {
        return await this.#all(at(position), FORWARDS, 1);
      } catch (error) {
        if (isNoPlace(error)) return [];
        throw error;
      }
    });
    return event && isOurs(event) && positionOf(event) === position ? storedEvent(event) : undefined;
  }

  /** The last event of all streams. Costs a look at what came since the last look, of the server's own events too. */
  async last(): Promise<Mark> {
    let end: bigint | undefined;
    let last: Mark | undefined;
    for (let from: ReadPosition = END, size = 1; last === undefined; size = Math.min(size * 16, searchWindow)) {
      const found: readonly Recorded[] = await this.#server.call(() => this.#all(from, BACKWARDS, size));
      for (const event of found) {
        const { position } = event;
        if (position === undefined) continue;
        end ??= position.commit;
        from = position;
        if (position.commit <= this.#end) last ??= this.#last;
        else if (isOurs(event)) last ??= markOf(event);
      }
      if (found.length < size) last ??= this.#last;
    }
    if (end !== undefined && end > this.#end) this.#end = end;
    if (last.position > this.#last.position) this.#last = last;
    return this.#last;
  }

  /**
   * At most `limit` events that pass a filter, after a position and up to the event `until`. That one passes the server's
   * filter whatever is asked for, so that it is known when all was seen: a node says that it has no more when it is only
   * behind the others.
   */
  async page(after: number, until: Mark, limit: number, filter: Filter | undefined): Promise<Page> {
    return this.#server.call(async () => {
      const events: StoredEvent[] = [];
      const reading = this.#server.client.subscribeToAll({
        fromPosition: at(after),
        filter: serverFilter(filter, until),
      });
      let behind: NodeJS.Timeout | undefined;
      reading.on('error', () => undefined); // also after nobody listens any more
      reading.on('caughtUp', () => {
        behind ??= setTimeout(() => reading.destroy(nodeIsBehind()), behindMs);
      });
      try {
        for await (const { event } of reading) {
          if (event === undefined || !isOurs(event)) continue;
          const position = positionOf(event);
          if (position <= until.position && passes(filter, event.streamId, event.type)) events.push(storedEvent(event));
          if (position >= until.position) return { events, position: until.position };
          if (events.length >= limit) return { events, position };
        }
        throw nodeIsBehind();
      } finally {
        clearTimeout(behind);
        reading.unsubscribe().catch(() => undefined);
      }
    });
  }

  async #all(fromPosition: ReadPosition, direction: typeof FORWARDS | typeof BACKWARDS, maxCount: number) {
    const found = await gathered(this.#server.client.readAll({ fromPosition, direction, maxCount }));
    return found.map(({ event }) => event).filter((event) => event !== undefined);
  }
}

export const at = (position: number): ReadPosition =>
  position <= 0 ? START : { commit: BigInt(position), prepare: BigInt(position) };

/** Leaves out the server's own events, and links to others. What more it lets through is left out here. */
const serverFilter = (filter: Filter | undefined, until: Mark) => {
  if (filter === undefined) return everything();
  const options = { maxSearchWindow: searchWindow, checkpointInterval: searchWindow };
  return 'types' in filter
    ? eventTypeFilter({ ...options, prefixes: [...filter.types, until.type] })
    : streamNameFilter({ ...options, prefixes: [...filter.categories.map((name) => `${name}-`), until.stream] });
};

export const everything = () =>
  streamNameFilter({ regex: ourStreams, maxSearchWindow: searchWindow, checkpointInterval: searchWindow });

async function gathered<T>(reading: StreamingRead<T>): Promise<T[]> {
  reading.on('error', () => undefined); // also after nobody listens any more
  try {
    return await Array.fromAsync(reading);
  } finally {
    reading.cancel().catch(() => undefined);
  }
}
