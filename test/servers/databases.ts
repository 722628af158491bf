import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { Client } from 'pg';

/** A database of its own in the PostgreSQL of this run: empty, or as another is on which nobody works. Gives its URL. */
export async function createDatabase(copyOf?: string): Promise<string> {
  const name = `samverk_${randomUUID().replaceAll('-', '')}`;
  const template = copyOf === undefined ? "template0 ENCODING 'UTF8'" : new URL(copyOf).pathname.slice(1);
  await sql(await administrator(), `CREATE DATABASE ${name} TEMPLATE ${template}`);
  return Object.assign(new URL(await administrator()), { pathname: name }).href;
}

export async function dropDatabase(url: string): Promise<void> {
  await sql(await administrator(), `DROP DATABASE ${new URL(url).pathname.slice(1)} WITH (FORCE)`);
}

/** Rows as objects. */
export async function sql<Row extends object>(url: string, statement: string): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(statement)).rows;
  } finally {
    await client.end();
  }
}

/** Why there is no PostgreSQL to try with, if there is none. In CI that is a failure. */
export async function noPostgres(): Promise<string | undefined> {
  const { missing } = await server();
  if (missing !== undefined && process.env['CI']) throw new Error(missing);
  return missing;
}

async function administrator(): Promise<string> {
  const { url, missing } = await server();
  if (url === undefined) throw new Error(missing);
  return url;
}

/** POSTGRES_URL, or the server that jest starts when it is first asked for. */
async function server(): Promise<{ readonly url?: string; readonly missing?: string }> {
  const { POSTGRES_URL: url, POSTGRES_DOOR: door } = process.env;
  if (url !== undefined) return { url };
  if (door === undefined) return { missing: 'no PostgreSQL: run it by npm run jest, or set POSTGRES_URL' };
  return JSON.parse(await text(connect(door))) as { url?: string; missing?: string };
}
