import { expect, test } from '@jest/globals';
import { networkOf, Rate } from './rate-limits.ts';

const admitted = (rate: Rate, key: string, now: number, requests: number): number =>
  Array.from({ length: requests }, () => rate.take(key, now)).filter((wait) => wait === 0).length;

test('ten seconds of requests go through at once, and then as many as the rate allows', () => {
  const rate = new Rate(5);
  expect(admitted(rate, 'anna', 0, 100)).toBe(50);
  expect(admitted(rate, 'anna', 1_000, 100)).toBe(5);
  expect(admitted(rate, 'anna', 60_000, 100)).toBe(50);
});

test('one who is refused is told how long to wait, and refusals cost nothing more', () => {
  const rate = new Rate(5);
  admitted(rate, 'anna', 0, 1_000);
  expect(rate.take('anna', 0)).toBe(200);
  expect(rate.take('anna', 200)).toBe(0);
});

test('what one used up, another has still', () => {
  const rate = new Rate(5);
  admitted(rate, 'anna', 0, 100);
  expect(admitted(rate, 'bo', 0, 100)).toBe(50);
});

test('what cost much counts as several', () => {
  const rate = new Rate(5);
  rate.charge('anna', 45, 0);
  expect(admitted(rate, 'anna', 0, 100)).toBe(5);
});

test('a slow rate admits one at a time', () => {
  const rate = new Rate(0.01);
  expect(admitted(rate, 'anna', 0, 10)).toBe(1);
});

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:db8::1', '2001:db8:0:0'],
  ['::1', '0:0:0:0'],
])('%s counts as %s', (address, network) => expect(networkOf(address)).toBe(network));
