import { DatabaseSync } from 'node:sqlite';
import { contexts } from '#apps/api/contexts';
import { factsOf } from '#delivery/checks';
import type { StoredEvent } from '#kernel/envelope';
import { Projector } from '#read-store/projector';
import { openSqliteReadStore } from '#read-store/sqlite/sqlite-read-store';
import { EventsRead, reading } from './events-read.ts';

/** The events of an API's store by the command that made them, read beside it. */
export class EventsOfCommands {
  readonly #path: string;
  readonly #made = new Map<string, StoredEvent[]>();
  readonly #read = new EventsRead((event) => {
    const made = this.#made.get(event.correlation) ?? [];
    this.#made.set(event.correlation, made);
    made.push(event);
  });

  constructor(path: string) {
    this.#path = path;
  }

  get head(): number {
    return this.#read.head;
  }

  /** The events that a command made, its number's reservation included. */
  of(command: { readonly id: string }): readonly StoredEvent[] {
    return this.#made.get(command.id) ?? [];
  }

  /** Gives how many events are new. @throws where there is a gap */
  readOn(): Promise<number> {
    return reading(this.#path, (store) => this.#read.readOn(store));
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

/**
 * Every row of every table, but for how often a view was replaced, and what the tables and indexes are, as text to the
 * byte; snapshots apart, which are no views.
 */
export function contentOf(file: string): ReadonlyMap<string, readonly string[]> {
  using db = new DatabaseSync(file, { readOnly: true });
  const rows = (sql: string) =>
    db
      .prepare(sql)
      .all()
      .map(({ epoch: _, ...row }) => JSON.stringify(row))
      .sort();
  const views = "tbl_name NOT GLOB 'sqlite_*' AND tbl_name NOT GLOB '_snapshot*'";
  const tables = db.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' AND ${views}`).all();
  return new Map([
    ['sqlite_schema', rows(`SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE ${views}`)],
    ...tables.map(({ name }) => [String(name), rows(`SELECT * FROM "${String(name)}"`)] as const),
  ]);
}

/** What SQLite's own check says of a file: `ok`. */
export function checked(file: string): string {
  using db = new DatabaseSync(file, { readOnly: true });
  return String(db.prepare('PRAGMA integrity_check').get()?.['integrity_check']);
}
