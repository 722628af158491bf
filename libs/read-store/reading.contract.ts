import { beforeEach, describe, expect, test } from '@jest/globals';
import { entry, everything, put, row, type Tried } from './tried.contract.ts';
import { placeOf, type RowsWanted } from './read-store.ts';
import { nothing } from './workspace.ts';

/** Rows and history in order, filtered and page by page, whoever asks. */
export function reading(tried: Tried): void {
  describe('gives rows', () => {
    beforeEach(() =>
      tried.store.commit(
        put(
          'boxes',
          row('a', { name: 'Ärende', size: 3 }),
          row('b', { name: 'alfa', kind: 'WOOD', sealed: true }),
          row('c', { name: 'Zebra', kind: 'WOOD', size: 3 }),
          row('d', { name: 'alfa', size: 0 }),
          row('e', { name: '𝔸', sealed: true, size: -2 }),
        ),
      ),
    );

    test.each<[string, Partial<RowsWanted>, string]>([
      ['by key', {}, 'a b c d e'],
      ['by key from the end', { order: { by: 'boxId', descending: true } }, 'e d c b a'],
      ['no more than the limit', { limit: 2 }, 'a b'],
      ['of some keys', { keys: ['d', 'nothing', 'a'] }, 'a d'],
      ['of no keys', { keys: [] }, ''],
      ['with a value', { filter: { kind: 'WOOD' } }, 'b c'],
      ['with several values', { filter: { kind: 'TIN', sealed: true } }, 'e'],
      ['with one of some values', { filter: { size: [0, -2, 77] } }, 'd e'],
      ['with no value at all', { filter: { size: [] } }, ''],
      ['in which a value is absent', { filter: { size: null } }, 'b'],
      ['of keys and of a filter on the key', { keys: ['a', 'b'], filter: { boxId: ['b', 'c'] } }, 'b'],
      ['by text, in order of code points, equals by key', { order: { by: 'name' } }, 'c b d a e'],
      ['by text from the end', { order: { by: 'name', descending: true } }, 'e a d b c'],
      ['by number, what is absent first', { order: { by: 'size' } }, 'b e d a c'],
      ['by number from the end', { order: { by: 'size', descending: true } }, 'c a d e b'],
    ])('%s', async (_, wanted, expected) => {
      expect((await tried.keys('boxes', wanted)).join(' ')).toBe(expected);
    });

    test.each<[string, RowsWanted['order']]>([
      ['by key', undefined],
      ['by name', { by: 'name' }],
      ['by name from the end', { by: 'name', descending: true }],
      ['by size', { by: 'size' }],
      ['by size from the end', { by: 'size', descending: true }],
    ])('page by page %s, each once, whatever comes or goes elsewhere', async (_, order) => {
      const wanted = { mayKnow: everything, limit: 2, ...(order && { order }) };
      const inOrder = await tried.keys('boxes', { ...wanted, limit: 100 });
      const seen: string[] = [];
      for (let page = await tried.store.rows('boxes', wanted); page.length > 0;) {
        seen.push(...page.map(({ key }) => key));
        const last = page.at(-1);
        if (!last) break;
        // the last row of the page goes, and another comes at the first place
        const early = row('A', { name: ' ', size: -99 });
        const late = row('~', { name: '\u{10FFFF}', size: 98 });
        const came = order?.descending ? late : early;
        await tried.store.commit({
          ...nothing,
          views: [{ view: 'boxes', rows: [{ ...came, moved: true }], gone: [last.key] }],
        });
        page = await tried.store.rows('boxes', { ...wanted, after: placeOf(last, order) });
      }
      expect(seen).toEqual(inOrder);
    });

    test('of no filter, order or view that was not declared', async () => {
      await expect(tried.keys('boxes', { filter: { name: 'alfa' } })).rejects.toThrow(/not filtered by name/);
      await expect(tried.keys('boxes', { order: { by: 'kind' } })).rejects.toThrow(/not ordered by kind/);
      await expect(tried.keys('others')).rejects.toThrow(/no view others/);
      await expect(tried.keys('boxes', { filter: { size: 'big' } })).rejects.toThrow(/size holds string/);
    });
  });

  describe('gives history', () => {
    beforeEach(() =>
      tried.store.commit({
        ...nothing,
        history: [
          entry(3, { objects: ['a', 'b'] }),
          entry(4, { type: 'BoxRenamed' }),
          entry(8, { objects: ['b'] }),
          entry(9, { type: 'BoxRemoved' }),
        ],
      }),
    );

    test.each([
      ['in order', {}, [3, 4, 8, 9]],
      ['newest first', { backwards: true }, [9, 8, 4, 3]],
      ['no more than the limit', { limit: 1 }, [3]],
      ['behind a position', { after: 4 }, [8, 9]],
      ['before a position, newest first', { after: 8, backwards: true }, [4, 3]],
      ['of an object', { object: 'a' }, [3, 4, 9]],
      ['of an object behind a position, newest first', { object: 'a', after: 9, backwards: true }, [4, 3]],
      ['of an object that nothing concerns', { object: 'x' }, []],
      ['of some types', { types: ['BoxRenamed', 'BoxRemoved', 'Other'] }, [4, 9]],
      ['of no types', { types: [] }, []],
      ['of some ids', { ids: ['event 8', 'event 3', 'other'] }, [3, 8]],
      ['of no ids', { ids: [] }, []],
      ['of an id and an object', { ids: ['event 3', 'event 8'], object: 'a' }, [3]],
      ['of an object and a type', { object: 'a', types: ['BoxOpened'] }, [3]],
    ])('%s', async (_, wanted, expected) => {
      expect(await tried.store.history({ mayKnow: everything, limit: 100, ...wanted })).toEqual(expected);
    });
  });
}
