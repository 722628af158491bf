import type { EventStore } from '#event-store/event-store';
import { apart, changesSince, together } from '#kernel/parts';
import type { Standing } from '#kernel/reads';
import { type Stream, streamName } from '#kernel/stream';
import type { StoredEvent } from '#kernel/envelope';
import { type Snapshots, SnapshotUnusable } from '#read-store/snapshots';

export type { Standing };

/** A stream as it stands, and as it stood when it was last in a snapshot. */
interface Folded<State> extends Standing<State> {
  readonly saved: Pick<Standing<State>, 'revision' | 'state'>;
}

/** How many folded streams are kept in memory; the least recently used go first. */
const kept = 10_000;

/** After so many events a snapshot is written: about 2 ms of the loop, and 20 µs an event. */
const snapshotEvery = 100;

/**
 * Folds streams, and keeps the result: loading again costs one look for what came since. A first load, and the state of
 * any past revision, begin at the snapshot before: one look for it and at most about a hundred events, whatever the
 * stream's length. Without snapshots it costs every event of the stream, and they are written on the way.
 */
export class Repository {
  readonly #store: EventStore;
  readonly #snapshots: Snapshots;
  readonly #report: (error: unknown, what: string) => void;
  readonly #standing = new Map<string, Folded<unknown>>();
  /** Streams whose snapshots were damaged: they are not looked at again. */
  readonly #distrusted = new Set<string>();

  private constructor(store: EventStore, snapshots: Snapshots, report: (error: unknown, what: string) => void) {
    this.#store = store;
    this.#snapshots = snapshots;
    this.#report = report;
  }

  /** Snapshots of events that the store does not hold (it was restored from a backup) are removed. */
  static async start(
    store: EventStore,
    snapshots: Snapshots,
    report: (error: unknown, what: string) => void,
  ): Promise<Repository> {
    const last = await snapshots.last();
    const [there] = last ? await store.at([last.position]) : [];
    if (last?.event !== there?.id) await snapshots.clear();
    return new Repository(store, snapshots, report);
  }

  load<State>(stream: Stream<State>, id: string): Promise<Standing<State>> {
    return this.trying(async () => {
      const name = streamName(stream, id);
      const known = this.#standing.get(name) as Folded<State> | undefined;
      const folded = await this.#fold(stream, known ?? (await this.#found(stream, name, Infinity)), Infinity);
      if (folded.revision >= 0) this.#keep(folded);
      return folded;
    });
  }

  /** The stream as it stood at a revision. */
  asOf<State>(stream: Stream<State>, id: string, revision: number): Promise<Standing<State>> {
    return this.trying(async () => {
      const name = streamName(stream, id);
      return this.#fold(stream, await this.#found(stream, name, revision), revision);
    });
  }

  /**
   * Does what rests on states. A damaged snapshot may show only when a decision asks for what is in it: it is reported
   * and never used again, and all is done once more.
   */
  async trying<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof SnapshotUnusable)) throw error;
        await this.#distrust(error);
      }
    }
  }

  async #fold<State>(stream: Stream<State>, from: Folded<State>, upTo: number): Promise<Folded<State>> {
    let { revision, state, saved } = from;
    const limit = upTo - revision;
    if (limit <= 0) return from;
    for await (const event of this.#store.readStream(from.stream, { from: revision + 1, limit })) {
      state = stream.fold(state, event);
      revision = event.revision;
      if (revision - saved.revision >= snapshotEvery) saved = await this.#save(stream, event, state, saved);
    }
    return revision === from.revision ? from : { stream: from.stream, revision, state, saved };
  }

  /** Where to begin: the last snapshot up to a revision, if it was made from the events that are there, or nothing. */
  async #found<State>(stream: Stream<State>, name: string, atMost: number): Promise<Folded<State>> {
    const nothing = { revision: -1, state: stream.initial };
    if (this.#distrusted.has(name) || atMost < snapshotEvery - 1) return { stream: name, ...nothing, saved: nothing };
    const snapshot = await this.#snapshots.find(name, stream.version, atMost);
    if (!snapshot) return { stream: name, ...nothing, saved: nothing };
    const { revision, event } = snapshot;
    const [there] = await Array.fromAsync(this.#store.readStream(name, { from: revision, limit: 1 }));
    if (there?.id !== event) throw new SnapshotUnusable(name, 'was made from other events than the store holds');
    const found = { revision, state: together(snapshot) as State };
    return { stream: name, ...found, saved: found };
  }

  /** Gives what is in a snapshot now. None is worth failing for: what could not be written now is, with the next event. */
  async #save<State>(
    { version }: Stream<State>,
    { stream, revision, position, id: event }: StoredEvent,
    state: State,
    saved: Folded<State>['saved'],
  ): Promise<Folded<State>['saved']> {
    if (this.#distrusted.has(stream)) return saved;
    try {
      const parts = apart(state as object);
      const changes = changesSince(saved.state as object, parts);
      if (!changes) throw new SnapshotUnusable(stream, 'cannot follow: a table was replaced, not changed');
      const snapshot = { version, revision, event, position, parts, since: saved.revision, changes };
      const done = await this.#snapshots.save(stream, snapshot);
      return done ? { revision, state } : saved;
    } catch (error) {
      if (error instanceof SnapshotUnusable) throw error;
      this.#report(error, `no more snapshots of ${stream} are written until the next start`);
      return { revision: Infinity, state };
    }
  }

  async #distrust(error: SnapshotUnusable): Promise<void> {
    const { stream } = error;
    this.#distrusted.add(stream);
    this.#standing.delete(stream);
    this.#report(error, `${stream} is folded from its events`);
    await this.#snapshots.forget(stream).catch(() => undefined); // else it is met again after the next start
  }

  #keep(standing: Folded<unknown>): void {
    this.#standing.delete(standing.stream);
    this.#standing.set(standing.stream, standing);
    if (this.#standing.size <= kept) return;
    const [oldest] = this.#standing.keys();
    if (oldest !== undefined) this.#standing.delete(oldest);
  }
}
