import { describe, expect, test } from '@jest/globals';
import { entry, everything, type Place, put, row, to, Tried } from './tried.contract.ts';
import { reading } from './reading.contract.ts';
import { CheckpointMoved, historyName, type StoredRow } from './read-store.ts';
import { boxes, letters, sampleViews } from './sample.contract.ts';
import { showing } from './showing.contract.ts';
import { nothing } from './workspace.ts';

/** What every read store does. */
export function readStoreContract(name: string, place: () => Promise<Place>): void {
  describe(name, () => {
    const tried = new Tried(place);
    keeping(tried);
    preparing(tried);
    reading(tried);
    showing(tried);
  });
}

function keeping(tried: Tried): void {
  describe('keeps', () => {
    test('every view and history from the beginning, in a new store', async () => {
      const beginning = { position: 0, event: null };
      expect(await tried.store.checkpoints()).toEqual(
        new Map([
          [historyName, beginning],
          ['boxes', beginning],
          ['letters', beginning],
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
        checkpoints: [{ name: 'boxes', from: 0, to: to(7) }],
      });
      await tried.reopen();
      expect(await tried.store.rows('boxes', { mayKnow: everything, limit: 10 })).toEqual([whole]);
      expect(await tried.store.load('boxes', ['a', 'b'])).toEqual([whole]);
      expect(await tried.store.history({ mayKnow: everything, limit: 10 })).toEqual([7]);
      expect(await tried.store.releasedAt(['year:2020', 'year:2021'])).toEqual(new Map([['year:2020', 7]]));
      expect(await tried.store.parked()).toEqual([{ view: 'letters', key: 'x', position: 6, error: 'broken' }]);
      expect((await tried.store.checkpoints()).get('boxes')).toEqual(to(7));
    });

    test('nothing of a commit whose checkpoint is elsewhere', async () => {
      await tried.store.commit({ ...put('boxes', row('a')), checkpoints: [{ name: 'boxes', from: 0, to: to(5) }] });
      const again = {
        ...put('boxes', row('b')),
        checkpoints: [
          { name: 'letters', from: 0, to: to(9) },
          { name: 'boxes', from: 0, to: to(9) },
        ],
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

function preparing(tried: Tried): void {
  describe('prepares', () => {
    const filled = async () =>
      tried.store.commit({
        ...nothing,
        views: [...put('boxes', row('a')).views, ...put('letters', row('a')).views],
        history: [entry(1)],
        releases: [{ key: 'letter:a', position: 1 }],
        parked: [{ view: 'boxes', key: 'b', position: 1, error: 'broken' }],
        checkpoints: ['boxes', 'letters', historyName].map((name) => ({ name, from: 0, to: to(1) })),
      });
    const positions = async () =>
      Object.fromEntries([...(await tried.store.checkpoints())].map(([view, { position }]) => [view, position]));

    test.each([
      ['another version', { ...boxes, version: 2 }],
      ['another column', { ...boxes, row: { ...boxes.row, more: boxes.row.name } }],
      ['another filter', { ...boxes, filters: ['name'] }],
    ])('a view of %s anew, and leaves the others as they are', async (_, changed) => {
      await filled();
      await tried.reopen([changed, letters]);
      expect(await positions()).toEqual({ [historyName]: 1, boxes: 0, letters: 1 });
      expect([await tried.keys('boxes'), await tried.keys('letters')]).toEqual([[], ['a']]);
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
      expect(await positions()).toEqual({ [historyName]: 1, boxes: 0, letters: 1 });
      expect(await tried.keys('boxes')).toEqual([]);
    });

    test('history anew, releases with it, when its version rose', async () => {
      await filled();
      await tried.reopen(sampleViews, 2);
      expect(await positions()).toEqual({ [historyName]: 0, boxes: 1, letters: 1 });
      expect(await tried.store.history({ mayKnow: everything, limit: 10 })).toEqual([]);
      expect(await tried.store.releasedAt(['letter:a'])).toEqual(new Map());
      await tried.store.commit({ ...nothing, history: [entry(1)] });
      expect(await tried.store.history({ mayKnow: everything, object: 'a', limit: 10 })).toEqual([1]);
    });

    test('to begin anew whatever is emptied', async () => {
      await filled();
      await tried.store.empty(['boxes', historyName]);
      expect(await positions()).toEqual({ [historyName]: 0, boxes: 0, letters: 1 });
      expect([await tried.keys('boxes'), await tried.store.parked()]).toEqual([[], []]);
      await tried.reopen();
      expect(await positions()).toEqual({ [historyName]: 0, boxes: 0, letters: 1 });
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
