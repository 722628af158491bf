import { expect, test } from '@jest/globals';
import { CalendarFeeds } from './calendar-feeds.ts';
import { opaqueTokens } from './opaque.ts';
import { secretOf } from './secret.ts';

const tokens = opaqueTokens(secretOf(Buffer.alloc(32, 1)));
const person = '20000000-0000-4000-8000-000000000001';
let now = Date.parse('2026-01-01T12:00:00.000Z');
const feeds = new CalendarFeeds(tokens, () => now);
const sealed = (path: string) => new URL(path, 'http://127.0.0.1').searchParams.get('feed') ?? '';

test('an address names its person and its end, to this installation alone', () => {
  const { path, until } = feeds.of(person);
  expect(path).toMatch(/^\/calendar\.ics\?feed=[\w-]+$/);
  expect(path).not.toContain(person);
  expect(until).toBe('2026-06-30T12:00:00.000Z');
  expect(feeds.open(sealed(path))).toEqual({ person, until, hasEnded: false });
  const elsewhere = new CalendarFeeds(opaqueTokens(secretOf(Buffer.alloc(32, 2))), () => now);
  expect(elsewhere.open(sealed(path))).toBeUndefined();
});

test('two addresses of one person differ, and are of one length', () => {
  const [a, b] = [feeds.of(person).path, feeds.of(person).path];
  expect(a).not.toBe(b);
  expect(a).toHaveLength(b.length);
});

test('an altered address, or another token, opens nothing', () => {
  const feed = sealed(feeds.of(person).path);
  const altered = `${feed.slice(0, -3)}${feed.at(-3) === 'A' ? 'B' : 'A'}${feed.slice(-2)}`;
  const cursor = tokens.seal('cursor', '', `2027-01-01T00:00:00.000Z ${person}`);
  for (const other of [altered, '', 'x', cursor, feed.slice(1)]) expect(feeds.open(other)).toBeUndefined();
});

test('an address ends, and says so', () => {
  const { path, until } = feeds.of(person);
  now = Date.parse(until) - 1;
  expect(feeds.open(sealed(path))?.hasEnded).toBe(false);
  now = Date.parse(until);
  expect(feeds.open(sealed(path))?.hasEnded).toBe(true);
});
