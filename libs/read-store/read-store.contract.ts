import { describe, expect, test } from '@jest/globals';
import { entry, everything, moved, type Place, put, row, rules, to, Tried } from './tried.contract.ts';
import { reading } from './reading.contract.ts';
import { beginning, CheckpointMoved, historyName, NotBuilt, type StoredRow } from './read-store.ts';
import { boxes, letters, sampleViews } from './sample.contract.ts';
import { showing } from './showing.contract.ts';
import { nothing } from './workspace.ts';

/** What every read store does. */
export function readStoreContract(name: string, place: () => Promise<Place>): void {
  describe(name, () => {
    const tried = new Tried(place);
    keeping(tried);
    replacing(tried);
    preparing(tried);
    reading(tried);
    showing(tried);
  });
}

function keeping(tried: Tried): void {
  describe('keeps', () => {
    test('every view and history from the beginning, in a new store', async () => {
      const begun = { ...beginning, epoch: 1 };
      expect(await tried.store.checkpoints()).toEqual(
        new Map([
          [historyName, begun],
          ['boxes', begun],
          ['letters', begun],
        ]),
      );
    });

    test('all that a commit holds, also when it is opened again', async () => {
      const guard = { release: 'year:2020', at: 7, parties: '|C:authority|H:a|' };
      const whole: StoredRow = {
        ...row('a', { booked: { amountMinor: 1, currency: 'SEK' } }, guard),
        columns: { booked: { release: null, at: 3, parties: '|C:other|' }, other: { ...guard, at: 4 } },
      };
      await tried.store.commit({
        ...put('boxes', whole),
        history: [entry(7)],
        releases: [{ key: 'year:2020', position: 7 }],
        parked: [{ view: 'letters', key: 'x', position: 6, error: 'broken' }],
        checkpoints: [moved('boxes', 0, 7)],
      });
      await tried.reopen();
      expect(await tried.store.rows('boxes', { mayKnow: everything, limit: 10 })).toEqual([whole]);
      expect(await tried.store.load('boxes', ['a', 'b'])).toEqual([whole]);
      expect(await tried.store.history({ mayKnow: everything, limit: 10 })).toEqual([7]);
      expect(await tried.store.releasedAt(['year:2020', 'year:2021'])).toEqual(new Map([['year:2020', 7]]));
      expect(await tried.store.parked()).toEqual([{ view: 'letters', key: 'x', position: 6, error: 'broken' }]);
      expect((await tried.store.checkpoints()).get('boxes')).toEqual({ ...to(7), epoch: 1 });
    });

    test('nothing of a commit whose checkpoint is elsewhere', async () => {
      await tried.store.commit({ ...put('boxes', row('a')), checkpoints: [moved('boxes', 0, 5)] });
      const again = {
        ...put('boxes', row('b')),
        checkpoints: [moved('letters', 0, 9), moved('boxes', 0, 9)],
      };
      await expect(tried.store.commit(again)).rejects.toThrow(CheckpointMoved);
      expect(await tried.keys('boxes')).toEqual(['a']);
      expect((await tried.store.checkpoints()).get('letters')?.position).toBe(0);
    });

    test('nothing of a commit that cannot be written to its end', async () => {
      const twice = { view: 'boxes', key: 'x', position: 3, error: 'broken' };
      const history = [entry(9, { objects: ['new'] })];
      await expect(
        tried.store.commit({ ...put('boxes', row('a')), history, parked: [twice, twice] }),
      ).rejects.toThrow();
      expect([await tried.keys('boxes'), await tried.store.parked()]).toEqual([[], []]);
      await tried.store.commit({
        ...nothing,
        history: [entry(9, { objects: ['other'] }), entry(10, { objects: ['new'] })],
      });
      expect(await tried.store.history({ mayKnow: everything, object: 'new', limit: 10 })).toEqual([10]);
    });

    test('nothing of a commit that frees what is not parked', async () => {
      await tried.store.commit({ ...nothing, parked: [{ view: 'boxes', key: 'a', position: 3, error: 'broken' }] });
      const freeing = { ...put('boxes', row('a')), freed: [{ view: 'boxes', key: 'a', position: 3 }] };
      await tried.store.commit(freeing);
      expect(await tried.store.parked()).toEqual([]);
      expect((await tried.store.checkpoints()).get('boxes')?.epoch).toBe(2);
      await expect(tried.store.commit({ ...put('boxes', row('b')), freed: freeing.freed })).rejects.toThrow(
        CheckpointMoved,
      );
      expect(await tried.keys('boxes')).toEqual(['a']);
    });

    test('the last of each row, and no row that is gone', async () => {
      await tried.store.commit(put('boxes', row('a'), row('b', { kind: 'WOOD' })));
      const changed = { ...row('b', { kind: 'WOOD', note: 'changed' }), moved: false };
      await tried.store.commit({ ...nothing, views: [{ view: 'boxes', rows: [changed], gone: ['a', 'never'] }] });
      expect((await tried.store.load('boxes', ['a', 'b'])).map(({ body }) => body['note'])).toEqual(['changed']);
      expect(await tried.keys('boxes', { filter: { kind: 'WOOD' } })).toEqual(['b']);
    });

    test('what is parked in order of position', async () => {
      const parked = [9, 3, 12].map((position) => ({ view: 'boxes', key: 'a', position, error: 'broken' }));
      await tried.store.commit({ ...nothing, parked });
      expect((await tried.store.parked()).map(({ position }) => position)).toEqual([3, 9, 12]);
    });
  });
}

