import { expect, test } from '@jest/globals';
import { inTurns, p99Of } from './rounds.ts';

const progress = { show: () => undefined };

test('what is measured and its limit take turns, and the first turn does not count', async () => {
  const turns: string[] = [];
  const measure = (name: string) => async (round: number) => {
    turns.push(`${name}${round}`);
    return round === 0 ? 1_000_000 : round * 10;
  };
  const rates = await inTurns({ progress }, 'measuring', measure('a'), measure('b'));
  expect(turns.slice(0, 4)).toEqual(['a0', 'b0', 'a1', 'b1']);
  expect(rates).toEqual({ value: 30, limit: 30 });
});

test('the middle round counts, not the mean of them', async () => {
  const values = [0, 5, 1_000, 4, 6, 3];
  const limits = [0, 9, 9, 9, 9, 1];
  const rates = await inTurns(
    { progress },
    'measuring',
    async (round) => values[round] ?? 0,
    (round) => limits[round] ?? 0,
  );
  expect(rates).toEqual({ value: 5, limit: 9 });
});

test('99 of 100 do not exceed p99, whatever order they came in', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(p99Of(hundred)).toBe(99);
  expect(p99Of([7])).toBe(7);
});
