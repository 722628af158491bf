import { afterEach, expect, test } from '@jest/globals';
import { openSqliteEventStore } from '#event-store/sqlite/sqlite-event-store';
import { inPostgres } from '#postgres/server.contract';
import { DatabaseSync } from 'node:sqlite';
import { historyRules } from './history-rules.ts';
import { openPostgresReadStore } from './postgres/postgres-read-store.ts';
import { open, Projecting, rename } from './projecting.contract.ts';
import { boxes, sampleFacts, sampleViews } from './sample.contract.ts';
import { openSqliteReadStore } from './sqlite/sqlite-read-store.ts';
import { WatchedViews, type WatchedViewsOptions } from './watched-views.ts';

const at = new Projecting({
  openEvents: openSqliteEventStore,
  openStore: openSqliteReadStore,
  Database: DatabaseSync,
});

inPostgres('views that another process keeps', (database) => {
  let closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closing.reverse()) await close();
    closing = [];
    await database.forget('samverk_views');
  });

  /** Whoever keeps them. */
  async function keep() {
    const store = await openPostgresReadStore({ url: database.url });
    const projector = await at.start(store);
    closing.push(async () => {
      await projector.stop();
      await store.close();
    });
    return projector;
  }

  /** Whoever only reads. */
  async function watch(options: Partial<WatchedViewsOptions> = {}) {
    const store = await openPostgresReadStore({ url: database.url, access: 'read' });
    await store.prepare(sampleViews, historyRules(sampleFacts));
    const watched = await WatchedViews.start({
      store,
      views: sampleViews,
      report: (error, what) => at.reports.push(`${what}: ${String(error)}`),
      watchEvery: 3_600_000,
      ...options,
    });
    closing.push(async () => {
      await watched.stop();
      await store.close();
    });
    return { watched, store };
  }

  test('are waited for, and seen as soon as their keeper is told to have written', async () => {
    await keep();
    const { watched } = await watch();
    for (let n = 0; n < 5; n++) {
      const position = await at.record(n === 0 ? open('a') : rename('a', `Name ${n}`));
      expect(await watched.reached(position, 30_000)).toBe(true);
      expect(watched.position).toBe(position);
    }
    expect(watched.status(await at.events.head())).toEqual(
      ['_history', 'boxes', 'letters'].map((view) => ({ view, behind: 0, parked: 0 })),
    );
    expect(await watched.reached((await at.events.head()) + 1, 1)).toBe(false);
    expect(at.reports).toEqual([]);
  });

  test('that are not there yet are told as being built, and nobody waits for them for ever', async () => {
    const { watched } = await watch();
    expect(watched.position).toBe(0);
    expect(watched.status(3)).toEqual(
      ['_history', 'boxes', 'letters'].map((view) => ({ view, behind: 3, parked: 0, built: 0 })),
    );
    const position = await at.record(open('a'));
    expect(await watched.reached(position, 1)).toBe(false);
    await keep();
    expect(await watched.reached(position, 30_000)).toBe(true);
    expect(watched.status(position).some(({ built }) => built !== undefined)).toBe(false);
  });

  test('are seen a moment later by one that is told of no change', async () => {
    await keep();
    const never = { async *changed(): AsyncIterable<void> {} };
    const store = await openPostgresReadStore({ url: database.url, access: 'read' });
    await store.prepare(sampleViews, historyRules(sampleFacts));
    closing.push(() => store.close());
    const deaf = {
      checkpoints: () => store.checkpoints(),
      parked: () => store.parked(),
      changed: never.changed,
    };
    const { watched } = await watch({ store: deaf, watchEvery: 10 });
    expect(await watched.reached(await at.record(open('a')), 30_000)).toBe(true);
  });

  test('tell how many events wait that they could not take in', async () => {
    const broken = {
      ...boxes,
      keys: () => {
        throw new RangeError('broken');
      },
    };
    const store = await openPostgresReadStore({ url: database.url });
    const projector = await at.start(store, { views: [broken] });
    closing.push(async () => {
      await projector.stop();
      await store.close();
    });
    await projector.reached(await at.record(open('a')), 30_000);
    const { watched } = await watch();
    expect(watched.status(1).find(({ view }) => view === 'boxes')?.parked).toBe(1);
  });

  test('are waited for by nobody any more once they are watched no more', async () => {
    await keep();
    const { watched } = await watch();
    const waiting = watched.reached(1, 30_000);
    await watched.stop();
    expect(await waiting).toBe(false);
  });
});
