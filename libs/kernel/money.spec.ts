import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isMoney, isMore, isZero, kr, minus, type Money, plus, sameMoney, sum, zeroKr } from './money.ts';

const anAmount = fc.integer({ min: -1_000_000_000_000, max: 1_000_000_000_000 }).map(kr);
const euro: Money = { amountMinor: 100, currency: 'EUR' };
const most = kr(Number.MAX_SAFE_INTEGER);

describe('Money', () => {
  test('kronor are given in öre', () => {
    expect(kr(200_000_000)).toEqual({ amountMinor: 200_000_000, currency: 'SEK' });
  });

  test('the books of the two years balance to the öre (domain 7.11 no. 2)', () => {
    const used = sum([kr(100_000_000), kr(64_000_050), kr(190_000_000)]);
    const repaid = sum([kr(35_999_950), kr(10_000_000)]);
    expect(used).toEqual(kr(354_000_050));
    expect(plus(used, repaid)).toEqual(kr(400_000_000));
    expect(isZero(minus(kr(400_000_000), plus(used, repaid)))).toBe(true);
  });

  test('the sum of nothing is zero kronor', () => {
    expect(sum([])).toEqual(zeroKr);
  });

  test('the sum of one currency stays in it', () => {
    expect(sum([euro, euro])).toEqual({ amountMinor: 200, currency: 'EUR' });
  });

  test('more is more, and as much is not', () => {
    expect(isMore(kr(200_000_001), kr(200_000_000))).toBe(true);
    expect(isMore(kr(200_000_000), kr(200_000_000))).toBe(false);
    expect(isMore(zeroKr, kr(-1))).toBe(true);
  });

  test('the same amount in two currencies is not the same money', () => {
    expect(sameMoney(kr(100), euro)).toBe(false);
    expect(sameMoney(kr(100), kr(100))).toBe(true);
    expect(sameMoney(kr(100), kr(99))).toBe(false);
  });

  test('unlike currencies are never reckoned together', () => {
    for (const reckoning of [plus, minus, isMore]) {
      expect(() => reckoning(kr(1), euro)).toThrow(new RangeError('Unlike currencies: SEK and EUR'));
    }
    expect(() => sum([kr(1), kr(2), euro])).toThrow(RangeError);
  });

  test('no amount leaves the safe integers, or is anything but an integer', () => {
    expect(() => plus(most, kr(1))).toThrow('Not a safe integer of minor units');
    expect(() => minus(minus(zeroKr, most), kr(1))).toThrow(RangeError);
    for (const amount of [0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])
      expect(() => kr(amount)).toThrow(RangeError);
    expect(plus(most, zeroKr)).toEqual(most);
  });
});

describe('What is money', () => {
  test.each([kr(0), kr(-1), euro, most])('%j is', (value) => {
    expect(isMoney(value)).toBe(true);
  });

  test.each([
    ...[null, undefined, 5, '5', [], {}, { amountMinor: 5 }, { currency: 'SEK' }],
    ...[
      { amountMinor: '5', currency: 'SEK' },
      { amountMinor: 0.5, currency: 'SEK' },
      { amountMinor: 5, currency: 'sek' },
    ],
    ...[
      { amountMinor: 2 ** 53, currency: 'SEK' },
      { amountMinor: 5, currency: 'SEK\n' },
      { amountMinor: 5, currency: 752 },
    ],
    ...[
      { amountMinor: 5, currency: 'SEK', extra: 1 },
      { amountMinor: 5, value: 'SEK' },
    ],
  ])('%j is not', (value) => {
    expect(isMoney(value)).toBe(false);
  });
});

describe('However amounts are put together', () => {
  test('grouping and order change nothing, and what comes out is money', () => {
    fc.assert(
      fc.property(fc.array(anAmount, { maxLength: 50 }), fc.nat(50), (amounts, cut) => {
        const inTwoParts = plus(sum(amounts.slice(0, cut)), sum(amounts.slice(cut)));
        expect(inTwoParts).toEqual(sum(amounts));
        expect(sum(amounts.toReversed())).toEqual(sum(amounts));
        expect(BigInt(sum(amounts).amountMinor)).toBe(
          amounts.reduce((total, { amountMinor }) => total + BigInt(amountMinor), 0n),
        );
        expect(isMoney(sum(amounts))).toBe(true);
      }),
    );
  });

  test('what was added can be taken away again', () => {
    fc.assert(fc.property(anAmount, anAmount, (a, b) => sameMoney(minus(plus(a, b), b), a)));
  });

  test('of two amounts one is more, or they are the same', () => {
    fc.assert(
      fc.property(anAmount, anAmount, (a, b) => {
        expect([isMore(a, b), isMore(b, a), sameMoney(a, b)].filter(Boolean)).toHaveLength(1);
      }),
    );
  });
});
