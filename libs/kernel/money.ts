/** An amount: a safe integer of the currency's minor units (SEK: öre) and an ISO 4217 code. Never a float. */
export interface Money {
  readonly amountMinor: number;
  readonly currency: string;
}

/** Whether `value` is an amount in exactly that form, with nothing else in it. */
export function isMoney(value: unknown): value is Money {
  if (typeof value !== 'object' || value === null || Object.keys(value).length !== 2) return false;
  const { amountMinor, currency } = value as Partial<Record<keyof Money, unknown>>;
  return Number.isSafeInteger(amountMinor) && typeof currency === 'string' && /^[A-Z]{3}$/.test(currency);
}

/** Kronor, given in öre: `kr(200_000_000)` is two million kronor. Anything but a safe integer throws a RangeError. */
export const kr = (ore: number): Money => money(ore, 'SEK');

export const zeroKr: Money = kr(0);

/** Their sum. Unlike currencies, or a sum outside the safe integers, are a broken program: RangeError. */
export const plus = (a: Money, b: Money): Money => money(a.amountMinor + inSame(a, b), a.currency);

/** What is left of `a` without `b`; it may be less than zero. Throws as `plus` does. */
export const minus = (a: Money, b: Money): Money => money(a.amountMinor - inSame(a, b), a.currency);

/** All of them together; of none, zero kronor. Throws as `plus` does. */
export const sum = (amounts: readonly Money[]): Money => (amounts.length === 0 ? zeroKr : amounts.reduce(plus));

/** Whether `a` is more than `b`, not as much. Unlike currencies throw a RangeError. */
export const isMore = (a: Money, b: Money): boolean => a.amountMinor > inSame(a, b);

/** Whether both are the same amount of the same currency; nothing is thrown. */
export const sameMoney = (a: Money, b: Money): boolean => a.amountMinor === b.amountMinor && a.currency === b.currency;

/** Whether nothing is left, in whatever currency. */
export const isZero = (amount: Money): boolean => amount.amountMinor === 0;

function money(amountMinor: number, currency: string): Money {
  if (!Number.isSafeInteger(amountMinor)) {
    throw new RangeError(`Not a safe integer of minor units: ${String(amountMinor)} ${currency}`);
  }
  return { amountMinor, currency };
}

function inSame(a: Money, b: Money): number {
  if (a.currency !== b.currency) throw new RangeError(`Unlike currencies: ${a.currency} and ${b.currency}`);
  return b.amountMinor;
}
