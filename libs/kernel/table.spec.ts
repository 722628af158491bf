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

  test('over entries kept elsewhere is the same map, and reads of them only what is asked for', () => {
    const someWrites = fc.array(fc.record({ key: aKey, value: fc.integer() }), { maxLength: 20 });
    fc.assert(
      fc.property(someWrites, someWrites, (before, after) => {
        const kept = new Map(before.map(({ key, value }) => [key, value]));
        const versions = [Table.over(kept)];
        const maps = [new Map(kept)];
        for (const { key, value } of after) {
          versions.push((versions.at(-1) ?? Table.of()).with(key, value));
          maps.push(new Map(maps.at(-1)).set(key, value));
        }
        for (const [i, version] of [...versions.entries()].reverse()) {
          expect(version.entries()).toEqual([...(maps[i] ?? [])]);
          expect(version.size).toBe(maps[i]?.size);
        }
        expect(kept).toEqual(new Map(before.map(({ key, value }) => [key, value])));
      }),
    );
    const asked: string[] = [];
    const entries = () => {
      throw new Error('nobody asked for all');
    };
    const far = Table.over<number>({ size: 1_000_000, get: (key) => (asked.push(key), undefined), entries });
    expect(far.with('new', 1).get('other')).toBeUndefined();
    expect(asked).toEqual(['new', 'new', 'other']);
  });

  test('tells what changed since an older version: written over that one, it gives this one, in the same order', () => {
    fc.assert(
      fc.property(fc.array(aWrite, { maxLength: 40 }), fc.nat(), fc.boolean(), (writes, nth, kept) => {
        const versions = [kept ? Table.over(new Map([['c', 0]])) : Table.of<number>()];
        for (const { key, value } of writes) versions.push((versions.at(-1) ?? Table.of()).with(key, value));
        const older = versions[nth % versions.length] ?? Table.of<number>();
        const newer = versions.at(-1) ?? Table.of<number>();
        const changes = newer.since(older) ?? [];
        const entries = older.entries();
        for (const { key, value, place } of changes) {
          if (place === undefined) expect(older.has(key)).toBe(true);
          else expect(place).toBe(entries.length);
          entries.splice(place ?? entries.findIndex(([one]) => one === key), place === undefined ? 1 : 0, [key, value]);
        }
        expect(entries).toEqual(newer.entries());
      }),
    );
  });

  test('tells of no changes since a version that it did not come from, unless that one was empty', () => {
    const table = Table.of({ a: 1 }).with('b', 2);
    expect(table.since(Table.of({ a: 1 }))).toBeUndefined();
    expect(table.since(Table.of())).toEqual([
      { key: 'a', value: 1, place: 0 },
      { key: 'b', value: 2, place: 1 },
    ]);
  });

  test('that begins with an empty one is no version of what else began with it', () => {
    const empty = Table.of<number>();
    const [one, other] = [empty.with('a', 1), empty.with('b', 2)];
    expect(one.since(other)).toBeUndefined();
    expect([empty, one, other].map((table) => table.entries())).toEqual([[], [['a', 1]], [['b', 2]]]);
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
