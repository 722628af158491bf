import { crc32 } from 'node:zlib';
import { type Kept, Table } from '#kernel/table';
import type { Connection } from '#postgres/connection';
import { Database } from '#postgres/database';
import type { Layout } from '#postgres/layout';
import { type NewSnapshot, type Snapshot, type Snapshots, SnapshotUnusable } from '../snapshots.ts';

const text = 'text COLLATE "C"';

/**
 * `_snapshot` numbers the streams that have any. `_snapshot_part` holds, by the revision at which it was so, the body of
 * a state (under no name and no key) and each entry of its tables. What holds at a revision is what was written last at
 * or before it. Checksums tell of damage within a part; that none is missing, the trigger sees to: the parts of a stream
 * go with the stream itself, and not before.
 */
const layout: Layout = {
  schema: 'samverk_snapshots',
  version: 1,
  derived: true,
  create: (connection) =>
    connection.define(`
      CREATE TABLE _snapshot (
        number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, stream ${text} NOT NULL UNIQUE, version bigint NOT NULL,
        position bigint NOT NULL, event text NOT NULL
      );
      CREATE INDEX ON _snapshot (position);
      CREATE TABLE _snapshot_part (
        snapshot bigint REFERENCES _snapshot ON DELETE CASCADE, name ${text}, key ${text}, revision bigint,
        place bigint NOT NULL, value text NOT NULL, checksum bigint NOT NULL,
        PRIMARY KEY (snapshot, name, key, revision)
      );
      CREATE FUNCTION keep_part() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF EXISTS (SELECT 1 FROM samverk_snapshots._snapshot WHERE number = OLD.snapshot) THEN
            RAISE EXCEPTION 'a part goes after its snapshot: delete from _snapshot first';
          END IF;
          RETURN OLD;
        END $$;
      CREATE TRIGGER keep_part BEFORE DELETE OR UPDATE ON _snapshot_part FOR EACH ROW EXECUTE FUNCTION keep_part();
    `),
};

/** Held by whoever writes snapshots of a stream; the second half tells the stream. */
const saving = 0x53_6d_76_03;

/** The name of a part that is a body, and its key. */
const body = '';

type Part = [name: string, key: string, revision: number, place: number, value: string, checksum: number];

/** Of each part of a stream's snapshots of one version, as it was at a revision: the last. */
const partsAt = `
  SELECT DISTINCT ON (p.name, p.key) p.name, p.key, p.revision, p.place, p.value, p.checksum
  FROM _snapshot s JOIN _snapshot_part p ON p.snapshot = s.number
  WHERE s.stream = $1 AND s.version = $2 AND p.revision <= $3
  ORDER BY p.name, p.key, p.revision DESC`;

/** Snapshots in a schema of a PostgreSQL, for all processes that decide. `find` reads all that a state consists of. */
export async function openPostgresSnapshots({ url }: { readonly url: string }): Promise<Snapshots> {
  return new PostgresSnapshots(await Database.open({ url, layout, connections: 4 }));
}

class PostgresSnapshots implements Snapshots {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async find(stream: string, version: number, atMost: number): Promise<Snapshot | undefined> {
    const upTo = Math.min(atMost, Number.MAX_SAFE_INTEGER);
    try {
      const parts = await this.#database.all<Part>(partsAt, stream, version, upTo);
      const [whole] = parts; // no name comes before any other
      if (!whole) return undefined;
      const [name, key, revision] = whole;
      if (name !== body || key !== body) throw new SnapshotUnusable(stream, 'has no body');
      const [event, names, state] = valueOf(stream, whole) as [string, string[], Record<string, unknown>];
      const entries = Map.groupBy(parts, ([name]) => name);
      const tableOf = (name: string) =>
        [name, Table.over(kept(stream, name, entries.get(name) ?? [], state[name] as number))] as const;
      return { revision, event, body: state, tables: new Map(names.map(tableOf)) };
    } catch (error) {
      if (error instanceof SnapshotUnusable) throw error;
      throw new SnapshotUnusable(stream, `cannot be read (${String(error)})`, error);
    }
  }

