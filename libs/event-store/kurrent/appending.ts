import { ErrorType } from '@eventstore/db-client';
import { type Appended, type Expected, IdsContradict, StoreRefuses, WrongRevision } from '../event-store.ts';
import { AppendLine, type Placed } from './append-line.ts';
import { addOne, idsOf, spanBefore } from './id-index.ts';
import { type Outgoing, positionOf, proposed, type Recorded } from './recorded.ts';
import type { Reading } from './reading.ts';
import { isOfType, nodeIsBehind, type Server } from './server.ts';
import { bytesOf, KnownIds, StreamIds } from './stream-ids.ts';

/** One append as it was asked for. */
export interface Wanted {
  readonly stream: string;
  readonly expected: Expected;
  readonly events: readonly Outgoing[];
}

/** So large an append, in characters, carries no ids of other events: there might be no room for them. */
const noRoomFrom = 700_000;
/** So many events are read at once of those that came since a stream's ids were known. */
const pageSize = 1_000;

const unknownOutcome =
  '. Whether the events were stored is not known: the same append may be sent again, and stores them once';

/**
 * Decides on appends. The server knows an id again only where the append is the same; so each is made at the exact
 * revision up to which the ids of the stream are known here. It succeeds only if nothing came in between, whoever else
 * writes; and when its outcome is not known, it is made again, and the server answers for the first.
 */
export class Appending {
  readonly #server: Server;
  readonly #reading: Reading;
  readonly #line: AppendLine;
  readonly #known = new KnownIds();
  readonly #queues = new Map<string, Promise<unknown>>();

  constructor(server: Server, reading: Reading) {
    this.#server = server;
    this.#reading = reading;
    this.#line = new AppendLine(server.client);
  }

