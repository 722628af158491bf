import type { View } from '#kernel/view';
import { answered, type Connection } from '#postgres/connection';
import { indexedColumns, indexedValue, shortHash } from '../columns.ts';
import {
  type ChangedRow,
  type Checkpoint,
  CheckpointMoved,
  type Commit,
  type HistoryEntry,
  historyName,
  type Parked,
  type Release,
} from '../read-store.ts';
import { encodedColumns } from '../row-text.ts';
import { quoted, type Side } from './tables.ts';

/** So many numbers of objects are kept at hand. */
const numbersKept = 50_000;

/** Writes what a batch of events does to one side: a few statements, however many rows. Called inside a transaction. */
export class PostgresWriting {
  readonly #side: Side;
  readonly #numbers = new Map<string, number>();
  /** Where history stood after what was written here last: the numbers are those of that history alone. */
  #stands: Pick<Checkpoint, 'position' | 'epoch'> | undefined;

  constructor(side: Side) {
    this.#side = side;
  }

  /** Everything is sent before anything is answered, but for the numbers of objects that are new here. */
  async write(connection: Connection, commit: Commit, declared: ReadonlyMap<string, View>): Promise<void> {
    const { views, history, releases, parked } = commit;
    this.#follow(commit);
    const moved = this.#move(connection, commit);
    const rows = views.flatMap(({ view, rows, gone }) => {
      const table = tableOf(this.#side, declared.get(view), view);
      return [putRows(connection, table, rows), dropRows(connection, table, gone)];
    });
    await answered([
      ...moved,
      ...rows,
      this.#writeReleases(connection, releases),
      this.#park(connection, parked),
      this.#writeHistory(connection, history),
    ]);
  }

  /** Numbers given in a transaction that was undone are none, nor those of tables that went. */
  undone(): void {
    this.#numbers.clear();
    this.#stands = undefined;
  }

  /** A server that failed may have undone what was committed last: history then goes on from where it stood before. */
  #follow({ checkpoints }: Commit): void {
    const history = checkpoints.find(({ name }) => name === historyName);
    const { position, epoch } = history?.from ?? {};
    if (!history || position !== this.#stands?.position || epoch !== this.#stands?.epoch) this.undone();
    if (history) this.#stands = { position: history.to.position, epoch: history.from.epoch };
  }

  /** First, so that two that write the same wait for each other here: one by one in order of name. */
  #move(connection: Connection, { checkpoints, freed }: Commit): Promise<void>[] {
    const side = this.#side;
    const risen = new Set(freed.map(({ view }) => `${side}${view}`));
    const names = new Set([...checkpoints.map(({ name }) => `${side}${name}`), ...risen]);
    const steps: Promise<void>[] = [];
    if (names.size > 0) {
      const lock = 'SELECT name FROM _checkpoint WHERE name = ANY($1::text[]) ORDER BY name FOR UPDATE';
      steps.push(connection.run(lock, [...names]).then(() => undefined));
    }
    if (checkpoints.length > 0) {
      const move = connection.all<[string]>(
        `UPDATE _checkpoint c SET position = n.position, event = n.event, heard = n.heard, sum = n.sum
         FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[])
           AS n (name, position, event, heard, sum, was, epoch)
         WHERE c.name = n.name AND c.position = n.was AND c.epoch = n.epoch RETURNING c.name`,
        ...columnsOf(checkpoints, ({ name, from, to }) => [
          ...[`${side}${name}`, to.position, to.event, to.heard.count, to.heard.sum],
          ...[from.position, from.epoch],
        ]),
      );
      steps.push(
        move.then((done) => {
          const moved = new Set(done.map(([name]) => name));
          for (const { name, from } of checkpoints)
            if (!moved.has(`${side}${name}`)) throw new CheckpointMoved(name, from.position);
        }),
      );
    }
    if (freed.length > 0) {
      const free = connection.run(
        `DELETE FROM _parked p USING unnest($1::text[], $2::text[], $3::bigint[]) AS n (view, key, position)
         WHERE p.view = n.view AND p.key = n.key AND p.position = n.position`,
        ...columnsOf(freed, ({ view, key, position }) => [`${side}${view}`, key, position]),
      );
      steps.push(
        free.then((count) => {
          const [first] = freed;
          if (count !== freed.length)
            throw new CheckpointMoved(`a parked event of ${first?.view}`, first?.position ?? 0);
        }),
      );
      const rise = 'UPDATE _checkpoint SET epoch = epoch + 1 WHERE name = ANY($1::text[])';
      steps.push(connection.run(rise, [...risen]).then(() => undefined));
    }
    return steps;
  }

