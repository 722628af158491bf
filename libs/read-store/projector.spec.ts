import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { openSqliteEventStore } from '#event-store/sqlite/sqlite-event-store';
import type { View } from '#kernel/view';
import { all, names, open, Projecting, rename } from './projecting.contract.ts';
import { boxFacts } from './sample-events.contract.ts';
import { boxes, BoxSealed, letters, sampleFacts, sampleViews } from './sample.contract.ts';
import { openSqliteReadStore } from './sqlite/sqlite-read-store.ts';

const at = new Projecting({
  openEvents: openSqliteEventStore,
  openStore: openSqliteReadStore,
  Database: DatabaseSync,
});

describe('a projector', () => {
  test('folds what was recorded, then what comes, and tells when it is there', async () => {
    await at.record(open('a'), open('b'));
    const store = await at.openStore();
    const projector = await at.start(store);
    await at.caughtUp(projector);
    expect(await names(store)).toEqual(['a: A box', 'b: A box']);
    expect(await projector.reached(await at.record(rename('a', 'New')), 30_000)).toBe(true);
    expect(await names(store)).toEqual(['a: New', 'b: A box']);
    expect(await store.history({ ...all, object: 'a' })).toEqual([1, 3]);
    expect(projector.status(await at.events.head())).toEqual(
      ['_history', 'boxes', 'letters'].map((view) => ({ view, behind: 0, parked: 0, check: 'running', difference: 0 })),
    );
    expect(at.reports).toEqual([]);
  });

  test('tells that it is not there in time, or was stopped', async () => {
    const projector = await at.start(await at.openStore());
    expect(await projector.reached(0, 0)).toBe(true);
    expect(await projector.reached(1, 1)).toBe(false);
    const waiting = projector.reached(1, 30_000);
    await projector.stop();
    expect(await waiting).toBe(false);
    expect(await projector.reached(1, 30_000)).toBe(false);
  });

  test('goes on where it was after a restart', async () => {
    const folded: number[] = [];
    const watched: View = { ...boxes, fold: (row, event) => (folded.push(event.position), boxes.fold(row, event)) };
    await at.record(open('a'));
    for (let round = 1; round <= 3; round++) {
      const store = await at.openStore();
      const projector = await at.start(store, { views: [watched] });
      await projector.reached(await at.record(rename('a', `Name ${round}`)), 30_000);
      await projector.stop();
      await store.close();
    }
    expect(folded).toEqual([1, 2, 3, 4]);
  });

  test('builds anew only the view whose version rose, from the first event', async () => {
    await at.record(open('a'), rename('a', 'New'));
    const first = await at.start(await at.openStore());
    await at.caughtUp(first);
    const folded: string[] = [];
    const watch = (view: View): View => ({
      ...view,
      fold: (row, event) => (folded.push(`${view.name} ${event.position}`), view.fold(row, event)),
    });
    const store = await at.openStore();
    await first.stop();
    await at.caughtUp(await at.start(store, { views: [watch({ ...boxes, version: 2 }), watch(letters)] }));
    expect(folded).toEqual(['boxes 1', 'boxes 2']);
    expect(await names(store)).toEqual(['a: New']);
    expect(await store.history(all)).toEqual([1, 2]);
  });

  test('builds everything anew when its events are not those of this event store', async () => {
    await at.record(open('a'), open('b'), open('c'));
    const store = await at.openStore();
    const first = await at.start(store);
    await at.caughtUp(first);
    await first.stop();
    await at.recordIn('restored.db');
    await at.record(open('d'), open('e'), open('f'));
    await at.caughtUp(await at.start(store));
    expect(await names(store)).toEqual(['d: A box', 'e: A box', 'f: A box']);
    expect(await store.history({ ...all, object: 'a' })).toEqual([]);
    expect(at.reports).toEqual([expect.stringMatching(/built anew.*other events than the store holds/)]);
  });

  test('waits for a read store that cannot be written, and skips nothing', async () => {
    const store = await at.openStore();
    const projector = await at.start(store);
    await at.caughtUp(projector);
    const other = new DatabaseSync(join(at.folder, 'views.db'));
    other.exec('BEGIN IMMEDIATE');
    await at.record(open('a'), rename('a', 'New'));
    await at.reported.promise;
    expect(at.reports[0]).toMatch(/stand still.*locked/);
    other.close();
    await at.record(rename('a', 'Newer'));
    await at.caughtUp(projector);
    expect(await names(store)).toEqual(['a: Newer']);
    expect(await store.history(all)).toEqual([1, 2, 3]);
  });
});

describe('rows', () => {
  test('are the same to the byte, built live, after restarts or in one go', async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(boxFacts, fc.integer({ min: 1, max: 10 }), async (facts, every) => {
        run += 1;
        await at.recordIn(`events ${run}.db`);
        const live = await at.openStore(`live ${run}.db`);
        let projector = await at.start(live);
        for (const [i, fact] of facts.entries()) {
          await projector.reached(await at.record(fact), 30_000);
          if (i % every !== 0) continue;
          await projector.stop();
          projector = await at.start(live);
        }
        await at.caughtUp(projector);
        await projector.stop();
        const expected = at.content(`live ${run}.db`);
        expect(await at.rebuilt(`whole ${run}.db`)).toEqual(expected);
        expect(await at.rebuilt(`parts ${run}.db`, { batch: 3 })).toEqual(expected);
      }),
      { numRuns: 8 },
    );
    expect(at.reports).toEqual([]);
  });

  test('have no gap and nothing twice while events are appended and projectors come and go', async () => {
    const counted: View = {
      ...letters,
      name: 'counted',
      keys: () => ['all'],
      listens: new Set(Object.keys(sampleFacts)),
      fold: (row) => ({ boxId: 'all', letters: Number(row?.['letters'] ?? 0) + 1 }),
    };
    const writing = [...'abcdefgh'].map(async (boxId) => {
      await at.record(open(boxId));
      for (let i = 0; i < 60; i++) await at.record(rename(boxId, `Name ${i}`));
    });
    let written = false;
    const done = Promise.all(writing).then(() => (written = true));
    const store = await at.openStore();
    while (!written) {
      const projector = await at.start(store, { views: [...sampleViews, counted], batch: 7 });
      await projector.reached((await at.events.head()) + 20, 100);
      await projector.stop();
    }
    await done;
    const last = await at.start(store, { views: [...sampleViews, counted] });
    await at.caughtUp(last);
    const [row] = await store.rows('counted', all);
    expect(row?.body['letters']).toBe(8 * 61);
    expect(await store.history(all)).toEqual(Array.from({ length: 8 * 61 }, (_, i) => i + 1));
    expect(at.content()).toEqual(await at.rebuilt('other.db', { views: [...sampleViews, counted] }));
  });

  test('count nothing twice when two projectors write to one store', async () => {
    const [one, two] = [await at.openStore(), await at.openStore()];
    const projectors = [await at.start(one), await at.start(two)];
    for (let i = 0; i < 30; i++) await at.record(open('a'), BoxSealed({ boxId: 'a', size: i }));
    for (const projector of projectors) await at.caughtUp(projector);
    for (const projector of projectors) await projector.stop();
    expect(at.content()).toEqual(await at.rebuilt('other.db'));
  });
});
