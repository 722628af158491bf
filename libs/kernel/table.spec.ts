import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Table } from './table.ts';

const aKey = fc.constantFrom('a', 'b', 'c', 'd', 'e');

/** Writes `value` under `key` to one of the versions there are, so that versions branch as well as follow. */
const aWrite = fc.record({ key: aKey, value: fc.integer(), from: fc.nat() });

describe('A table', () => {
  test('is a map: every version, in whatever order they are asked, holds what a map of its own would', () => {
    fc.assert(
      fc.property(fc.array(aWrite, { maxLength: 60 }), fc.array(fc.nat(), { maxLength: 60 }), (writes, asked) => {
        const versions = [{ table: Table.of<number>(), map: new Map<string, number>() }];
        for (const { key, value, from } of writes) {
          const before = versions[from % versions.length] ?? versions[0];
          if (!before) throw new Error('there is always a first version');
          versions.push({ table: before.table.with(key, value), map: new Map(before.map).set(key, value) });
        }
        const inAnyOrder = [...asked.map((n) => versions[n % versions.length]), ...versions];
        for (const version of inAnyOrder) {
          if (!version) throw new Error('there is a version for every number');
          const { table, map } = version;
          expect(table.entries()).toEqual([...map]);
          expect(table.values()).toEqual([...map.values()]);
          expect(table.size).toBe(map.size);
          for (const key of ['a', 'b', 'c', 'd', 'e']) {
            expect(table.get(key)).toBe(map.get(key));
            expect(table.has(key)).toBe(map.has(key));
          }
        }
      }),
    );
  });

  test('starts with what it is given, and is written as an object', () => {
    const table = Table.of({ first: 1 }).with('second', 2);
    expect(JSON.stringify(table)).toBe('{"first":1,"second":2}');
  });

  test('answers from its first version after a hundred thousand writes', () => {
    const first = Table.of({ n: -1 });
    let last = first;
    for (let n = 0; n < 100_000; n++) last = last.with('n', n).with(`only at ${n % 10}`, n);
    expect(first.entries()).toEqual([['n', -1]]);
    expect(last.get('n')).toBe(99_999);
    expect(last.size).toBe(11);
  });
});
