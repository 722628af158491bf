import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from './connection.ts';
import { Database, type Fence } from './database.ts';
import type { Layout } from './layout.ts';

/** What only one process does at a time. */
export type Work = 'views' | 'processes';

/** The turn ends so long after it was last renewed, in milliseconds. */
const lease = 5_000;
const renewedEvery = 1_000;
/** No question takes so long: there is time to ask again before the turn ends. */
const patience = 2_000;
const channel = 'samverk_turn';

const layout: Layout = {
  schema: 'samverk_turns',
  version: 1,
  derived: true,
  create: (connection) =>
    connection.define(`
      CREATE TABLE turn (work text PRIMARY KEY, holder text NOT NULL, until timestamptz NOT NULL);
      INSERT INTO turn VALUES ('views', '', '-infinity'), ('processes', '', '-infinity');
    `),
};

/** It is another process's turn by now. Nothing was written. */
export class TurnLost extends Error {
  override readonly name = 'TurnLost';
  constructor(work: Work) {
    super(`it is no longer the turn of this process to keep the ${work}`);
  }
}

export interface TurnOptions {
  readonly url: string;
  readonly work: Work;
  /** Told of what goes wrong while it waits or renews; it goes on trying. */
  readonly report?: (error: unknown, what: string) => void;
}

interface Tenure {
  readonly holder: string;
  readonly over: AbortController;
  /** Ends it when it was not renewed in time. */
  deadline: NodeJS.Timeout;
}

/**
 * Leave to be the one process that writes. A row says whose turn it is, and until when by the clock of the database. The
 * holder renews it each second; when it did not for five, because it died, stalls, or cannot reach the database, the next
 * that waits takes it. Every transaction of the holder finds in that row that it still is, and keeps others from taking
 * it until it is committed: a process that stalled and wakes up writes nothing any more.
 */
export class Turn implements Fence {
  readonly #database: Database;
  readonly #work: Work;
  readonly #report: NonNullable<TurnOptions['report']>;
  #tenure: Tenure | undefined;

  private constructor(database: Database, { work, report = () => undefined }: TurnOptions) {
    this.#database = database;
    this.#work = work;
    this.#report = report;
  }

  /** @throws PostgresUnusable */
  static async open(options: TurnOptions): Promise<Turn> {
    return new Turn(await Database.open({ url: options.url, layout, connections: 2, patience }), options);
  }

  /**
   * Waits until it is this process's turn. The signal that it gives aborts when it no longer is, with a TurnLost: what
   * writes under it is then to be stopped, and the turn may be waited for again.
   * @throws the reason of `signal` when that aborts first
   */
  async taken(signal: AbortSignal): Promise<AbortSignal> {
    await this.#giveBack();
    const waiting = new AbortController();
    const until = AbortSignal.any([signal, waiting.signal]);
    let given = Promise.withResolvers<void>();
    const listening = (async () => {
      for await (const _ of this.#database.listen(channel, until)) given.resolve();
    })();
    try {
      for (;;) {
        signal.throwIfAborted();
        given = Promise.withResolvers();
        const tenure = await this.#take();
        if (tenure) return tenure.over.signal;
        await Promise.race([given.promise, delay(renewedEvery, undefined, { signal }).catch(() => undefined)]);
      }
    } finally {
      waiting.abort();
      await listening;
    }
  }

  async check(connection: Connection): Promise<void> {
    const tenure = this.#tenure;
    if (!tenure) throw new TurnLost(this.#work);
    // KEY SHARE keeps others from taking the turn, not the holder from renewing it
    const own = await connection.all(
      'SELECT 1 FROM samverk_turns.turn WHERE work = $1 AND holder = $2 FOR KEY SHARE',
      this.#work,
      tenure.holder,
    );
    if (own.length === 1) return;
    this.#lose(tenure);
    throw new TurnLost(this.#work);
  }

  /** Gives the turn back, if it is this process's: another that waits has it at once. */
  async close(): Promise<void> {
    await this.#giveBack();
    await this.#database.close();
  }

  async #take(): Promise<Tenure | undefined> {
    const holder = randomUUID();
    const asked = performance.now();
    try {
      const taken = await this.#database.run(
        `WITH free AS (
           SELECT work FROM turn WHERE work = $1 AND until < clock_timestamp() FOR UPDATE SKIP LOCKED
         )
         UPDATE turn SET holder = $2, until = clock_timestamp() + $3 * interval '1 ms'
         FROM free WHERE turn.work = free.work`,
        this.#work,
        holder,
        lease,
      );
      return taken === 1 ? this.#hold(holder, asked) : undefined;
    } catch (error) {
      this.#report(error, `waiting for the turn to keep the ${this.#work}`);
      return undefined;
    }
  }

  #hold(holder: string, since: number): Tenure {
    const tenure: Tenure = { holder, over: new AbortController(), deadline: setTimeout(() => undefined) };
    this.#tenure = tenure;
    this.#extend(tenure, since);
    void this.#renewing(tenure);
    return tenure;
  }

  async #renewing(tenure: Tenure): Promise<void> {
    const { signal } = tenure.over;
    for (;;) {
      await delay(renewedEvery, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      const asked = performance.now();
      try {
        const renewed = await this.#database.run(
          `UPDATE turn SET until = clock_timestamp() + $3 * interval '1 ms' WHERE work = $1 AND holder = $2`,
          this.#work,
          tenure.holder,
          lease,
        );
        if (renewed === 1) this.#extend(tenure, asked);
        else this.#lose(tenure);
      } catch (error) {
        this.#report(error, `renewing the turn to keep the ${this.#work}`);
      }
    }
  }

  /** The database counts from when it answered: this process stops no later than another may begin. */
  #extend(tenure: Tenure, since: number): void {
    clearTimeout(tenure.deadline);
    if (tenure.over.signal.aborted) return;
    tenure.deadline = setTimeout(() => this.#lose(tenure), Math.max(0, since + lease - performance.now()));
  }

  #lose(tenure: Tenure): void {
    clearTimeout(tenure.deadline);
    if (this.#tenure === tenure) this.#tenure = undefined;
    tenure.over.abort(new TurnLost(this.#work));
  }

  async #giveBack(): Promise<void> {
    const tenure = this.#tenure;
    if (!tenure) return;
    this.#lose(tenure);
    try {
      await this.#database.transaction(async (connection) => {
        const given = "UPDATE turn SET holder = '', until = '-infinity' WHERE work = $1 AND holder = $2";
        await connection.run(given, this.#work, tenure.holder);
        await connection.define(`NOTIFY ${channel}`);
      });
    } catch (error) {
      this.#report(error, `giving back the turn to keep the ${this.#work}: it ends by itself`);
    }
  }
}
