import { describe, expect, test } from '@jest/globals';
import { longestToken, opaqueTokens } from './opaque.ts';
import { secretOf } from './secret.ts';

const tokens = opaqueTokens(secretOf(Buffer.alloc(32, 1)));
const stream = 'mandate-33333333-3333-4333-8333-333333333333';

test('what was sealed comes back, also after a restart', () => {
  const restarted = opaqueTokens(secretOf(Buffer.alloc(32, 1)));
  for (const revision of [-1, 0, 1, 2 ** 32, Number.MAX_SAFE_INTEGER])
    expect(restarted.open('version', stream, tokens.seal('version', stream, revision))).toBe(revision);
  for (const text of ['', 'a', 'åäö', 'x'.repeat(30), 'x'.repeat(31), '[1,"\0"]', 'y'.repeat(3_000)])
    expect(restarted.open('cursor', 'viewer', tokens.seal('cursor', 'viewer', text))).toBe(text);
});

test('the same number is another token each time, and every number has one length', () => {
  const numbers = [-1, 0, 9, 10, 1_000_000, Number.MAX_SAFE_INTEGER];
  const lengths = (['version', 'consistency'] as const).flatMap((purpose) =>
    numbers.map((number) => tokens.seal(purpose, stream, number).length),
  );
  expect(new Set(lengths)).toEqual(new Set([48]));
  expect(tokens.seal('version', stream, 7)).not.toBe(tokens.seal('version', stream, 7));
});

test('no nonce comes twice', () => {
  const nonces = Array.from({ length: 5_000 }, () => tokens.seal('version', '', 1).slice(0, 16));
  expect(new Set(nonces).size).toBe(nonces.length);
});

test('a cursor tells the length of its text only in blocks of 32 bytes', () => {
  const length = (bytes: number) => tokens.seal('cursor', '', 'x'.repeat(bytes)).length;
  expect(length(0)).toBe(length(30));
  expect(length(31)).toBe(length(62));
  expect(length(31)).toBeGreaterThan(length(30));
});

describe('a token opens to nothing', () => {
  const token = tokens.seal('version', stream, 7);

  test('when any of its characters was changed, added or taken away', () => {
    for (let at = 0; at < token.length; at++) {
      const other = token[at] === 'A' ? 'B' : 'A';
      expect(tokens.open('version', stream, token.slice(0, at) + other + token.slice(at + 1))).toBeUndefined();
      expect(tokens.open('version', stream, token.slice(0, at))).toBeUndefined();
    }
    for (const added of [`${token}A`, `${token}=`, `${token}\n`, ` ${token}`, `${token.slice(0, 5)}%${token.slice(5)}`])
      expect(tokens.open('version', stream, added)).toBeUndefined();
  });

  test('for another purpose, another object or another installation', () => {
    expect(tokens.open('consistency', stream, token)).toBeUndefined();
    expect(tokens.open('cursor', stream, token)).toBeUndefined();
    expect(tokens.open('version', `${stream}x`, token)).toBeUndefined();
    expect(opaqueTokens(secretOf(Buffer.alloc(32, 2))).open('version', stream, token)).toBeUndefined();
    expect(tokens.open('version', stream, token)).toBe(7);
  });

  test('when it never was one', () => {
    for (const text of ['', '0', 'hello', 'A'.repeat(48), '\u0000', '💥'.repeat(20), 'A'.repeat(longestToken + 1)])
      expect(tokens.open('cursor', '', text)).toBeUndefined();
  });
});

test('the longest cursor that is given out is taken back, and a longer one is not given out', () => {
  const lengths = Array.from({ length: longestToken }, (_, length) => length);
  const longest = lengths.findLast((length) => {
    try {
      return tokens.seal('cursor', '', 'x'.repeat(length)) !== '';
    } catch (error) {
      expect(error).toBeInstanceOf(RangeError);
      return false;
    }
  });
  expect(longest).toBeGreaterThan(2_900);
  const token = tokens.seal('cursor', '', 'x'.repeat(longest ?? 0));
  expect(token.length).toBeLessThanOrEqual(longestToken);
  expect(tokens.open('cursor', '', token)).toHaveLength(longest ?? 0);
});

test('only a safe integer is sealed as a number', () => {
  for (const number of [0.5, NaN, Infinity, 2 ** 53])
    expect(() => tokens.seal('consistency', '', number)).toThrow(RangeError);
});
