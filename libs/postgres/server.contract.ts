import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, test } from '@jest/globals';
import { Client, type QueryResult } from 'pg';

/** Where the PostgreSQL of this run is: POSTGRES_URL, else one that is started when it is first asked for. */
async function server(): Promise<{ readonly url?: string; readonly missing?: string }> {
  const { POSTGRES_URL: url, POSTGRES_DOOR: door } = process.env;
  if (url !== undefined) return { url };
  if (door === undefined) return { missing: 'no PostgreSQL: run it by npm run jest, or set POSTGRES_URL' };
  return JSON.parse(await text(connect(door))) as { url?: string; missing?: string };
}

const { url: administrator, missing } = await server();

/** A database of its own, of a language whose order is not that of code points. */
export class TestDatabase {
  url = '';

  /** Rows as objects. */
  async sql<T extends object = Record<string, unknown>>(text: string): Promise<T[]> {
    return asked<T>(this.url, text);
  }

  /** The same in the server's own database, which nobody else uses. */
  async elsewhere(text: string): Promise<void> {
    await asked(administrator ?? '', text);
  }

  /** Does something while another connection, which did this, stays open. */
  async meanwhile(text: string, work: () => Promise<void>): Promise<void> {
    const other = new Client({ connectionString: this.url });
    await other.connect();
    try {
      await other.query(text);
      await work();
    } finally {
      await other.end();
    }
  }

  /** Drops what a part keeps there. */
  async forget(schema: string): Promise<void> {
    await this.sql(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
  }
}

/**
 * Tests against a real PostgreSQL, in a database of their own. Where there is none they are reported as skipped, with the
 * reason; in CI that is a failure.
 */
export function inPostgres(says: string, tests: (database: TestDatabase) => void): void {
  const database = new TestDatabase();
  if (administrator === undefined) {
    if (process.env['CI'])
      test(`${says}: there is a PostgreSQL`, () => Promise.reject(new Error(missing ?? 'there is none')));
    else describe.skip(`${says} (skipped: ${missing})`, () => tests(database));
    return;
  }
  describe(says, () => {
    const name = `samverk_${randomUUID().replaceAll('-', '')}`;
    beforeAll(async () => {
      await asked(administrator, `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8' ${await swedish()}`);
      const url = new URL(administrator);
      url.pathname = name;
      database.url = url.href;
    });
    afterAll(() => asked(administrator, `DROP DATABASE ${name} WITH (FORCE)`));
    tests(database);
  });
}

/** ICU came with version 15: an older server orders as its administrator chose. */
async function swedish(): Promise<string> {
  const [found] = await asked<{ version: string }>(administrator ?? '', 'SHOW server_version_num').then((rows) =>
    rows.map((row) => ({ version: String(Object.values(row)[0]) })),
  );
  return Number(found?.version) >= 150_000 ? "LOCALE_PROVIDER icu ICU_LOCALE 'sv' LOCALE 'C'" : '';
}

async function asked<T extends object>(url: string, text: string): Promise<T[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const found = (await client.query<T>(text)) as QueryResult<T> | QueryResult<T>[];
    return (Array.isArray(found) ? found.at(-1)?.rows : found.rows) ?? [];
  } finally {
    await client.end();
  }
}
