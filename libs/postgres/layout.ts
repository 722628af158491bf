import type { Unusable } from './address.ts';
import type { Connection } from './connection.ts';

/** The tables of one part of the system: a schema of their own, whose comment says which version of them it holds. */
export interface Layout {
  readonly schema: string;
  readonly version: number;
  /** All that is in it follows from the events: what another version made is dropped rather than refused, if it is older. */
  readonly derived: boolean;
  /** Makes the tables in an empty schema. */
  create(connection: Connection): Promise<void>;
}

/** Held, until the transaction ends, by whoever makes tables: of those that start at once, one does. */
const making = 0x53_6d_76_01;

/** Makes the tables where there are none. @throws `unusable` when what is there was made by something else */
export async function make(connection: Connection, layout: Layout, unusable: Unusable): Promise<void> {
  await connection.all('SELECT pg_advisory_xact_lock($1)', making);
  const found = await versionOf(connection, layout, unusable);
  if (found === layout.version) return;
  const { schema, version, derived } = layout;
  if (found !== undefined && (found > version || !derived)) throw new unusable(madeByAnother(layout, found));
  if (found !== undefined) await connection.define(`DROP SCHEMA ${schema} CASCADE`);
  await connection.define(`CREATE SCHEMA ${schema}`);
  await layout.create(connection);
  await connection.define(`COMMENT ON SCHEMA ${schema} IS '${mark}${version}'`);
}

/** Whether the tables are there. @throws `unusable` when they are of another version */
export async function isThere(connection: Connection, layout: Layout, unusable: Unusable): Promise<boolean> {
  const found = await versionOf(connection, layout, unusable);
  if (found !== undefined && found !== layout.version) throw new unusable(madeByAnother(layout, found));
  return found !== undefined;
}

const mark = 'Samverk, layout ';

async function versionOf(connection: Connection, { schema }: Layout, unusable: Unusable): Promise<number | undefined> {
  const [found] = await connection.all<[comment: string | null]>(
    "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = $1",
    schema,
  );
  if (!found) return undefined;
  const [comment] = found;
  if (!comment?.startsWith(mark))
    throw new unusable(`the schema ${schema} in READ_STORE is another program's: name another database`);
  return Number(comment.slice(mark.length));
}

const madeByAnother = ({ schema, version, derived }: Layout, found: number): string => {
  const made = `the tables of ${schema} in READ_STORE were made by another version of the program (layout ${found}; this one knows ${version}): run that version`;
  return derived
    ? `${made}. They hold nothing but what the events give: after DROP SCHEMA ${schema} CASCADE they are made anew at the next start`
    : made;
};