function replacing(tried: Tried): void {
  describe('builds beside', () => {
    const parked = { view: 'boxes', key: 'b', position: 4, error: 'broken' };
    const built = async (position: number) => {
      await tried.store.begin(['boxes', historyName]);
      await tried.store.next.commit({
        ...put('boxes', row('new')),
        history: [entry(2, { objects: ['new'] })],
        releases: [{ key: 'letter:new', position: 2 }],
        parked: [parked],
        checkpoints: [moved('boxes', 0, position, 0), moved(historyName, 0, position, 0)],
      });
    };
    const names = ['boxes', historyName];

    test('what nobody reads until it is swapped in, all at once', async () => {
      await tried.store.commit({ ...put('boxes', row('old')), history: [entry(1, { objects: ['old'] })] });
      await built(5);
      expect([await tried.keys('boxes'), await tried.store.parked()]).toEqual([['old'], []]);
      expect(await tried.store.history({ mayKnow: everything, limit: 10 })).toEqual([1]);
      expect(await tried.store.next.load('boxes', ['new', 'old'])).toEqual([row('new')]);
      expect(await tried.store.next.parked()).toEqual([parked]);

      await tried.store.index(names);
      expect(await tried.store.swap(names)).toBe(true);
      expect([await tried.keys('boxes'), await tried.store.parked()]).toEqual([['new'], [parked]]);
      expect(await tried.store.history({ mayKnow: everything, object: 'new', limit: 10 })).toEqual([2]);
      expect(await tried.store.history({ mayKnow: everything, object: 'old', limit: 10 })).toEqual([]);
      expect([...(await tried.store.releasedAt(['letter:new']))]).toEqual([['letter:new', 2]]);
      expect((await tried.store.checkpoints()).get('boxes')).toEqual({ ...to(5), epoch: 2 });
      expect(await tried.store.next.checkpoints()).toEqual(new Map());
    });

    test('as often as it is wanted', async () => {
      for (const position of [1, 2, 3]) {
        await built(position);
        await tried.store.index(names);
        expect(await tried.store.swap(names)).toBe(true);
      }
      expect(await tried.keys('boxes', { order: { by: 'name' } })).toEqual(['new']);
    });

    test('and goes on where it was left, also when it is opened again', async () => {
      await built(5);
      await tried.reopen();
      await tried.store.begin(['boxes', 'letters']);
      const positions = [...(await tried.store.next.checkpoints())].map(([name, { position }]) => [name, position]);
      expect(Object.fromEntries(positions)).toEqual({ [historyName]: 5, boxes: 5, letters: 0 });
    });

    test('anew when the view is another by then', async () => {
      await built(5);
      await tried.reopen([{ ...boxes, version: 2 }, letters]);
      expect([...(await tried.store.next.checkpoints()).keys()]).toEqual([historyName]);
      expect(await tried.store.next.parked()).toEqual([]);
    });

    test('and swaps nothing while what is read has come further', async () => {
      await tried.store.commit({ ...put('boxes', row('old')), checkpoints: [moved('boxes', 0, 6)] });
      await built(5);
      expect(await tried.store.swap(names)).toBe(false);
      expect(await tried.keys('boxes')).toEqual(['old']);
    });

    test('so that a commit that does not know of it is refused, wherever it stands', async () => {
      await built(5);
      await tried.store.swap(names);
      await expect(tried.store.commit({ ...nothing, checkpoints: [moved('boxes', 5, 6, 1)] })).rejects.toThrow(
        CheckpointMoved,
      );
      await tried.store.commit({ ...nothing, checkpoints: [moved('boxes', 5, 6, 2)] });
    });
  });
}

