import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { bytesOf, KnownIds, StreamIds } from './stream-ids.ts';

const someIds = (count: number): Buffer[] => Array.from({ length: count }, () => bytesOf(randomUUID()));

const holding = (ids: readonly Buffer[]): StreamIds => {
  const known = new StreamIds();
  for (const [revision, id] of ids.entries()) known.add(revision, id);
  return known;
};

describe('the ids of a stream', () => {
  test('are found by revision, and no others, however many they are and however alike', () => {
    const alike = someIds(300).map((id) => Buffer.concat([Buffer.from([1, 2, 3, 4]), id.subarray(4)]));
    const ids = [...someIds(5_000), ...alike];
    const known = holding(ids);
    expect(ids.map((id) => known.revisionOf(id))).toEqual(ids.map((_, revision) => revision));
    for (const other of [...someIds(1_000), Buffer.concat([Buffer.from([1, 2, 3, 4]), Buffer.alloc(12)])])
      expect(known.revisionOf(other)).toBeUndefined();
    expect(known.between(256, 512)).toEqual(Buffer.concat(ids.slice(256, 512)));
  });

  test('are taken once each, in order', () => {
    const [first, second, third] = someIds(3) as [Buffer, Buffer, Buffer];
    const known = holding([first, second]);
    known.add(0, third);
    expect(known.revisionOf(third)).toBeUndefined();
    expect(() => known.add(3, third)).toThrow(RangeError);
    expect(known.count).toBe(2);
  });
});

describe('what is known of streams', () => {
  test('is let go when there are too many streams: those first that were not used for longest', () => {
    const known = new KnownIds(2);
    for (const stream of ['a', 'b']) known.keep(stream, holding(someIds(1)));
    known.get('a');
    known.keep('c', holding(someIds(1)));
    expect(['a', 'b', 'c'].map((stream) => known.get(stream)?.count)).toEqual([1, undefined, 1]);
  });

  test('is let go when there are too many ids, but never the stream that was used last', () => {
    const known = new KnownIds(100, 10);
    const growing = holding(someIds(1));
    known.keep('growing', growing);
    for (const stream of ['a', 'b', 'c']) known.keep(stream, holding(someIds(3)));
    expect(known.get('a')?.count).toBe(3);
    for (const [index, id] of someIds(20).entries()) growing.add(index + 1, id);
    known.keep('growing', growing);
    expect(['a', 'b', 'c', 'growing'].map((stream) => known.get(stream)?.count)).toEqual([
      undefined,
      undefined,
      undefined,
      21,
    ]);
  });
});
