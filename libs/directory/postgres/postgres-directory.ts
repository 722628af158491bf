import { type KeyObject, randomUUID } from 'node:crypto';
import { Database } from '#postgres/database';
import type { Layout } from '#postgres/layout';
import { type Directory, DirectoryUnusable, type Entry } from '../directory.ts';
import { macOf, PersonsMet, secretCheck } from '../subjects.ts';

export interface PostgresDirectoryOptions {
  readonly url: string;
  /** What subjects are kept under. A directory opens under no other key than the one it was made with. */
  readonly key: KeyObject;
}

const schema = 'samverk_directory';

/** No column counts or tells time. In what order rows came PostgreSQL knows itself, and tells its administrator alone. */
const layoutUnder = (key: KeyObject): Layout => ({
  schema,
  version: 1,
  derived: false,
  async create(connection) {
    await connection.define(`
      CREATE TABLE secret_check (mac bytea NOT NULL);
      CREATE TABLE person (subject_mac bytea PRIMARY KEY, person_ref text COLLATE "C" NOT NULL UNIQUE);
    `);
    await connection.run('INSERT INTO secret_check VALUES ($1)', secretCheck(key));
  },
});

/**
 * The directory in a schema of a PostgreSQL: one for all processes that serve. Opens it, or makes an empty one.
 * @throws DirectoryUnusable when there is no such database, or it was made under another secret
 */
export async function openPostgresDirectory({ url, key }: PostgresDirectoryOptions): Promise<Directory> {
  const database = await Database.open({
    url,
    layout: layoutUnder(key),
    connections: 4,
    unusable: DirectoryUnusable,
  });
  const [made] = await database.all<[Buffer]>('SELECT mac FROM secret_check');
  if (made?.[0].equals(secretCheck(key)) !== true) {
    await database.close();
    throw new DirectoryUnusable(
      `the people in READ_STORE (${schema}) were entered under another secret: put back the SECRET_FILE that this system was first started with. Every process has the same`,
    );
  }
  const met = new PersonsMet();

  async function find(mac: Buffer): Promise<string | undefined> {
    const [found] = await database.all<[string]>('SELECT person_ref FROM person WHERE subject_mac = $1', mac);
    return found?.[0];
  }

  /** Two that meet the same subject at once both add and both read what was added first. */
  async function enter(mac: Buffer): Promise<string> {
    await database.run('INSERT INTO person VALUES ($1, $2) ON CONFLICT DO NOTHING', mac, randomUUID());
    const ref = await find(mac);
    if (ref === undefined) throw new Error('a person was entered and is gone again');
    return ref;
  }

  return {
    async personRef(issuer, subject) {
      const known = met.get(issuer, subject);
      if (known !== undefined) return known;
      const mac = macOf(key, issuer, subject);
      return met.add(issuer, subject, (await find(mac)) ?? (await enter(mac)));
    },
    async knows(personRef) {
      return (await database.all('SELECT 1 FROM person WHERE person_ref = $1', personRef)).length > 0;
    },
    async entries() {
      const rows = await database.all<[Buffer, string]>('SELECT subject_mac, person_ref FROM person');
      return rows.map(([subject, person]) => ({ subject, person }));
    },
    async take(entries) {
      const given = [entries.map(({ subject }) => subject), entries.map(({ person }) => person)] as const;
      const all = 'SELECT * FROM unnest($1::bytea[], $2::text[]) AS given (subject_mac, person_ref)';
      try {
        return await database.transaction(async (connection) => {
          await connection.run(`INSERT INTO person ${all} ON CONFLICT DO NOTHING`, ...given);
          const others = await connection.all<[Buffer, string]>(`${all} EXCEPT SELECT * FROM person`, ...given);
          if (others.length > 0) throw new Contradicts(others.map(([subject, person]) => ({ subject, person })));
          return [];
        });
      } catch (error) {
        if (error instanceof Contradicts) return error.entries;
        throw error;
      }
    },
    close: () => database.close(),
  };
}

/** Undoes the transaction. */
class Contradicts extends Error {
  readonly entries: readonly Entry[];
  constructor(entries: readonly Entry[]) {
    super('people are others here');
    this.entries = entries;
  }
}
