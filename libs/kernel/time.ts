/** A moment: RFC 3339 in UTC with exactly three fractional digits and `Z`, so that text order is time order. */
export type Instant = string;

/** A calendar day in Europe/Stockholm: `YYYY-MM-DD`. */
export type Day = string;

/** Where "now" comes from. In demo mode it may stand still and be moved; everywhere else it is the real clock. */
export interface Clock {
  now(): Instant;
}

const zone = 'Europe/Stockholm';

/** Year 1000 and later: whoever counts back from a day that was let in stays within four digits. */
const dayShape = /^([1-9]\d{3})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const timeShape = /^T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;
/** The end of 9999-12-31 in Stockholm: beyond it no day can be written in four digits. */
const endOfTime: Instant = '9999-12-31T23:00:00.000Z';

/** Whether `value` is a day of the calendar, of the years 1000 to 9999, in exactly the form of `Day`. */
export function isDay(value: unknown): value is Day {
  const parts = typeof value === 'string' ? dayShape.exec(value) : null;
  if (parts === null) return false;
  const [, year, month, day] = parts;
  return Number(day) <= daysInMonth(Number(year), Number(month));
}

/** Whether `value` is a moment of such a day, in exactly the form of `Instant`. There are no leap seconds. */
export const isInstant = (value: unknown): value is Instant =>
  typeof value === 'string' && timeShape.test(value.slice(10)) && isDay(value.slice(0, 10)) && value < endOfTime;

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** Every day in UTC is two in Stockholm: its own, and from `midnight` on the `next`. */
const midnights = new Map<string, { midnight: Instant; next: Day }>();
const midnightsKept = 10_000;

/** The local day on which something happened. It is asked per command and per row: the time zone, once per day. */
export function dayOf(instant: Instant): Day {
  const day = instant.slice(0, 10);
  let known = midnights.get(day);
  if (known === undefined) {
    if (midnights.size >= midnightsKept) midnights.clear();
    const next = Temporal.PlainDate.from(day).add({ days: 1 });
    midnights.set(day, (known = { midnight: midnightOf(next), next: next.toString() }));
  }
  return instant < known.midnight ? day : known.next;
}

/** 00:00 in Stockholm, the first moment of the day. */
export const startOfDay = (day: Day): Instant => midnightOf(Temporal.PlainDate.from(day));

/** The first moment of the next local day: a *senast den* deadline is kept before it (domain 7.2). */
export const endOfDay = (day: Day): Instant => midnightOf(Temporal.PlainDate.from(day).add({ days: 1 }));

const midnightOf = (date: Temporal.PlainDate): Instant => written(date.toZonedDateTime(zone).toInstant());

/** The day `n` days later, or earlier where `n` is negative. */
export const plusDays = (day: Day, n: number): Day =>
  fourDigits(Temporal.PlainDate.from(day).add({ days: n }).toString());

/** How many days `to` lies after `from`; negative where it lies before. */
export const daysBetween = (from: Day, to: Day): number =>
  Temporal.PlainDate.from(from).until(Temporal.PlainDate.from(to)).days;

/** The day of the week, 1 (Monday) to 7 (Sunday). */
export const weekdayOf = (day: Day): number => Temporal.PlainDate.from(day).dayOfWeek;

/** The calendar year of a day. */
export const yearOf = (day: Day): number => Number(day.slice(0, 4));

/** The moment `n` whole minutes later, or earlier where `n` is negative. */
export const plusMinutes = (instant: Instant, n: number): Instant =>
  written(Temporal.Instant.from(instant).add({ minutes: n }));

/**
 * Whether `a` comes after `b`, not at the same time. Both are instants or both are days: as text one of each would
 * compare too, wrongly, so that it throws a RangeError.
 */
export function laterThan(a: Instant | Day, b: Instant | Day): boolean {
  if (a.length !== b.length) throw new RangeError(`Cannot compare a day and an instant: ${a} and ${b}`);
  return a > b;
}

/** The last of the days, or of the instants. There must be one: nothing has no last, and throws a RangeError. */
export function latest(times: readonly (Instant | Day)[]): Instant | Day {
  if (times.length === 0) throw new RangeError('Nothing has no latest time');
  return times.reduce((last, time) => (laterThan(time, last) ? time : last));
}

const written = (instant: Temporal.Instant): Instant => fourDigits(instant.toString({ fractionalSecondDigits: 3 }));

/** Years of more than four digits are written with a sign: such text would no longer be in order of time. */
function fourDigits(text: string): string {
  if (!/^\d/.test(text)) throw new RangeError(`Outside the years 0000 to 9999: ${text}`);
  return text;
}
