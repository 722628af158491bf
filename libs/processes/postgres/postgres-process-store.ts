import type { Instant } from '#kernel/time';
import { answered, type Connection } from '#postgres/connection';
import { Database, type Fence } from '#postgres/database';
import type { Layout } from '#postgres/layout';
import {
  type Checkpoint,
  type Finding,
  type FindingsWanted,
  type ParkedCause,
  type PendingTimer,
  type ProcessCommit,
  ProcessesMoved,
  type ProcessStore,
  ProcessStoreUnusable,
} from '../process-store.ts';

/** Compared byte by byte, whatever the language of the database. */
const text = 'text COLLATE "C"';

const layout: Layout = {
  schema: 'samverk_processes',
  version: 1,
  derived: true,
  create: (connection) =>
    connection.define(`
      CREATE TABLE checkpoint (position bigint NOT NULL, event text, layout text NOT NULL);
      INSERT INTO checkpoint VALUES (0, NULL, '');
      CREATE TABLE timer (
        process ${text}, trigger ${text}, due ${text} NOT NULL, position bigint NOT NULL, PRIMARY KEY (process, trigger)
      );
      CREATE INDEX ON timer (due, trigger, process);
      CREATE TABLE parked (
        number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, process ${text} NOT NULL, object ${text} NOT NULL,
        position bigint NOT NULL, trigger ${text} NOT NULL, error text NOT NULL,
        UNIQUE (process, object, position, trigger)
      );
      CREATE TABLE finding (
        position bigint, rule ${text}, custodian ${text} NOT NULL, unseen text NOT NULL, PRIMARY KEY (position, rule)
      );
      CREATE INDEX ON finding (custodian, position, rule);
    `),
};

export interface PostgresProcessStoreOptions {
  readonly url: string;
  /** Where several may run the processes: whose turn it is. Whatever writes finds that out in its own transaction. */
  readonly turn?: Fence;
}

/**
 * The process store in a schema of a PostgreSQL.
 * @throws ProcessStoreUnusable when there is no such database, or its tables are not such as this program understands
 */
export async function openPostgresProcessStore({ url, turn }: PostgresProcessStoreOptions): Promise<ProcessStore> {
  const unusable = ProcessStoreUnusable;
  return new Store(await Database.open({ url, layout, connections: 4, unusable }), turn);
}

class Store implements ProcessStore {
  readonly #database: Database;
  readonly #turn: Fence | undefined;

  constructor(database: Database, turn: Fence | undefined) {
    this.#database = database;
    this.#turn = turn;
  }

