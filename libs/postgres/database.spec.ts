import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { afterEach, describe, expect, test } from '@jest/globals';
import { addressOf, PostgresUnusable, whyUnfit } from './address.ts';
import { Database, type DatabaseOptions } from './database.ts';
import type { Layout } from './layout.ts';
import { inPostgres } from './server.contract.ts';

const layout: Layout = {
  schema: 'samverk_tried',
  version: 1,
  derived: true,
  create: (connection) => connection.define('CREATE TABLE thing (name text COLLATE "C" PRIMARY KEY, size bigint)'),
};
const secret = 'hunter2';

/** What is said of a database that cannot be opened. */
async function refusal(url: string, more: Partial<DatabaseOptions> = {}): Promise<string> {
  const error: unknown = await Database.open({ url, layout, connections: 1, ...more }).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(PostgresUnusable);
  const { message, cause } = error as PostgresUnusable;
  expect(`${message} ${String(cause)} ${JSON.stringify(cause)}`).not.toContain(secret);
  return message;
}

describe('a database that cannot be opened is refused, with the way out and without the password:', () => {
  test.each([
    ['no URL', secret],
    ['another protocol', `mysql://me:${secret}@localhost/views`],
    ['no host', `postgres:///views`],
    ['no database', `postgres://me:${secret}@localhost`],
    ['what is no percent sign', `postgres://me:${secret}@localhost/%`],
  ])('%s', async (_, url) => {
    expect(await refusal(url)).toBe(
      'READ_STORE is no address of a database in PostgreSQL: give postgres://USER:PASSWORD@HOST:PORT/DATABASE',
    );
  });

  test('a server that is not there', async () => {
    expect(await refusal(`postgres://me:${secret}@127.0.0.1:1/views`)).toMatch(
      /^no PostgreSQL answers at 127\.0\.0\.1:1 \(ECONNREFUSED\): start it, or correct READ_STORE$/,
    );
  });

  describe('a server', () => {
    let server: Server;
    afterEach(() => void server.close());
    const listening = async (says: string) => {
      server = createServer((socket) => socket.end(says)).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const address = server.address();
      return `postgres://me:${secret}@127.0.0.1:${typeof address === 'object' ? address?.port : 0}/views`;
    };
    test('that hangs up', async () => {
      expect(await refusal(await listening(''))).toMatch(
        /^no PostgreSQL answers at .* start it, or correct READ_STORE$/,
      );
    });
  });

  test('a version that is too old, and an encoding that does not hold every text', () => {
    const address = addressOf('postgres://me@here/views', PostgresUnusable);
    expect(whyUnfit(120_022, 'UTF8', address)).toBe(
      'PostgreSQL at here:5432 is of version 12: READ_STORE needs 13 or later',
    );
    expect(whyUnfit(150_010, 'LATIN1', address)).toMatch(/views at here:5432 is encoded in LATIN1: name one .*UTF8/);
    expect(whyUnfit(130_000, 'UTF8', address)).toBeUndefined();
  });
});

