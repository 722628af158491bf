import type { EventStore } from '#event-store/event-store';
import type { Standing } from '#kernel/reads';
import { type Stream, streamName } from '#kernel/stream';

export type { Standing };

/** How many folded streams are kept in memory; the least recently used go first. */
const kept = 10_000;

/**
 * Folds streams, and keeps the result: loading again costs one look for what came since, whatever the stream's length.
 * Cost of a first load: every event of the stream.
 */
export class Repository {
  readonly #store: EventStore;
  readonly #standing = new Map<string, Standing>();

  constructor(store: EventStore) {
    this.#store = store;
  }

  async load<State>(stream: Stream<State>, id: string): Promise<Standing<State>> {
    const name = streamName(stream, id);
    const known = this.#standing.get(name) as Standing<State> | undefined;
    let { revision, state } = known ?? { revision: -1, state: stream.initial };
    for await (const event of this.#store.readStream(name, { from: revision + 1 })) {
      state = stream.fold(state, event);
      revision = event.revision;
    }
    const standing = known?.revision === revision ? known : { stream: name, revision, state };
    if (revision >= 0) this.#keep(standing);
    return standing;
  }

  /** The stream as it stood at a revision: folded from its beginning. */
  async asOf<State>(stream: Stream<State>, id: string, revision: number): Promise<Standing<State>> {
    const name = streamName(stream, id);
    let state = stream.initial;
    if (revision >= 0)
      for await (const event of this.#store.readStream(name, { limit: revision + 1 }))
        state = stream.fold(state, event);
    return { stream: name, revision, state };
  }

  #keep(standing: Standing): void {
    this.#standing.delete(standing.stream);
    this.#standing.set(standing.stream, standing);
    if (this.#standing.size <= kept) return;
    const [oldest] = this.#standing.keys();
    if (oldest !== undefined) this.#standing.delete(oldest);
  }
}
