import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type Day,
  dayOf,
  daysBetween,
  endOfDay,
  type Instant,
  isDay,
  isInstant,
  laterThan,
  latest,
  plusDays,
  plusMinutes,
  startOfDay,
  weekdayOf,
  yearOf,
} from './time.ts';

const anInstant = fc
  .date({ min: new Date('1980-01-01'), max: new Date('2060-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString());
const aDay = anInstant.map((instant) => instant.slice(0, 10));

describe('What is a day', () => {
  test.each(['2017-01-02', '2020-02-29', '2000-02-29', '2018-12-31', '1000-01-01', '9999-12-31'])('%s is', (text) => {
    expect(isDay(text)).toBe(true);
  });

  test.each([
    ...['2019-02-29', '1900-02-29', '2018-04-31', '2018-13-01', '2018-00-10', '2018-01-00', '2018-01-32'],
    ...['0999-12-31', '18-01-01', '2018-1-1', '20180101', '2018-01-01 ', ' 2018-01-01', '2018-01-01\n', '+02018-01-01'],
    ...['2018-01-01T00:00:00.000Z', '٢٠١٨-01-01', '', null, undefined, 20180101, ['2018-01-01']],
  ])('%j is not', (value) => {
    expect(isDay(value)).toBe(false);
  });

  test('every day that the calendar counts is one, and no other day of its months', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: 9999 }), fc.nat(13), fc.nat(32), (year, month, day) => {
        const text = `${String(year)}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
        const date = new Date(Date.UTC(year, month - 1, day));
        expect(isDay(text)).toBe(date.toISOString().startsWith(text));
      }),
    );
  });
});

describe('What is an instant', () => {
  test.each(['2017-01-02T08:00:00.000Z', '2018-04-27T21:59:59.999Z', '9999-12-31T22:59:59.999Z'])('%s is', (text) => {
    expect(isInstant(text)).toBe(true);
  });

  test.each([
    ...['2017-01-02T08:00:00Z', '2017-01-02T08:00:00.00Z', '2017-01-02T08:00:00.0000Z', '2017-01-02T08:00:00,000Z'],
    ...['2017-01-02T08:00:00.000+00:00', '2017-01-02T08:00:00.000z', '2017-01-02t08:00:00.000Z', '2017-01-02'],
    ...['2017-01-02T24:00:00.000Z', '2017-01-02T08:60:00.000Z', '2016-12-31T23:59:60.000Z', '2017-02-29T08:00:00.000Z'],
    ...['2017-01-02 08:00:00.000Z', '2017-01-02T08:00:00.000Z\n', '9999-12-31T23:00:00.000Z', '', null, 0, new Date(0)],
  ])('%j is not', (value) => {
    expect(isInstant(value)).toBe(false);
  });

  test('what the platform writes of any moment is one', () => {
    fc.assert(fc.property(anInstant, (instant) => isInstant(instant)));
  });
});

describe('Local days', () => {
  test.each<[Day, Instant]>([
    ['2017-10-31', '2017-10-31T23:00:00.000Z'],
    ['2017-11-20', '2017-11-20T23:00:00.000Z'],
    ['2017-12-01', '2017-12-01T23:00:00.000Z'],
    ['2018-03-27', '2018-03-27T22:00:00.000Z'],
    ['2018-04-27', '2018-04-27T22:00:00.000Z'],
    ['2018-12-01', '2018-12-01T23:00:00.000Z'],
    ['2019-03-30', '2019-03-30T23:00:00.000Z'],
    ['2019-03-31', '2019-03-31T22:00:00.000Z'],
    ['9999-12-31', '9999-12-31T23:00:00.000Z'],
  ])('%s ends at %s, which belongs to the next', (day, end) => {
    expect(endOfDay(day)).toBe(end);
    expect(dayOf(plusMinutes(end, -1))).toBe(day);
  });

  test.each([
    ['the reminder 30 days before 2017-12-01', -30, '2017-12-01', '2017-10-31T23:00:00.000Z'],
    ['the reminder 1 day before 2017-12-01', -1, '2017-12-01', '2017-11-29T23:00:00.000Z'],
    ['the reminder 30 days before 2018-04-27', -30, '2018-04-27', '2018-03-27T22:00:00.000Z'],
    ['the reminder 10 days before 2018-04-27', -10, '2018-04-27', '2018-04-16T22:00:00.000Z'],
    ['the reminder 3 days before 2018-04-27', -3, '2018-04-27', '2018-04-23T22:00:00.000Z'],
    ['the reminder 30 days before 2019-03-29', -30, '2019-03-29', '2019-02-26T23:00:00.000Z'],
  ])('%s comes at local midnight', (_, days, deadline, at) => {
    expect(startOfDay(plusDays(deadline, days))).toBe(at);
  });

  test('23:59 in Stockholm is the day itself and 00:01 the next (domain 7.11 no. 3)', () => {
    expect(dayOf('2018-04-27T21:59:00.000Z')).toBe('2018-04-27');
    expect(dayOf('2018-04-27T21:59:59.999Z')).toBe('2018-04-27');
    expect(dayOf('2018-04-27T22:00:00.000Z')).toBe('2018-04-28');
    expect(dayOf('2018-04-27T22:01:00.000Z')).toBe('2018-04-28');
    expect(dayOf('2018-12-31T22:59:59.999Z')).toBe('2018-12-31');
    expect(dayOf('2018-12-31T23:00:00.000Z')).toBe('2019-01-01');
  });

  test('the day on which the clocks go forward has 23 hours, the day on which they go back 25', () => {
    const hours = (day: Day) => (Date.parse(endOfDay(day)) - Date.parse(startOfDay(day))) / 3_600_000;
    expect(['2018-03-24', '2018-03-25', '2018-10-27', '2018-10-28'].map(hours)).toEqual([24, 23, 24, 25]);
  });

  test('a moment lies within its local day, whatever was asked before', () => {
    fc.assert(
      fc.property(anInstant, (instant) => {
        const day = dayOf(instant);
        expect(startOfDay(day) <= instant && instant < endOfDay(day)).toBe(true);
        expect(dayOf(instant)).toBe(day);
      }),
    );
  });

  test('more days than are remembered are answered as well as the first', () => {
    const first = '2000-01-01T23:30:00.000Z';
    expect(dayOf(first)).toBe('2000-01-02');
    for (let n = 0; n <= 10_000; n++) dayOf(`${plusDays('2001-01-01', n)}T12:00:00.000Z`);
    expect(dayOf(first)).toBe('2000-01-02');
  });

  test('the last moments of the last year still have a day', () => {
    expect(dayOf('9999-12-31T22:59:59.999Z')).toBe('9999-12-31');
  });
});

describe('Counting', () => {
  test('days are counted by the calendar, over leap days and clock changes', () => {
    expect(plusDays('2020-02-28', 2)).toBe('2020-03-01');
    expect(plusDays('2019-04-01', -2)).toBe('2019-03-30');
    expect(daysBetween('2017-01-01', '2019-01-01')).toBe(730);
    expect(daysBetween('2018-03-26', '2018-03-24')).toBe(-2);
  });

  test('as many days lie between two days as were added', () => {
    fc.assert(
      fc.property(aDay, fc.integer({ min: -4_000, max: 4_000 }), (day, n) => {
        const other = plusDays(day, n);
        expect(isDay(other)).toBe(true);
        expect(daysBetween(day, other)).toBe(n);
        expect(laterThan(other, day)).toBe(n > 0);
        expect(weekdayOf(other)).toBe(new Date(other).getUTCDay() || 7);
      }),
    );
  });

  test('minutes are counted in time, not on the wall', () => {
    expect(plusMinutes('2018-03-25T00:59:30.123Z', 1)).toBe('2018-03-25T01:00:30.123Z');
    expect(plusMinutes('2017-01-01T00:00:00.000Z', -5)).toBe('2016-12-31T23:55:00.000Z');
    fc.assert(
      fc.property(anInstant, fc.integer({ min: -100_000, max: 100_000 }), (instant, n) => {
        expect(plusMinutes(instant, n)).toBe(new Date(Date.parse(instant) + n * 60_000).toISOString());
      }),
    );
  });

  test('the year of a day', () => {
    expect(yearOf('2017-12-31')).toBe(2017);
  });

  test('what has no text of four digits for its year is not written at all', () => {
    expect(() => plusDays('9999-12-31', 1)).toThrow(RangeError);
    expect(() => plusMinutes('9999-12-31T22:59:59.999Z', 60 * 24)).toThrow(RangeError);
  });
});

describe('Order', () => {
  test('later is later, and the same is not', () => {
    expect(laterThan('2018-12-02', '2018-12-01')).toBe(true);
    expect(laterThan('2018-12-01', '2018-12-01')).toBe(false);
    expect(laterThan('2018-12-01T23:00:00.000Z', '2018-12-01T22:59:59.999Z')).toBe(true);
  });

  test('a day and an instant cannot be compared', () => {
    expect(() => laterThan('2018-12-01T10:00:00.000Z', '2018-12-01')).toThrow('Cannot compare a day and an instant');
  });

  test('the latest of many, and of none nothing', () => {
    expect(latest(['2018-12-01', '2019-01-01', '2018-12-31'])).toBe('2019-01-01');
    expect(() => latest([])).toThrow(RangeError);
  });
});
