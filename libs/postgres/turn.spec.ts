import { once } from 'node:events';
import { afterEach, expect, test } from '@jest/globals';
import { Database } from './database.ts';
import type { Layout } from './layout.ts';
import { inPostgres } from './server.contract.ts';
import { Turn, TurnLost, type Work } from './turn.ts';

const layout: Layout = {
  schema: 'samverk_tried',
  version: 1,
  derived: true,
  create: (connection) => connection.define('CREATE TABLE thing (name text)'),
};
const never = new AbortController().signal;

inPostgres('a turn', (at) => {
  const closing: { close(): Promise<void> }[] = [];
  const open = async (work: Work = 'views') => {
    const turn = await Turn.open({ url: at.url, work });
    closing.push(turn);
    return turn;
  };
  const tables = async () => {
    const database = await Database.open({ url: at.url, layout, connections: 2 });
    closing.push(database);
    const write = (name: string, turn: Turn) =>
      database.transaction((connection) => connection.run('INSERT INTO thing VALUES ($1)', name), turn);
    return { write, written: () => database.all('SELECT name FROM thing') };
  };
  afterEach(async () => {
    for (const one of closing.splice(0)) await one.close();
    await at.forget('samverk_turns');
    await at.forget(layout.schema);
  });
  /** As if the holder had not been heard of since it took it. */
  const expire = () => at.sql("UPDATE samverk_turns.turn SET until = clock_timestamp() - interval '1 ms'");

  test('is had by one, and by the next as soon as that one gives it back', async () => {
    const [one, other] = [await open(), await open()];
    const held = await one.taken(never);
    const waiting = other.taken(never);
    expect(held.aborted).toBe(false);
    await one.close();
    expect(held.reason).toBeInstanceOf(TurnLost);
    expect((await waiting).aborted).toBe(false);
  });

  test('is another for other work', async () => {
    const [views, processes] = [await open('views'), await open('processes')];
    await views.taken(never);
    await processes.taken(never);
  });

  test('is waited for no longer than is wanted', async () => {
    const [one, other] = [await open(), await open()];
    await one.taken(never);
    const stop = new AbortController();
    const waiting = other.taken(stop.signal);
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });

  test('goes to the next when it was not renewed; who had it is told, and writes nothing any more', async () => {
    const [one, other] = [await open(), await open()];
    const { write, written } = await tables();
    const held = await one.taken(never);
    await write('mine', one);
    let second: AbortSignal | undefined;
    const waiting = other.taken(never).then((signal) => (second = signal));
    while (!second) await expire(); // the holder renews it too: one of the times the other comes first
    await waiting;
    await expect(write('too late', one)).rejects.toThrow(TurnLost);
    expect(held.aborted).toBe(true);
    await write('its own', other);
    expect(await written()).toEqual([['mine'], ['its own']]);
  });

  test('goes to nobody while its holder writes, and who does nothing in the midst of writing is cut off', async () => {
    const [one, other] = [await open(), await open()];
    const { written } = await tables();
    const database = await Database.open({ url: at.url, layout, connections: 1 });
    closing.push(database);
    await one.taken(never);
    const begun = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const stalled = database.transaction(async (connection) => {
      await connection.run("INSERT INTO thing VALUES ('half')");
      begun.resolve();
      await goOn.promise;
    }, one);
    await begun.promise;
    await at.sql("UPDATE samverk_turns.turn SET holder = 'somebody', until = '-infinity'"); // as if it had not renewed it
    const free = 'SELECT work FROM samverk_turns.turn WHERE until < clock_timestamp() FOR UPDATE SKIP LOCKED';
    expect(await at.sql(free)).toEqual([{ work: 'processes' }]);
    await other.taken(never); // the server ended the transaction that did nothing
    goOn.resolve();
    await expect(stalled).rejects.toThrow();
    expect(await written()).toEqual([]);
  });

  test('cannot be written under by who never had it', async () => {
    const { write, written } = await tables();
    await expect(write('mine', await open())).rejects.toThrow(/no longer the turn of this process to keep the views/);
    expect(await written()).toEqual([]);
  });

  test('ends by itself for who cannot reach the database, and can be had again', async () => {
    const one = await open();
    const held = await one.taken(never);
    const ended = once(held, 'abort');
    const name = new URL(at.url).pathname.slice(1);
    await at.elsewhere(`ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS false`);
    await at.elsewhere(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`);
    await ended;
    expect(held.reason).toBeInstanceOf(TurnLost);
    await at.elsewhere(`ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS true`);
    expect((await one.taken(never)).aborted).toBe(false);
  });
});
