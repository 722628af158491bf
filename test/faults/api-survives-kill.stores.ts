import { DatabaseSync } from 'node:sqlite';
import { contexts } from '#apps/api/server';
import { factsOf } from '#delivery/checks';
import type { EventStore } from '#event-store/event-store';
import { openSqliteEventStore } from '#event-store/sqlite/sqlite-event-store';
import type { StoredEvent } from '#kernel/envelope';
import { Projector } from '#read-store/projector';
import { openSqliteReadStore } from '#read-store/sqlite/sqlite-read-store';

/**
 * Reads an event store beside the process that writes it. It is closed again at once: a file that somebody has open is
 * not recovered by whoever opens it after a kill.
 */
async function reading<T>(path: string, work: (store: EventStore) => Promise<T>): Promise<T> {
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
  readonly #path: string;
  readonly #revisions = new Map<string, number>();
  readonly #correlated = new Map<string, StoredEvent[]>();
  #head = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** Position of the last event read. */
  get head(): number {
    return this.#head;
  }

  /** The events that a command made, its number's reservation included. */
  of(command: { readonly id: string }): readonly StoredEvent[] {
    return this.#correlated.get(command.id) ?? [];
  }

  /** Gives how many events are new. @throws where a position or a revision is not the one after the last */
  async readOn(): Promise<number> {
    const before = this.#head;
    await reading(this.#path, async (store) => {
      for (const head = await store.head(); this.#head < head;)
        for (const event of await store.readAll({ after: this.#head, limit: 1_000 })) this.#take(event);
    });
    return this.#head - before;
  }

  #take(event: StoredEvent): void {
    const { stream, position, revision, correlation } = event;
    const next = (this.#revisions.get(stream) ?? -1) + 1;
    if (position !== this.#head + 1 || revision !== next)
      throw new Error(`${stream} ${revision} at ${position}, not ${next} at ${this.#head + 1}`);
    this.#head = position;
    this.#revisions.set(stream, revision);
    this.#correlated.set(correlation, [...(this.#correlated.get(correlation) ?? []), event]);
  }
}

/** Makes every view anew from the events, in an empty read store. @throws when anything is wrong on the way */
export async function rebuild(events: string, views: string): Promise<void> {
  const wrong: unknown[] = [];
  const store = await openSqliteReadStore({ path: views });
  await reading(events, async (all) => {
    const projector = await Projector.start({
      events: all,
      store,
      views: contexts.flatMap((context) => context.views),
      facts: Object.fromEntries(factsOf(contexts)),
      report: (error) => wrong.push(error),
    });
    if (!(await projector.reached(await all.head(), 60_000))) wrong.push('the views were not there after a minute');
    await projector.stop();
  });
  await store.close();
  if (wrong.length > 0) throw new AggregateError(wrong, 'the views could not be made anew');
}

/** Every row of every table, but for how often a view was replaced, and what the tables and indexes are, as text to the byte. */
export function contentOf(file: string): ReadonlyMap<string, readonly string[]> {
  using db = new DatabaseSync(file, { readOnly: true });
  const rows = (sql: string) =>
    db
      .prepare(sql)
      .all()
      .map(({ epoch: _, ...row }) => JSON.stringify(row))
      .sort();
  const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'sqlite_*'").all();
  return new Map([
    ['sqlite_schema', rows('SELECT type, name, tbl_name, sql FROM sqlite_schema')],
    ...tables.map(({ name }) => [String(name), rows(`SELECT * FROM "${String(name)}"`)] as const),
  ]);
}

/** What SQLite's own check says of a file: `ok`. */
export function checked(file: string): string {
  using db = new DatabaseSync(file, { readOnly: true });
  return String(db.prepare('PRAGMA integrity_check').get()?.['integrity_check']);
}
