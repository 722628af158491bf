import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { openSqliteEventStore } from '#event-store/sqlite/sqlite-event-store';
import type { View } from '#kernel/view';
import { historyRules } from './history-rules.ts';
import { retryParked } from './parking.ts';
import { all, names, open, Projecting, rename } from './projecting.contract.ts';
import { boxes, sampleFacts, sampleViews } from './sample.contract.ts';
import { openSqliteReadStore } from './sqlite/sqlite-read-store.ts';

const at = new Projecting({
  openEvents: openSqliteEventStore,
  openStore: openSqliteReadStore,
  Database: DatabaseSync,
});

describe('a view that throws', () => {
  let broken: boolean;
  /** Cannot fold the second event of box a, for as long as it is broken. */
  const fragile: View = {
    ...boxes,
    name: 'fragile',
    fold(row, event) {
      if (broken && event.position === 2) throw new RangeError('cannot fold this');
      return boxes.fold(row, event);
    },
  };
  const views = [fragile, ...sampleViews];
  beforeEach(() => {
    broken = true;
  });
  const story = [open('a', 'First'), rename('a', 'Second'), open('b', 'B'), rename('a', 'Third'), rename('b', 'B2')];

  test('keeps its other rows, and all other views, up to date', async () => {
    const store = await at.openStore();
    const projector = await at.start(store, { views });
    await at.record(...story);
    await at.caughtUp(projector);
    expect(await names(store, 'fragile')).toEqual(['a: First', 'b: B2']);
    expect(await names(store)).toEqual(['a: Third', 'b: B2']);
    expect(await store.history(all)).toEqual([1, 2, 3, 4, 5]);
    expect((await store.parked()).map(({ view, key, position }) => [view, key, position])).toEqual([
      ['fragile', 'a', 2],
      ['fragile', 'a', 4],
    ]);
    expect(projector.status(await at.events.head()).find(({ view }) => view === 'fragile')).toEqual({
      view: 'fragile',
      behind: 0,
      parked: 2,
      check: 'running',
      difference: 0,
    });
    expect(at.reports).toEqual([expect.stringMatching(/view fragile: an event is parked.*cannot fold this/)]);
  });

  test('parks what follows after a restart too, and all in order when it is repaired', async () => {
    const store = await at.openStore();
    const first = await at.start(store, { views });
    await at.record(...story);
    await at.caughtUp(first);
    await first.stop();

    const second = await at.start(store, { views });
    await at.record(rename('a', 'Fourth'));
    await at.caughtUp(second);
    expect((await store.parked()).map(({ position }) => position)).toEqual([2, 4, 6]);
    expect(second.status(6).find(({ view }) => view === 'fragile')?.parked).toBe(3);
    await second.stop();

    broken = false;
    const third = await at.start(store, { views });
    await at.record(rename('a', 'Fifth'));
    await at.caughtUp(third);
    expect(await store.parked()).toEqual([]);
    expect(third.status(7).map(({ parked }) => parked)).toEqual([0, 0, 0, 0]);
    expect(at.content()).toEqual(await at.rebuilt('other.db', { views }));
  });

  test('has what is parked tried again beside its projector, which goes on from there', async () => {
    const store = await at.openStore();
    const projector = await at.start(store, { views, watchEvery: 1 });
    await at.record(...story);
    await at.caughtUp(projector);
    broken = false;
    const beside = await openSqliteReadStore({ path: join(at.folder, 'views.db'), access: 'beside' });
    await beside.prepare(views, historyRules(sampleFacts));
    expect(await retryParked({ store: beside, views, facts: sampleFacts }, at.events, 'boxes')).toEqual([]);
    expect(await store.parked()).toHaveLength(2);
    expect(await retryParked({ store: beside, views, facts: sampleFacts }, at.events)).toEqual([]);
    await beside.close();
    expect(await names(store, 'fragile')).toEqual(['a: Third', 'b: B2']);
    await at.until(projector, (standing) => standing.every(({ parked }) => parked === 0));
    await at.record(rename('a', 'Fourth'));
    await at.caughtUp(projector);
    expect(await store.parked()).toEqual([]);
    expect(at.content()).toEqual(await at.rebuilt('other.db', { views }));
  });

  test('has what is parked folded up to the next that throws', async () => {
    const store = await at.openStore();
    const first = await at.start(store, { views });
    await at.record(...story);
    await at.caughtUp(first);
    await first.stop();
    const later: View = {
      ...fragile,
      fold(row, event) {
        if (event.position === 4) throw new RangeError('nor this');
        return boxes.fold(row, event);
      },
    };
    await (await at.start(store, { views: [later, ...sampleViews] })).stop();
    expect(await names(store, 'fragile')).toEqual(['a: Second', 'b: B2']);
    expect((await store.parked()).map(({ position }) => position)).toEqual([4]);
  });

  test('in telling the keys is built anew when it is repaired', async () => {
    const view: View = {
      ...fragile,
      fold: boxes.fold,
      keys(event) {
        if (broken && event.position === 2) throw new RangeError('whose is this?');
        return boxes.keys(event);
      },
    };
    const store = await at.openStore();
    const first = await at.start(store, { views: [view] });
    await at.record(...story);
    await at.caughtUp(first);
    expect((await store.parked()).map(({ key, position }) => [key, position])).toEqual([
      ['@box-a', 2],
      ['@box-a', 4],
    ]);
    await first.stop();
    await (await at.start(store, { views: [view] })).stop();
    expect(await store.parked()).toHaveLength(2);

    broken = false;
    const repaired = await at.start(store, { views: [view] });
    await at.until(repaired, (views) => views.every(({ parked }) => parked === 0));
    expect(at.content()).toEqual(await at.rebuilt('other.db', { views: [view] }));
  });

  test('parks an event for history, which is indexed when it is repaired', async () => {
    const renamed = sampleFacts['BoxRenamed'];
    if (!renamed) throw new Error('there is no such fact');
    const release = () => {
      if (broken) throw new RangeError('whose release?');
      return 'never';
    };
    const facts = { ...sampleFacts, BoxRenamed: { ...renamed, definition: { ...renamed.definition, release } } };
    const store = await at.openStore();
    const first = await at.start(store, { facts });
    await at.record(...story);
    await at.caughtUp(first);
    expect(await store.history(all)).toEqual([1, 3]);
    expect(await names(store)).toEqual(['a: Third', 'b: B2']);
    await first.stop();
    broken = false;
    await at.caughtUp(await at.start(store, { facts }));
    expect(await store.history(all)).toEqual([1, 2, 3, 4, 5]);
    expect(await store.parked()).toEqual([]);
  });
});