  /** Appends to one stream are made one after another. */
  append(wanted: Wanted): Promise<Appended> {
    return this.#inTurn(wanted.stream, async () => {
      const tried: Tried = { at: undefined };
      return this.#server.call(() => this.#attempt(wanted, tried), unknownOutcome);
    });
  }

  /** The revision of the event with this id, as of now. */
  async revisionOf(stream: string, id: string): Promise<number | undefined> {
    const bytes = bytesOf(id);
    if (bytes.length !== 16) return undefined;
    const known = this.#known.get(stream);
    const ids = known ?? (await this.#learn(stream));
    const revision = ids.revisionOf(bytes);
    if (revision !== undefined || known === undefined) return revision;
    await this.#readOn(stream, ids);
    return ids.revisionOf(bytes);
  }

  /** Takes what was read of a stream, and spares a reading of its own. */
  saw(stream: string, from: number, events: readonly Recorded[]): void {
    const ids = this.#known.get(stream) ?? (from === 0 ? new StreamIds() : undefined);
    if (ids === undefined || from > ids.count) return;
    for (const event of events) addOne(ids, event);
    this.#known.keep(stream, ids);
  }

  /** Resolves when all that is at work has come to its end. */
  async settled(): Promise<void> {
    await Promise.all(this.#queues.values());
  }

  async #attempt(wanted: Wanted, tried: Tried): Promise<Appended> {
    const { stream, expected, events } = wanted;
    const ids = this.#known.get(stream) ?? (await this.#learn(stream));
    for (;;) {
      const before = await this.#before(wanted, ids, tried);
      if (before) return before;
      const actual = ids.count === 0 ? 'none' : ids.count - 1;
      if (expected !== 'any' && expected !== actual) {
        const mayCome = expected !== 'none' && expected >= ids.count;
        if (mayCome && (await this.#readOn(stream, ids))) continue;
        throw new WrongRevision(stream, expected, ids.count === 0 ? 'none' : ids.count - 1);
      }
      const at = ids.count;
      const placed = await this.#send(wanted, ids, tried);
      if (placed) {
        for (const [index, { id }] of events.entries()) ids.add(at + index, bytesOf(id));
        this.#known.keep(stream, ids);
        return { ...placed, repeated: false };
      }
      if (!(await this.#readOn(stream, ids))) throw nodeIsBehind();
    }
  }

  /** Gives nothing when the stream was no longer where its ids are known to. */
  async #send({ stream, events }: Wanted, ids: StreamIds, tried: Tried): Promise<Placed | undefined> {
    const at = ids.count;
    const own = events.map(({ id }) => bytesOf(id));
    const room = events.reduce((sum, { data, envelope }) => sum + data.length + envelope.length, 0) < noRoomFrom;
    const carried = (revision: number): Buffer | undefined => {
      const span = room ? spanBefore(revision) : undefined;
      if (span === undefined) return undefined;
      const from = revision - span;
      return Buffer.concat([ids.between(Math.min(from, at), at), ...own.slice(Math.max(from - at, 0), revision - at)]);
    };
    const all = events.map((event, index) => proposed(event, events.length - 1 - index, carried(at + index)));
    try {
      const placed = await this.#line.append(stream, all, at - 1);
      if (placed.revision !== at + events.length - 1)
        throw this.#server.unusable(
          `${stream} was deleted with a tool of the server, and went on at revision ${placed.revision - events.length + 1}: restore the server from a backup`,
        );
      return placed;
    } catch (error) {
      if (isOfType(error, ErrorType.WRONG_EXPECTED_VERSION)) return undefined;
      if (isOfType(error, ErrorType.MAXIMUM_APPEND_SIZE_EXCEEDED))
        throw new StoreRefuses(`an append to ${stream} is larger than the server takes (its MaxAppendSize)`, {
          cause: error,
        });
      tried.at = at;
      throw error;
    }
  }

  /** The answer to an append of which at least one id is in the stream. */
  async #before(wanted: Wanted, ids: StreamIds, tried: Tried): Promise<Appended | undefined> {
    const { stream, events } = wanted;
    const places = events.map(({ id }) => ids.revisionOf(bytesOf(id)));
    if (places.every((place) => place === undefined)) return undefined;
    let revision = -1;
    for (const place of places) {
      if (place === undefined) {
        if (await this.#readOn(stream, ids)) return this.#before(wanted, ids, tried);
        throw new IdsContradict(`of the ids of an append to ${stream} some are there and some are not`);
      }
      if (place <= revision) throw new IdsContradict(`the ids of an append are in ${stream} in another order`);
      revision = place;
    }
    const [event] = (await this.#reading.stream(stream, revision, false, 1)) ?? [];
    if (event === undefined) throw this.#server.unusable(`event ${revision} of ${stream} is no longer there`);
    // What this same call wrote, and had no answer to, did not stand there before.
    const own = tried.at !== undefined && places[0] === tried.at && revision === tried.at + events.length - 1;
    return { revision, position: positionOf(event), repeated: !own };
  }

  async #learn(stream: string): Promise<StreamIds> {
    const ids = await idsOf(stream, this.#reading);
    this.#known.keep(stream, ids);
    return ids;
  }

  /** Takes what came since; gives whether anything did. */
  async #readOn(stream: string, ids: StreamIds): Promise<boolean> {
    const before = ids.count;
    for (;;) {
      const events = (await this.#reading.stream(stream, ids.count, false, pageSize)) ?? [];
      for (const event of events) addOne(ids, event);
      if (events.length < pageSize) break;
    }
    this.#known.keep(stream, ids);
    return ids.count > before;
  }

  async #inTurn<T>(stream: string, work: () => Promise<T>): Promise<T> {
    const before = this.#queues.get(stream);
    const mine = before ? before.then(work) : work();
    const settled = mine.catch(() => undefined);
    this.#queues.set(stream, settled);
    try {
      return await mine;
    } finally {
      if (this.#queues.get(stream) === settled) this.#queues.delete(stream);
    }
  }
}

/** At which revision an append was sent without an answer. */
interface Tried {
  at: number | undefined;
}
