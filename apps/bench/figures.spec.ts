import { expect, test } from '@jest/globals';
import { type Figure, type Figures, jsonOf, tableOf } from './figures.ts';
import type { MeasureId } from './promises.ts';

const figures = (of: Partial<Record<MeasureId, Record<number, Figure>>>): Figures =>
  new Map(
    Object.entries(of).map(([id, sizes]) => [
      id as MeasureId,
      new Map(Object.entries(sizes).map(([size, figure]) => [Number(size), figure])),
    ]),
  );

const fast = { value: 3_600.04, limit: 4_500, p99: 0.456 };
const slow = { value: 1_500, limit: 6_000, p99: 80 };

test('for programs a figure has its unit, and at each size its value, limit and p99', () => {
  expect(
    JSON.parse(jsonOf(figures({ P1: { 1000: fast }, P7: { 1000: { value: 1.25 }, 2000: { value: 2 } } }))),
  ).toEqual({
    P1: { unit: '1/s', at: { 1000: { value: 3_600.04, limit: 4_500, p99: 0.456 } } },
    P7: { unit: 's', at: { 1000: { value: 1.25 }, 2000: { value: 2 } } },
  });
});

test('for people a line holds the figure at each size, what is promised, the limit, and their ratio at the largest', () => {
  const [head, p1] = tableOf(figures({ P1: { 1000: slow, 2000: fast } })).split('\n');
  expect(head).toMatch(/^by events stored +unit +1,000 +2,000 +promised +raw limit +ratio$/);
  expect(p1).toMatch(/^P1 durable, .* 1\/s +1,500 +3,600 +≥ 3,000 +4,500 +0\.80 +50\.0 % below$/);
});

test.each<[string, MeasureId, Record<number, Figure>, RegExp]>([
  ['enough of a rate', 'P1', { 1000: fast }, / reached$/],
  ['too little of a rate at one size', 'P3', { 1000: slow, 2000: fast }, / 50\.0 % below$/],
  [
    'a rate that 99 of 100 answers wait too long for',
    'P2',
    { 1000: { value: 30_000, p99: 25.1 } },
    /p99 25\.1 ms, promised 25$/,
  ],
  ['enough of the raw limit', 'P4', { 1000: { value: 70, limit: 100 } }, /0\.7 of limit +100 +0\.70 +reached$/],
  ['too little of it', 'P4', { 1000: { value: 65, limit: 100 } }, / 0\.65 +0\.65 of limit$/],
  ['a time short enough', 'P7', { 1000: { value: 3 } }, /≤ 3 +reached$/],
  ['a time too long', 'P7', { 1000: { value: 3.3 } }, / 10\.0 % above$/],
  ['what stays flat', 'P8 warm', { 10: { value: 1 }, 1000: { value: 2 } }, /flat within 2× +reached$/],
  ['what grows', 'P8 warm', { 10: { value: 1 }, 1000: { value: 2.5 } }, /flat within 2× +2\.5×$/],
])('the verdict on %s', (_, id, sizes, line) => {
  expect(
    tableOf(figures({ [id]: sizes }))
      .split('\n')[1]
      ?.trim(),
  ).toMatch(line);
});

test('where nothing is promised of a figure, there is no verdict', () => {
  const nothing = { says: 'reading', unit: '1/s', bound: {}, by: 'events stored' } as const;
  const [, line] = tableOf(figures({ P1: { 1000: fast } }), { P1: nothing }).split('\n');
  expect(line).toMatch(/^P1 reading +1\/s +3,600 +4,500 +0\.80$/);
});

test('what grows with the stream stands in a table of its own', () => {
  const text = tableOf(figures({ P7: { 1000: { value: 1 } }, 'P8 warm': { 10: { value: 1 } } }));
  expect(text).toMatch(/^by events stored .*\nP7 .*\n\nby events in the stream .*\nP8 warm .*$/);
});

test('below the table stand limit, peers and p99', () => {
  const text = tableOf(figures({ P1: { 1000: fast, 2000: slow }, P3: { 1000: slow } }));
  expect(text).toContain('\nP1 raw limit: raw SQLite');
  expect(text).toContain('\nP1 peers on such a machine: EventStoreDB 368');
  expect(text).toContain('\nP1 p99 in ms: 0.5 at 1,000, 80.0 at 2,000.');
  expect(text).not.toContain('P3 peers');
});