  async save(stream: string, snapshot: NewSnapshot): Promise<boolean> {
    return this.#database.transaction(async (connection) => {
      const [held] = await connection.all<[boolean]>(
        'SELECT pg_try_advisory_xact_lock($1, hashtext($2))',
        saving,
        stream,
      );
      if (held?.[0] !== true) return false;
      await write(connection, stream, snapshot);
      return true;
    });
  }

  async forget(stream: string): Promise<void> {
    await this.#database.run('DELETE FROM _snapshot WHERE stream = $1', stream);
  }

  async last() {
    const [last] = await this.#database.all<[number, string]>(
      'SELECT position, event FROM _snapshot ORDER BY position DESC LIMIT 1',
    );
    return last && { position: last[0], event: last[1] };
  }

  async clear(): Promise<void> {
    await this.#database.run('DELETE FROM _snapshot');
  }

  close(): Promise<void> {
    return this.#database.close();
  }
}

async function write(
  connection: Connection,
  stream: string,
  { version, revision, event, position, parts, since, changes }: NewSnapshot,
): Promise<void> {
  const [stored] = await connection.all<[number: number, tip: number | null]>(
    `SELECT number, (SELECT max(revision) FROM _snapshot_part WHERE snapshot = number AND name = '' AND key = '')
     FROM _snapshot WHERE stream = $1 AND version = $2`,
    stream,
    version,
  );
  const tip = stored?.[1] ?? -1;
  if (since > tip) throw new SnapshotUnusable(stream, 'is gone');
  if (revision <= tip) return; // another fold of the same events came first
  let number = stored?.[0];
  if (number === undefined) {
    await connection.run('DELETE FROM _snapshot WHERE stream = $1', stream);
    const add = 'INSERT INTO _snapshot (stream, version, position, event) VALUES ($1, $2, $3, $4) RETURNING number';
    const [added] = await connection.all<[number]>(add, stream, version, position, event);
    number = added?.[0] ?? 0;
  } else
    await connection.run('UPDATE _snapshot SET position = $1, event = $2 WHERE number = $3', position, event, number);

  const changed = [...changes].flatMap(([name, entries]) => entries.map((entry) => ({ name, ...entry })));
  const placed = await placesOf(
    connection,
    number,
    changed.filter(({ place }) => place === undefined),
  );
  const rows: Part[] = changed.map(({ name, key, value, place }) => {
    const at = place ?? placed.get(`${name}\n${key}`);
    if (at === undefined) throw new SnapshotUnusable(stream, `has no place for ${key} in ${name}`);
    return checked(name, key, revision, at, value);
  });
  rows.push(checked(body, body, revision, 0, [event, [...parts.tables.keys()], parts.body]));
  await connection.run(
    `INSERT INTO _snapshot_part
     SELECT $1, * FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::bigint[])`,
    number,
    ...[0, 1, 2, 3, 4, 5].map((column) => rows.map((row) => row[column] ?? '')),
  );
}

/** Where entries that are there already stand in the order of their table. */
async function placesOf(
  connection: Connection,
  number: number,
  entries: readonly { readonly name: string; readonly key: string }[],
): Promise<ReadonlyMap<string, number>> {
  if (entries.length === 0) return new Map();
  const rows = await connection.all<[string, string, number]>(
    `SELECT DISTINCT ON (p.name, p.key) p.name, p.key, p.place
     FROM unnest($2::text[], $3::text[]) AS e (name, key)
       JOIN _snapshot_part p ON p.snapshot = $1 AND p.name = e.name AND p.key = e.key
     ORDER BY p.name, p.key, p.revision DESC`,
    number,
    entries.map(({ name }) => name),
    entries.map(({ key }) => key),
  );
  return new Map(rows.map(([name, key, place]) => [`${name}\n${key}`, place]));
}

/** The entries of a table, all at hand. @throws SnapshotUnusable when one is damaged or missing */
function kept(stream: string, name: string, parts: readonly Part[], size: number): Kept<unknown> {
  if (parts.length !== size) throw new SnapshotUnusable(stream, `has ${parts.length} of ${size} entries of ${name}`);
  const inOrder = parts.toSorted(([, , , a], [, , , b]) => a - b);
  const values = new Map(inOrder.map((part) => [part[1], valueOf(stream, part)]));
  return { size, get: (key) => values.get(key), entries: () => values };
}

function checked(name: string, key: string, revision: number, place: number, value: unknown): Part {
  const written = JSON.stringify(value);
  return [name, key, revision, place, written, checksumOf(name, key, revision, place, written)];
}

const checksumOf = (...part: readonly (string | number)[]): number => crc32(part.join('\n'));

function valueOf(stream: string, [name, key, revision, place, value, checksum]: Part): unknown {
  if (checksumOf(name, key, revision, place, value) !== checksum)
    throw new SnapshotUnusable(stream, `is damaged at revision ${revision}`);
  return JSON.parse(value) as unknown;
}
