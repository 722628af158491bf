import { afterEach, describe, expect, test } from '@jest/globals';
import { inPostgres } from '#postgres/server.contract';
import { Turn, TurnLost } from '#postgres/turn';
import { historyRules } from '../history-rules.ts';
import { readStoreContract } from '../read-store.contract.ts';
import { historyName, NotBuilt, type ReadStore, ReadStoreUnusable } from '../read-store.ts';
import { boxes, sampleFacts, sampleViews } from '../sample.contract.ts';
import { entry, everything, moved, put, row } from '../tried.contract.ts';
import { nothing } from '../workspace.ts';
import { openPostgresReadStore, type PostgresReadStore, type PostgresReadStoreOptions } from './postgres-read-store.ts';

const parked = { view: 'boxes', key: 'a', position: 1, error: 'broken' };
const rules = historyRules(sampleFacts);
const all = { mayKnow: everything, limit: 100 };
const never = new AbortController().signal;

inPostgres('in PostgreSQL', (database) => {
  readStoreContract('a read store', async () => ({
    open: () => openPostgresReadStore({ url: database.url }),
    remove: () => database.forget('samverk_views'),
  }));

  describe('the tables of a read store', () => {
    const closing: { close(): Promise<void> }[] = [];
    const open = async (options: Omit<PostgresReadStoreOptions, 'url'> = {}): Promise<PostgresReadStore> => {
      const store = await openPostgresReadStore({ url: database.url, ...options });
      closing.push(store);
      return store;
    };
    const build = async (store: ReadStore, names: readonly string[] = ['boxes', 'letters', historyName]) => {
      await store.begin(names);
      await store.index(names);
      expect(await store.swap(names)).toBe(true);
    };
    const kept = async (): Promise<PostgresReadStore> => {
      const store = await open();
      await store.prepare(sampleViews, rules);
      await build(store);
      return store;
    };
    afterEach(async () => {
      for (const one of closing.splice(0)) await one.close();
      await database.forget('samverk_views');
      await database.forget('samverk_turns');
    });

    test('have the indexes that readers need once a view is built, whether it was built before or not', async () => {
      const store = await open();
      const indexed = async () => {
        const found = await database.sql<{ on: string }>(
          `SELECT tablename || regexp_replace(indexdef, '.* USING btree', '') AS on FROM pg_indexes
           WHERE schemaname = 'samverk_views' AND indexdef NOT LIKE '%UNIQUE%' ORDER BY 1`,
        );
        return found.map(({ on }) => on);
      };
      await store.prepare([{ ...boxes, filters: ['size'], orders: ['name'] }]);
      for (let times = 0; times < 3; times++) {
        const names = ['boxes', historyName];
        await store.begin(names);
        await store.index(names);
        await store.index(names);
        expect(await store.swap(names)).toBe(true);
        const history = ['_history (hash)', '_history (type)', '_object (hash)'];
        expect(await indexed()).toEqual([...history, 'boxes ("left"(name, 500))', 'boxes (size, _key)'].sort());
      }
    });

    test('hold texts of any length to filter and order by, in their order', async () => {
      const store = await open();
      await store.prepare([{ ...boxes, filters: ['name'] }]);
      await build(store, ['boxes']);
      const long = Array.from({ length: 3_000 }, (_, i) => String.fromCodePoint(0x1f600 + ((i * i * 31) % 70))).join(
        '',
      );
      const names = [`${long}c`, `${long}a`, 'z', `${long}b`, long];
      await store.commit(put('boxes', ...names.map((name, i) => row(`${i}`, { name }))));
      const inOrder = async (descending: boolean) => {
        const keys: string[] = [];
        const wanted = { ...all, limit: 2, order: { by: 'name', descending } };
        for (let page = await store.rows('boxes', wanted); page.length > 0;) {
          keys.push(...page.map(({ key }) => key));
          const last = page.at(-1);
          const after = { value: String(last?.body['name']), key: last?.key ?? '' };
          page = await store.rows('boxes', { ...wanted, after });
        }
        return keys.join('');
      };
      expect(await inOrder(false)).toBe('24130');
      expect(await inOrder(true)).toBe('03142');
      const found = await store.rows('boxes', { ...all, filter: { name: [`${long}b`, 'z', 'y'] } });
      expect(found.map(({ key }) => key)).toEqual(['2', '3']);
    });

    test('can be read beside whoever keeps them, also before there are any, and are not made or changed by that', async () => {
      const reader = await open({ access: 'read' });
      await reader.prepare(sampleViews, rules);
      expect([await reader.checkpoints(), await reader.parked()]).toEqual([new Map(), []]);
      await expect(reader.rows('boxes', all)).rejects.toThrow(NotBuilt);
      const keeper = await kept();
      await keeper.commit(put('boxes', row('a')));
      expect(await reader.rows('boxes', all)).toEqual([row('a')]);
      await expect(reader.commit({ ...nothing, parked: [parked] })).rejects.toThrow(/read-only/);
      await expect(reader.begin(['boxes'])).rejects.toThrow(/read-only/);
    });

    test('are not read by a program that would show them by other rules, until they are built by those', async () => {
      const keeper = await kept();
      await keeper.commit({ ...put('boxes', row('a')), history: [entry(1)] });
      const reader = await open({ access: 'read' });
      const [, letters] = sampleViews;
      const views = [{ ...boxes, version: 2 }, ...(letters ? [letters] : [])];
      const others = { ...rules, BoxOpened: 'another' };
      await reader.prepare(views, others);
      await expect(reader.rows('boxes', all)).rejects.toThrow(NotBuilt);
      await expect(reader.history(all)).rejects.toThrow(NotBuilt);
      await expect(reader.releasedAt(['x'])).rejects.toThrow(NotBuilt);
      expect(await reader.rows('letters', all)).toEqual([]);
      expect([...(await reader.checkpoints()).keys()]).toEqual(['letters']);

      await keeper.prepare(views, others);
      await build(keeper, ['boxes', historyName]);
      expect([await reader.rows('boxes', all), await reader.history(all)]).toEqual([[], []]);

      const before = await open({ access: 'read' });
      await before.prepare(sampleViews, rules);
      expect([...(await before.checkpoints()).keys()]).toEqual([historyName, 'letters']); // it holds no such event yet
    });

    test('are not written beside their keeper by another version of the program, nor before there are any', async () => {
      await expect(open({ access: 'beside' })).rejects.toThrow(ReadStoreUnusable);
      const keeper = await kept();
      const beside = await open({ access: 'beside' });
      await beside.prepare(sampleViews, rules);
      await beside.commit({ ...nothing, parked: [parked] });
      expect(await keeper.parked()).toEqual([parked]);
      await expect(beside.prepare([{ ...boxes, version: 2 }])).rejects.toThrow(
        /boxes, letters as another version.*start the system/,
      );
    });

    test('are written only in the turn of their keeper', async () => {
      const turn = await Turn.open({ url: database.url, work: 'views' });
      const store = await open({ turn });
      closing.push(turn);
      await expect(store.prepare(sampleViews)).rejects.toThrow(TurnLost);
      await turn.taken(never);
      await store.prepare(sampleViews);
      await build(store);
      await turn.close();
      for (const writing of [
        store.commit(put('boxes', row('a'))),
        store.next.commit(nothing),
        store.begin(['boxes']),
        store.index(['boxes']),
        store.swap(['boxes']),
        store.forget(['boxes']),
      ])
        await expect(writing).rejects.toThrow(TurnLost);
      expect(await store.rows('boxes', all)).toEqual([]);
    });

    test('are told of to whoever listens, when what is read has changed and not before it can be read', async () => {
      const keeper = await kept();
      const reader = await open({ access: 'read' });
      await reader.prepare(sampleViews, rules);
      const stop = new AbortController();
      const changed = reader.changed(stop.signal)[Symbol.asyncIterator]();
      await changed.next(); // it listens
      for (const position of [1, 2, 3]) {
        await keeper.commit({ ...nothing, checkpoints: [moved('boxes', position - 1, position)] });
        await changed.next();
        expect((await reader.checkpoints()).get('boxes')?.position).toBe(position);
      }
      const next = changed.next();
      await keeper.begin(['letters']); // is not read
      await next;
      stop.abort();
      expect(await changed.next()).toEqual({ done: true, value: undefined });
    });

    test('are swapped while others read them, and no reader is refused or deadlocked', async () => {
      const keeper = await kept();
      const reader = await open({ access: 'read' });
      await reader.prepare(sampleViews, rules);
      let over = false;
      let read = 0;
      const anyone = { mayKnow: [{ classes: ['PUBLIC' as const], marks: [] }], limit: 10 };
      const reading = async () => {
        for (; !over; read++)
          await Promise.all([
            reader.rows('letters', anyone),
            reader.history({ ...anyone, object: 'a' }),
            reader.rows('boxes', all),
          ]);
      };
      const readers = [reading(), reading()];
      for (let times = 0; times < 20; times++) await build(keeper);
      while (read < 20) await reader.checkpoints();
      over = true;
      await Promise.all(readers);
    });
  });
});