  async prepare(layout: string): Promise<void> {
    const [, , before] = await this.#checkpoint();
    if (before === layout) return;
    await this.#database.transaction(async (connection) => {
      const renew = 'UPDATE checkpoint SET layout = $1';
      await answered([emptied(connection), connection.run(renew, layout)]);
    }, this.#turn);
  }

  async empty(): Promise<void> {
    await this.#database.transaction(emptied, this.#turn);
  }

  async checkpoint(): Promise<Checkpoint> {
    const [position, event] = await this.#checkpoint();
    return { position, event };
  }

  async due(now: Instant, limit: number): Promise<PendingTimer[]> {
    const rows = await this.#database.all<[string, string, string, number]>(
      'SELECT process, trigger, due, position FROM timer WHERE due <= $1 ORDER BY due, trigger, process LIMIT $2',
      now,
      limit,
    );
    return rows.map(([process, trigger, due, position]) => ({ process, trigger, due, position }));
  }

  async next(): Promise<Instant | undefined> {
    const [next] = await this.#database.all<[Instant | null]>('SELECT min(due) FROM timer');
    return next?.[0] ?? undefined;
  }

  async pending(): Promise<ReadonlyMap<string, number>> {
    return new Map(await this.#database.all<[string, number]>('SELECT process, count(*) FROM timer GROUP BY process'));
  }

  async parked(): Promise<ParkedCause[]> {
    const rows = await this.#database.all<[string, string, number, string, string]>(
      'SELECT process, object, position, trigger, error FROM parked ORDER BY number',
    );
    return rows.map(([process, object, position, trigger, error]) => ({
      process,
      object,
      position,
      trigger: trigger === '' ? null : trigger,
      error,
    }));
  }

  async findings({ custodians, rule: only, after, limit }: FindingsWanted): Promise<Finding[]> {
    const { position, rule } = after ?? { position: 0, rule: '' };
    const rows = await this.#database.all<[number, string, string, string]>(
      `SELECT position, rule, custodian, unseen FROM finding
       WHERE custodian = ANY($1::text[]) AND (position, rule) > ($2, $3) AND rule = coalesce($4, rule)
       ORDER BY position, rule LIMIT $5`,
      custodians,
      position,
      rule,
      only ?? null,
      limit,
    );
    return rows.map(([position, rule, custodian, unseen]) => ({
      position,
      rule,
      custodian,
      unseen: JSON.parse(unseen) as number[],
    }));
  }

  async commit({ from, to, set, done, parked, freed, found }: ProcessCommit): Promise<void> {
    await this.#database.transaction(async (connection) => {
      const move = 'UPDATE checkpoint SET position = $1, event = $2 WHERE position = $3';
      const moved = connection.run(move, to.position, to.event, from).then((count) => {
        if (count !== 1) throw new ProcessesMoved(from);
      });
      await answered([
        moved,
        written(
          connection,
          `INSERT INTO timer SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) ON CONFLICT DO NOTHING`,
          set.map(({ process, trigger, due, position }) => [process, trigger, due, position]),
        ),
        written(
          connection,
          `DELETE FROM timer t USING unnest($1::text[], $2::text[]) AS d (process, trigger)
           WHERE t.process = d.process AND t.trigger = d.trigger`,
          done.map(({ process, trigger }) => [process, trigger]),
        ),
        written(
          connection,
          `INSERT INTO parked (process, object, position, trigger, error)
           SELECT process, object, position, trigger, error
           FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[])
             WITH ORDINALITY AS p (process, object, position, trigger, error, place)
           ORDER BY place ON CONFLICT DO NOTHING`,
          parked.map(({ error, ...cause }) => [...keyOf(cause), error]),
        ),
        written(
          connection,
          `DELETE FROM parked p USING unnest($1::text[], $2::text[], $3::bigint[], $4::text[])
             AS f (process, object, position, trigger)
           WHERE p.process = f.process AND p.object = f.object AND p.position = f.position AND p.trigger = f.trigger`,
          freed.map(keyOf),
        ),
        written(
          connection,
          'INSERT INTO finding SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[]) ON CONFLICT DO NOTHING',
          found.map(({ position, rule, custodian, unseen }) => [position, rule, custodian, JSON.stringify(unseen)]),
        ),
      ]);
    }, this.#turn);
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  async #checkpoint(): Promise<[position: number, event: string | null, layout: string]> {
    const [found] = await this.#database.all<[number, string | null, string]>(
      'SELECT position, event, layout FROM checkpoint',
    );
    if (!found) throw new Error('the processes have no checkpoint');
    return found;
  }
}

const emptied = (connection: Connection): Promise<void> =>
  connection.define(
    'DELETE FROM timer; DELETE FROM parked; DELETE FROM finding; UPDATE checkpoint SET position = 0, event = NULL',
  );

const keyOf = ({ process, object, position, trigger }: Omit<ParkedCause, 'error'>) =>
  [process, object, position, trigger ?? ''] as const;

/** Some rows by one statement, which takes each column as a list. */
async function written(
  connection: Connection,
  statement: string,
  rows: readonly (readonly (string | number)[])[],
): Promise<void> {
  const [first] = rows;
  if (first) await connection.run(statement, ...first.map((_, i) => rows.map((row) => row[i] ?? '')));
}