function preparing(tried: Tried): void {
  describe('prepares', () => {
    const filled = async () =>
      tried.store.commit({
        ...nothing,
        views: [...put('boxes', row('a')).views, ...put('letters', row('a')).views],
        history: [entry(1)],
        releases: [{ key: 'letter:a', position: 1 }],
        parked: [{ view: 'boxes', key: 'b', position: 1, error: 'broken' }],
        checkpoints: ['boxes', 'letters', historyName].map((name) => moved(name, 0, 1)),
      });
    const positions = async () =>
      Object.fromEntries([...(await tried.store.checkpoints())].map(([view, { position }]) => [view, position]));

    test.each([
      ['another version', { ...boxes, version: 2 }],
      ['another column', { ...boxes, row: { ...boxes.row, more: boxes.row.name } }],
      ['another filter', { ...boxes, filters: ['name'] }],
    ])('a view of %s to be built anew, and leaves the others as they are', async (_, changed) => {
      await filled();
      await tried.reopen([changed, letters]);
      expect(await positions()).toEqual({ [historyName]: 1, letters: 1 });
      await expect(tried.keys('boxes')).rejects.toThrow(NotBuilt);
      expect(await tried.keys('letters')).toEqual(['a']);
      expect(await tried.store.parked()).toEqual([]);
    });

    test('nothing where nothing changed', async () => {
      await filled();
      await tried.reopen();
      expect(await positions()).toEqual({ [historyName]: 1, boxes: 1, letters: 1 });
      expect(await tried.keys('boxes')).toEqual(['a']);
    });

    test('no table for a view that is no longer declared: it is built anew when it comes back', async () => {
      await filled();
      await tried.reopen([letters]);
      expect(await positions()).toEqual({ [historyName]: 1, letters: 1 });
      expect(await tried.store.parked()).toEqual([]);
      await tried.reopen();
      await expect(tried.keys('boxes')).rejects.toThrow(NotBuilt);
    });

    test('history to be built anew, releases with it, when the rule of a fact that it holds changed', async () => {
      await filled();
      await tried.reopen(sampleViews, { ...rules, BoxOpened: 'another' });
      expect(await positions()).toEqual({ boxes: 1, letters: 1 });
      await expect(tried.store.history({ mayKnow: everything, limit: 10 })).rejects.toThrow(NotBuilt);
      await expect(tried.store.releasedAt(['letter:a'])).rejects.toThrow(NotBuilt);
    });

    test('history no more for a rule of facts that it does not hold', async () => {
      await filled();
      await tried.reopen(sampleViews, { ...rules, BoxSealed: 'another', NeverHeardOf: 'new' });
      await tried.reopen(sampleViews, { ...rules, BoxSealed: 'another' });
      expect(await positions()).toEqual({ [historyName]: 1, boxes: 1, letters: 1 });
    });

    test('to forget a view, and what is built in its place', async () => {
      await filled();
      await tried.store.begin(['boxes']);
      await tried.store.forget(['boxes', historyName]);
      expect(await positions()).toEqual({ letters: 1 });
      expect(await tried.store.next.checkpoints()).toEqual(new Map());
      await tried.reopen();
      expect([await positions(), await tried.store.parked()]).toEqual([{ letters: 1 }, []]);
    });

    test.each([
      ['an amount to order by', { ...boxes, orders: ['booked'] }, /nothing filters or orders by booked, of kind money/],
      ['a filter that is no column', { ...boxes, filters: ['other'] }, /no column other/],
      ['a name that names no table', { ...boxes, name: 'Boxes!' }, /snake_case/],
    ])('no view with %s', async (_, wrong, says) => {
      await expect(tried.store.prepare([wrong])).rejects.toThrow(says);
    });

    test('no two views of one name', async () => {
      await expect(tried.store.prepare([boxes, boxes])).rejects.toThrow(/one name/);
    });
  });
}
