import type { EventStore } from '#event-store/event-store';
import { openSqliteEventStore } from '#event-store/sqlite/sqlite-event-store';
import type { StoredEvent } from '#kernel/envelope';

/**
 * Reads an event store beside the process that writes it. It is closed again at once: a file that somebody has open is
 * not recovered by whoever opens it after a kill.
 */
export async function reading<T>(path: string, work: (store: EventStore) => Promise<T>): Promise<T> {
  const clock = { now: () => '2017-01-02T08:00:00.000Z' };
  const store = await openSqliteEventStore({ path, clock, readOnly: true });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** What stands in an event store, read on from where it was left, and seen to be without a gap. */
export class EventsRead {
  readonly #take: (event: StoredEvent) => void;
  readonly #revisions = new Map<string, number>();
  #head = 0;

  /** `take` is given every event once. */
  constructor(take: (event: StoredEvent) => void) {
    this.#take = take;
  }

  /** Position of the last event read. */
  get head(): number {
    return this.#head;
  }

  /** Gives how many events are new. @throws where a position or a revision is not the one after the last */
  async readOn(store: EventStore): Promise<number> {
    const before = this.#head;
    for (const head = await store.head(); this.#head < head;)
      for (const event of await store.readAll({ after: this.#head, limit: 1_000 })) this.add(event);
    return this.#head - before;
  }

  add(event: StoredEvent): void {
    const { stream, position, revision } = event;
    const next = (this.#revisions.get(stream) ?? -1) + 1;
    if (position !== this.#head + 1 || revision !== next)
      throw new Error(`${stream} ${revision} at ${position}, not ${next} at ${this.#head + 1}`);
    this.#head = position;
    this.#revisions.set(stream, revision);
    this.#take(event);
  }
}
