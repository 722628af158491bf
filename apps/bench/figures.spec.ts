import { expect, test } from '@jest/globals';
import { jsonOf, tableOf } from './figures.ts';

const fast = { value: 3_600.04, limit: 4_500, p99: 0.456 };
const slow = { value: 1_500, limit: 6_000, p99: 80, notes: ['memory of the server: 200 MiB.'] };

test('for programs a figure has its value, unit and limit, and p99 where answers were timed', () => {
  expect(JSON.parse(jsonOf({ P1: fast, P5: { value: 40_000, limit: 200_000 } }))).toEqual({
    P1: { value: 3_600, unit: '1/s', limit: 4_500, p99: 0.5 },
    P5: { value: 40_000, unit: '1/s', limit: 200_000 },
  });
});

test('for people a line holds the figure, what is promised, the limit, and their ratio', () => {
  const [, p1] = tableOf({ P1: fast }).split('\n');
  expect(p1).toMatch(/^P1 durable, .* 3,600 +1\/s +3,000 +4,500 +0\.80 +reached$/);
});

test('it is said by how much a promise is missed', () => {
  const [, p3] = tableOf({ P3: slow }).split('\n');
  expect(p3).toMatch(/^P3 .* 1,500 .* 0\.25 +50\.0 % below$/);
});

test('a promise that 99 of 100 answers break is missed, however high the rate', () => {
  const [, p2] = tableOf({ P2: { value: 30_000, limit: 60_000, p99: 25.1 } }).split('\n');
  expect(p2).toMatch(/p99 25\.1 ms, promised 25$/);
});

test('columns stand below each other', () => {
  const [head, ...lines] = tableOf({ P1: fast, P3: slow }).split('\n');
  const end = (head ?? '').indexOf('value') + 'value'.length;
  expect(lines.slice(0, 2).map((line) => line.slice(end - 5, end))).toEqual(['3,600', '1,500']);
});

test('below the table stand limit, peers, p99 and what else was seen', () => {
  const text = tableOf({ P1: fast, P3: slow });
  expect(text).toContain('\nP1 raw limit: raw SQLite');
  expect(text).toContain('\nP1 peers on such a machine: EventStoreDB 368');
  expect(text).toContain('\nP3 p99: 80.0 ms.');
  expect(text).toContain('\nP3 memory of the server: 200 MiB.');
  expect(text).not.toContain('P3 peers');
});
