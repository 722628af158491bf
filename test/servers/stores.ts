import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { EventServer } from './event-server.ts';
import { createDatabase, dropDatabase, sql } from './databases.ts';

/** On which stores the systems of the tests run: files, unless the environment names servers. */
const { SAMVERK_TEST_EVENT_STORE: eventsOn = 'sqlite', SAMVERK_TEST_READ_STORE: viewsOn = 'sqlite' } = process.env;

/** What a file of an embedded system holds lies there in a schema of PostgreSQL. */
const schemas: Readonly<Record<string, string>> = { 'views.db': 'samverk_views', 'processes.db': 'samverk_processes' };

/** Whether they are both files, where what happens at once happens in one process and in a known order. */
export const onFiles = eventsOn === 'sqlite' && viewsOn === 'sqlite';

/** The stores of one system of the tests: of its own, since names of streams and many ids are the same in each. */
export class Stores {
  /** The settings that name them. */
  readonly environment: Readonly<Record<string, string>>;
  readonly #events: { readonly server: EventServer; readonly folder: string } | undefined;
  readonly #database: string | undefined;

  private constructor(events: { server: EventServer; folder: string } | undefined, database: string | undefined) {
    this.#events = events;
    this.#database = database;
    this.environment = {
      ...(events && { EVENT_STORE: events.server.url }),
      ...(database !== undefined && { READ_STORE: database }),
    };
  }

  /** Makes those of a system whose data folder this is: empty, or as those of another that has stopped. */
  static async make(dataDir: string, copyOf?: Stores): Promise<Stores> {
    const folder = `${dataDir}-events`;
    const database = viewsOn === 'postgres' ? await createDatabase(copyOf ? copyOf.#database : undefined) : undefined;
    if (eventsOn !== 'esdb') return new Stores(undefined, database);
    if (copyOf) await copyOf.#copyEvents(folder);
    return new Stores({ server: await EventServer.start(folder), folder }, database);
  }

  /** Forgets what these files of an embedded system would hold. */
  async forget(names: readonly string[]): Promise<void> {
    if (this.#database === undefined) return;
    for (const name of names) await sql(this.#database, `DROP SCHEMA IF EXISTS ${schemas[name]} CASCADE`);
  }

  /** Gives how many parts the snapshots had; `dataDir` is where they are in an embedded system. */
  async forgetSnapshots(dataDir: string): Promise<number> {
    if (this.#database !== undefined) {
      const parts = await sql(this.#database, 'SELECT FROM samverk_snapshots._snapshot_part');
      await sql(this.#database, 'DELETE FROM samverk_snapshots._snapshot'); // its parts go with it
      return parts.length;
    }
    using db = new DatabaseSync(join(dataDir, 'views.db'));
    db.exec('DELETE FROM _snapshot');
    const { changes } = db.prepare('DELETE FROM _snapshot_part').run();
    return Number(changes);
  }

  async remove(): Promise<void> {
    if (this.#database !== undefined) await dropDatabase(this.#database);
    await this.#events?.server.stop();
    if (this.#events) rmSync(this.#events.folder, { recursive: true, force: true });
  }

  async #copyEvents(folder: string): Promise<void> {
    if (!this.#events) return;
    await this.#events.server.stop();
    cpSync(this.#events.folder, folder, { recursive: true });
    this.#events.server.restart();
  }
}
