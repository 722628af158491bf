import { Client, type ClientConfig, Pool, type PoolClient } from 'pg';
import { type Address, addressOf, PostgresUnusable, type Unusable, whyUnfit, whyUnusable } from './address.ts';
import { answered, Connection, Statements, type Value, valueTypes } from './connection.ts';
import { isThere, type Layout, make } from './layout.ts';
import { notifications } from './listening.ts';

export interface DatabaseOptions {
  /** `postgres://USER:PASSWORD@HOST:PORT/DATABASE`, with parameters as node-postgres reads them (`sslmode=verify-full`). */
  readonly url: string;
  /** What is kept there: a name without a schema means a table of this one. */
  readonly layout: Layout;
  /**
   * `make`: the tables are made where they are not there. `find`: they must be there. `read`: they may come later, and
   * nothing can be written.
   */
  readonly access?: 'make' | 'find' | 'read';
  /** At most so many connections at once; they are opened as they are needed, and again after the server was away. */
  readonly connections: number;
  /**
   * Commits are acknowledged before they are on the disk: the last ones, never a part of one, are undone when the server
   * fails. For what follows from the events, where whoever writes notices; a transaction that is to stay says `durable`.
   */
  readonly hasty?: boolean;
  /** A statement that takes longer, in milliseconds, is given up and its connection closed; two minutes unless told. */
  readonly patience?: number;
  /** In what it is said that it cannot be opened; PostgresUnusable unless told. */
  readonly unusable?: Unusable;
}

/** What must hold when a transaction writes; the rows that say so stay locked until its end. */
export interface Fence {
  /** @throws when it does not hold */
  check(connection: Connection): Promise<void>;
}

/** At the beginning of a transaction: once it is committed it stays, and so does all that was committed before it. */
export const durable = 'SET LOCAL synchronous_commit TO on';

/** A transaction whose process does nothing for so long, in milliseconds, is undone: nobody waits longer for it. */
const longestIdle = 5_000;

/** The tables of one part of the system, by a few connections that come back by themselves after the server was away. */
export class Database {
  readonly #pool: Pool;
  readonly #config: ClientConfig;
  readonly #statements = new Statements();

  private constructor({ url, layout, access, connections, hasty, patience = 120_000 }: DatabaseOptions) {
    const session = {
      search_path: layout.schema,
      client_encoding: 'UTF8',
      client_min_messages: 'warning',
      idle_in_transaction_session_timeout: String(longestIdle),
      // plans are kept, and made while tables are small: then all of them would be read for ever after
      enable_seqscan: 'off',
      jit: 'off',
      ...(hasty && { synchronous_commit: 'off' }),
      ...(access === 'read' && { default_transaction_read_only: 'on' }),
    };
    const settings = Object.entries(session).map(([name, value]) => `SET ${name} TO '${value}'`);
    this.#config = {
      connectionString: url,
      application_name: layout.schema,
      connectionTimeoutMillis: 5_000,
      query_timeout: patience,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      pipeline: true,
      types: valueTypes,
    };
    this.#pool = new Pool({
      ...this.#config,
      max: connections,
      onConnect: (client) => client.query(settings.join('; ')) as unknown as void,
    });
    // a connection that ends is taken out of the pool; whoever uses it is told by what was asked last
    this.#pool.on('error', () => undefined);
    this.#pool.on('connect', (client) => client.on('error', () => undefined));
  }

  /** @throws `unusable` when there is no such server or database, it does not let us in, or the tables are another's */
  static async open(options: DatabaseOptions): Promise<Database> {
    const { url, layout, access = 'make', unusable = PostgresUnusable } = options;
    const address = addressOf(url, unusable);
    const database = new Database(options);
    try {
      await database.#refuseUnfit(address, unusable);
      await database.transaction(async (connection) => {
        if (access === 'make') return make(connection, layout, unusable);
        if (!(await isThere(connection, layout, unusable)) && access === 'find')
          throw new unusable(`READ_STORE holds no ${layout.schema} yet: start the system, which makes it`);
      });
      return database;
    } catch (error) {
      await database.close();
      if (error instanceof unusable) throw error;
      throw new unusable(whyUnusable(error, address), { cause: error });
    }
  }

  /** One statement by itself. Rows as lists. */
  async all<T extends readonly unknown[]>(text: string, ...values: Value[]): Promise<T[]> {
    return this.#using((client) => new Connection(client, this.#statements).all<T>(text, ...values));
  }

  /** The same, giving how many rows were written. */
  async run(text: string, ...values: Value[]): Promise<number> {
    return this.#using((client) => new Connection(client, this.#statements).run(text, ...values));
  }

  /** Commits what is done in it, or nothing. When the connection is lost meanwhile, it throws, and may have committed. */
  async transaction<T>(work: (connection: Connection) => Promise<T>, fence?: Fence): Promise<T> {
    return this.#using(async (client) => {
      const connection = new Connection(client, this.#statements);
      try {
        const begun = client.query('BEGIN');
        const held = fence?.check(connection) ?? begun;
        const done = work(connection);
        await answered([begun, held, done]).finally(() => connection.end()); // nothing goes on outside the transaction
        const { command } = await client.query('COMMIT');
        if (command !== 'COMMIT') throw new Error('a statement of the transaction failed, and nobody was told');
        return await done;
      } catch (error) {
        await client.query('ROLLBACK').catch(() => undefined);
        throw error;
      }
    });
  }

  /**
   * Yields when it begins to listen, after every NOTIFY on the channel (after several at once, once), and whenever it
   * listens again after the connection was lost: whoever then looks misses nothing. Ends with the signal.
   */
  listen(channel: string, signal: AbortSignal): AsyncGenerator<void, void> {
    return notifications(() => new Client(this.#config), channel, signal);
  }

  async close(): Promise<void> {
    if (!this.#pool.ending) await this.#pool.end();
  }

  /** By a connection of its own, which is closed also where it fails half way: the pool would leave it open. */
  async #refuseUnfit(address: Address, unusable: Unusable): Promise<void> {
    const client = new Client(this.#config);
    client.on('error', () => undefined);
    try {
      await client.connect();
      const { rows } = await client.query<{ version: number; encoding: string }>(
        "SELECT current_setting('server_version_num')::int AS version, current_setting('server_encoding') AS encoding",
      );
      for (const { version, encoding } of rows) {
        const why = whyUnfit(version, encoding, address);
        if (why !== undefined) throw new unusable(why);
      }
    } finally {
      client.end().catch(() => undefined);
    }
  }

  async #using<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    try {
      return await work(client);
    } finally {
      client.release();
    }
  }
}