  async #park(connection: Connection, parked: readonly Parked[]): Promise<void> {
    if (parked.length === 0) return;
    await connection.run(
      'INSERT INTO _parked SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[])',
      ...columnsOf(parked, ({ view, key, position, error }) => [`${this.#side}${view}`, key, position, error]),
    );
  }

  async #writeReleases(connection: Connection, releases: readonly Release[]): Promise<void> {
    if (releases.length === 0) return;
    await connection.run(
      `INSERT INTO ${quoted(this.#side, '_release')} SELECT * FROM unnest($1::text[], $2::bigint[]) ON CONFLICT DO NOTHING`,
      ...columnsOf(releases, ({ key, position }) => [key, position]),
    );
  }

  async #writeHistory(connection: Connection, history: readonly HistoryEntry[]): Promise<void> {
    if (history.length === 0) return;
    const entries = connection.run(
      `INSERT INTO ${quoted(this.#side, '_history')}
       SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[])`,
      ...columnsOf(history, ({ position, type, class: of, guard, id }) => [
        ...[position, type, of, guard.release, guard.parties],
        ...[id, shortHash(id)],
      ]),
    );
    await answered([entries, this.#writeObjects(connection, history)]);
  }

  async #writeObjects(connection: Connection, history: readonly HistoryEntry[]): Promise<void> {
    const names = new Set(history.flatMap(({ objects }) => objects));
    const numbers = await this.#numbersOf(connection, [...names]);
    const pairs = history.flatMap(({ position, objects }) => objects.map((name) => [numbers.get(name), position]));
    // neighbours in the index after each other
    await connection.run(
      `INSERT INTO ${quoted(this.#side, '_history_object')} SELECT * FROM unnest($1::bigint[], $2::bigint[]) ORDER BY 1, 2`,
      ...columnsOf(pairs, ([number = 0, position = 0]) => [number, position]),
    );
  }

  async #numbersOf(connection: Connection, names: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const numbers = new Map<string, number>();
    const unknown: string[] = [];
    for (const name of names) {
      const known = this.#numbers.get(name);
      if (known === undefined) unknown.push(name);
      else numbers.set(name, known);
    }
    if (unknown.length === 0) return numbers;
    const objects = quoted(this.#side, '_object');
    const given = await connection.all<[string, number]>(
      `WITH named AS MATERIALIZED (SELECT * FROM unnest($1::text[], $2::bigint[]) AS n (name, hash)),
         known AS MATERIALIZED (
           SELECT n.name, o.number FROM named n JOIN ${objects} o ON o.hash = n.hash AND o.name = n.name
         ),
         new AS (
           INSERT INTO ${objects} (name, hash)
           SELECT name, hash FROM named WHERE name NOT IN (SELECT name FROM known) RETURNING name, number
         )
       SELECT * FROM known UNION ALL SELECT * FROM new`,
      unknown,
      unknown.map(shortHash),
    );
    if (this.#numbers.size >= numbersKept) this.#numbers.clear();
    for (const [name, number] of given) {
      this.#numbers.set(name, number);
      numbers.set(name, number);
    }
    return numbers;
  }
}

interface Table {
  readonly put: string;
  readonly drop: string;
  rowOf(row: ChangedRow): (string | number | null)[];
}

const tables = new WeakMap<View, Map<Side, Table>>();

function tableOf(side: Side, view: View | undefined, name: string): Table {
  if (!view) throw new TypeError(`there is no view ${name}`);
  const sides = tables.get(view) ?? new Map<Side, Table>();
  tables.set(view, sides);
  const known = sides.get(side) ?? statementsOf(side, view);
  sides.set(side, known);
  return known;
}

function statementsOf(side: Side, view: View): Table {
  const indexed = indexedColumns(view);
  const table = quoted(side, view.name);
  const own = ['_key', '_body', '_release', '_at', '_parties', '_columns'];
  const columns = [...own, ...indexed.map(({ name }) => name)].map((name) => `"${name}"`);
  const types = [...own.map((name) => (name === '_at' ? 'bigint' : 'text')), ...indexed.map(typeOf)];
  const values = types.map((type, i) => `$${i + 1}::${type}[]`).join(', ');
  const sets = columns.slice(1).map((name) => `${name} = excluded.${name}`);
  return {
    put: `INSERT INTO ${table} (${columns.join(', ')}) SELECT * FROM unnest(${values}) ON CONFLICT (_key) DO UPDATE SET ${sets.join(', ')}`,
    drop: `DELETE FROM ${table} WHERE _key = ANY($1::text[])`,
    rowOf: (row) => [
      ...[row.key, JSON.stringify(row.body), row.guard.release, row.guard.at, row.guard.parties, encodedColumns(row)],
      ...indexed.map((column) => indexedValue(column, row.body[column.name])),
    ],
  };
}

const typeOf = ({ type }: { readonly type: 'text' | 'integer' }): string => (type === 'text' ? 'text' : 'bigint');

async function putRows(connection: Connection, { put, rowOf }: Table, rows: readonly ChangedRow[]): Promise<void> {
  if (rows.length > 0) await connection.run(put, ...columnsOf(rows, rowOf));
}

async function dropRows(connection: Connection, { drop }: Table, gone: readonly string[]): Promise<void> {
  if (gone.length > 0) await connection.run(drop, gone);
}

/** What is in each column of some rows: there is at least one. */
function columnsOf<T>(
  items: readonly T[],
  rowOf: (item: T) => (string | number | null)[],
): (string | number | null)[][] {
  const columns: (string | number | null)[][] = [];
  for (const item of items) for (const [i, value] of rowOf(item).entries()) (columns[i] ??= []).push(value);
  return columns;
}