inPostgres('a database of PostgreSQL', (at) => {
  const opened: Database[] = [];
  const open = async (more: Partial<DatabaseOptions> = {}) => {
    const database = await Database.open({ url: at.url, layout, connections: 4, ...more });
    opened.push(database);
    return database;
  };
  afterEach(async () => {
    for (const database of opened.splice(0)) await database.close();
    await at.forget(layout.schema);
  });
  const changed = (change: (url: URL) => void) => {
    const url = new URL(at.url);
    change(url);
    return url.href;
  };

  test('is refused where the password is wrong, or missing, or there is no such user or database', async () => {
    const wrong = changed((url) => (url.password = secret));
    const says = /does not let postgres in: correct the user and the password in READ_STORE$/;
    expect(await refusal(wrong)).toMatch(says);
    expect(await refusal(changed((url) => (url.password = '')))).toMatch(says);
    expect(await refusal(changed((url) => (url.username = 'nobody')))).toMatch(/does not let nobody in/);
    expect(await refusal(changed((url) => (url.pathname = 'nowhere')))).toMatch(
      /has no database nowhere: make it \(createdb nowhere\), or name another in READ_STORE$/,
    );
  });

  test('is refused to who may not make tables there', async () => {
    await at.sql(`CREATE ROLE guest LOGIN PASSWORD '${secret}'`);
    const url = changed((url) => Object.assign(url, { username: 'guest', password: secret }));
    expect(await refusal(url)).toMatch(
      /^guest may not keep anything .* GRANT CREATE ON DATABASE "samverk_\w+" TO "guest"$/,
    );
    await at.sql('DROP ROLE guest');
  });

  test('has its tables once, however many open it at once', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => open()));
    await all[0]?.run('INSERT INTO thing VALUES ($1, $2)', 'a', 1);
    expect(await all[7]?.all('SELECT name, size FROM thing')).toEqual([['a', 1]]);
  });

  test('is refused, and left as it is, where the tables are of another program or a newer version', async () => {
    await at.sql(`CREATE SCHEMA ${layout.schema} CREATE TABLE mine (x int)`);
    expect(await refusal(at.url)).toMatch(/samverk_tried in READ_STORE is another program's: name another database/);
    await at.sql(`COMMENT ON SCHEMA ${layout.schema} IS 'Samverk, layout 9'`);
    expect(await refusal(at.url)).toMatch(
      /made by another version of the program \(layout 9; this one knows 1\): run that version.*DROP SCHEMA samverk_tried CASCADE/,
    );
    expect(await refusal(at.url, { access: 'read' })).toMatch(/layout 9/);
    expect(await at.sql(`SELECT * FROM ${layout.schema}.mine`)).toEqual([]);
  });

  test('is made anew where an older version made what follows from the events, and refused where it does not', async () => {
    await open();
    const newer = { ...layout, version: 2 };
    expect(await refusal(at.url, { layout: { ...newer, derived: false } })).toMatch(/layout 1; this one knows 2/);
    await opened[0]?.run('INSERT INTO thing VALUES ($1, $2)', 'a', 1);
    expect(await (await open({ layout: newer })).all('SELECT * FROM thing')).toEqual([]);
  });

  test('is there to be found, or to be read alone, once it was made', async () => {
    expect(await refusal(at.url, { access: 'find' })).toMatch(/holds no samverk_tried yet: start the system/);
    const reader = await open({ access: 'read' });
    await expect(reader.all('SELECT * FROM thing')).rejects.toThrow(/does not exist/);
    await open();
    expect(await reader.all('SELECT * FROM thing')).toEqual([]);
    await expect(reader.run("INSERT INTO thing VALUES ('a', 1)")).rejects.toThrow(/read-only/);
    await open({ access: 'find' });
  });

  test('gives any text back as it was, in the order of its characters, and any whole number that is exact', async () => {
    const database = await open();
    const texts = [
      '',
      '\u0000',
      '\u0000z',
      '\u0001',
      '\u0001\u0000',
      '\u0002',
      'A',
      'a',
      'a\u0000',
      'a\u0000b',
      'aa',
      'ä',
      '𝔸',
    ];
    await database.run(
      'INSERT INTO thing SELECT * FROM unnest($1::text[], $2::bigint[])',
      texts,
      texts.map(() => 2 ** 53 - 1),
    );
    expect(await database.all('SELECT name, size FROM thing ORDER BY name')).toEqual(
      texts.map((text) => [text, 2 ** 53 - 1]),
    );
    for (const text of texts)
      expect(await database.all('SELECT name FROM thing WHERE name = $1', text)).toEqual([[text]]);
    await expect(database.all('SELECT 9007199254740992::bigint')).rejects.toThrow(RangeError);
  });

  test('keeps all of a transaction or nothing, also of one that goes on after it failed', async () => {
    const database = await open();
    const add = 'INSERT INTO thing VALUES ($1, $2)';
    await database.transaction((connection) => Promise.all([connection.run(add, 'a', 1), connection.run(add, 'b', 2)]));
    const late = Promise.withResolvers<unknown>();
    const failing = database.transaction(async (connection) => {
      const second = connection.run(add, 'c', 3).then(() => connection.run(add, 'd', 4));
      second.catch(() => undefined).finally(() => undefined);
      const third = second.then(async () => {
        await failed;
        return connection.run(add, 'e', 5);
      });
      third.catch(late.resolve);
      await Promise.all([second, connection.run(add, 'a', 1)]);
    });
    const failed = failing.catch((error: unknown) => error);
    expect(String(await failed)).toMatch(/duplicate key/);
    expect(await late.promise).toBeInstanceOf(Error);
    await expect(database.transaction((connection) => connection.run(add, 'f', 6), refusing)).rejects.toThrow('no');
    await expect(
      database.transaction(async (connection) => void (await connection.run(add, 'a', 1).catch(() => undefined))),
    ).rejects.toThrow(/nobody was told/);
    expect(await database.all('SELECT name FROM thing ORDER BY name')).toEqual([['a'], ['b']]);
  });

  test('is there again, by itself, after its connections were cut', async () => {
    const database = await open();
    const cut = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '${layout.schema}'`;
    const hanging = database.all('SELECT pg_sleep(60)').catch((error: unknown) => String(error));
    while ((await at.sql(cut)).length < 1);
    expect(await hanging).toMatch(/terminat/);
    let answered: unknown;
    while (answered === undefined) answered = await database.all('SELECT 1').catch(() => undefined);
    expect(answered).toEqual([[1]]);
  });

  test('tells whoever listens at once, of what is committed, and after the connection was lost', async () => {
    const database = await open();
    const stop = new AbortController();
    const heard = database.listen('samverk_tried', stop.signal);
    const notify = () => database.transaction((connection) => connection.define('NOTIFY samverk_tried'));
    await heard.next(); // it listens
    await notify();
    await heard.next();
    const next = heard.next();
    const listeners = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'LISTEN samverk_tried'";
    expect(await at.sql(listeners)).toHaveLength(1);
    await next; // it listens again
    await notify();
    await heard.next();
    stop.abort();
    expect(await heard.next()).toEqual({ done: true, value: undefined });
  });
});

const refusing = { check: () => Promise.reject(new Error('no')) };
