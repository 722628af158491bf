import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  easterSunday,
  euTime,
  isPublicHoliday,
  minDeadline,
  safeDeadline,
  standstill,
  statutorySwedishTime,
} from './calendar.ts';
import { type Day, daysBetween, endOfDay, plusDays, weekdayOf } from './time.ts';

const aDay = fc.nat(60 * 365).map((n) => plusDays('2005-01-01', n));
const electronically = (...days: Day[]) => days.map((on) => ({ on, electronically: true }));
const byPost = (...days: Day[]) => days.map((on) => ({ on, electronically: false }));

describe('Public holidays', () => {
  test.each(['2016-03-27', '2017-04-16', '2018-04-01', '2019-04-21', '2020-04-12', '2024-03-31', '2038-04-25'])(
    'Easter Sunday is %s',
    (day) => {
      expect(easterSunday(Number(day.slice(0, 4)))).toBe(day);
    },
  );

  test('the earliest and the latest Easter there can be', () => {
    expect(easterSunday(1818)).toBe('1818-03-22');
    expect(easterSunday(2285)).toBe('2285-03-22');
    expect(easterSunday(1943)).toBe('1943-04-25');
    fc.assert(
      fc.property(fc.integer({ min: 1583, max: 4000 }), (year) => {
        const easter = easterSunday(year);
        expect(weekdayOf(easter)).toBe(7);
        expect(easter.slice(5) >= '03-22' && easter.slice(5) <= '04-25').toBe(true);
      }),
    );
  });

  test('all those of 2018', () => {
    const days = Array.from({ length: 365 }, (_, n) => plusDays('2018-01-01', n));
    expect(days.filter(isPublicHoliday)).toEqual([
      ...['2018-01-01', '2018-01-06', '2018-03-30', '2018-04-01', '2018-04-02', '2018-05-01', '2018-05-10'],
      ...['2018-05-20', '2018-06-06', '2018-06-23', '2018-11-03', '2018-12-25', '2018-12-26'],
    ]);
  });

  test('midsommardagen and alla helgons dag are the Saturdays of their weeks, and no other Saturdays', () => {
    const saturdays = ['2020-06-13', '2020-06-20', '2020-06-27', '2021-06-19', '2021-06-26', '2021-07-03'];
    expect(saturdays.filter(isPublicHoliday)).toEqual(['2020-06-20', '2021-06-26']);
    const inAutumn = ['2020-10-24', '2020-10-31', '2020-11-07', '2021-10-30', '2021-11-06', '2021-11-13'];
    expect(inAutumn.filter(isPublicHoliday)).toEqual(['2020-10-31', '2021-11-06']);
  });

  test('midsommarafton is the Friday before, and no other Friday', () => {
    const fridays = ['2020-06-12', '2020-06-19', '2020-06-26', '2021-06-18', '2021-06-25', '2021-07-02'];
    expect(fridays.filter((day) => !statutorySwedishTime.mayEnd(day))).toEqual(['2020-06-19', '2021-06-25']);
  });

  test.each(['2018-01-05', '2018-03-29', '2018-04-30', '2018-11-02', '2018-05-21'])(
    'a period may end on %s: an eve or a Monday that the acts do not name',
    (day) => {
      expect(statutorySwedishTime.mayEnd(day)).toBe(true);
    },
  );
});

describe('Two calendars', () => {
  test('they differ on the three eves only', () => {
    const days = Array.from({ length: 365 * 4 + 1 }, (_, n) => plusDays('2017-01-01', n));
    const apart = days.filter((day) => euTime.mayEnd(day) !== statutorySwedishTime.mayEnd(day));
    expect(apart).toEqual([
      ...['2017-06-23', '2018-06-22', '2018-12-24', '2018-12-31', '2019-06-21', '2019-12-24', '2019-12-31'],
      ...['2020-06-19', '2020-12-24', '2020-12-31'],
    ]);
    expect(apart.every((day) => euTime.mayEnd(day))).toBe(true);
  });

  test.each([
    ['EU time', euTime],
    ['statutory Swedish time', statutorySwedishTime],
  ])(
    'in %s the nearest day forwards and backwards is one on which a period may end, with none between',
    (_, calendar) => {
      fc.assert(
        fc.property(aDay, (day) => {
          const next = calendar.nextDayThatMayEnd(day);
          const last = calendar.lastDayOnOrBefore(day);
          const between = Array.from({ length: daysBetween(last, next) + 1 }, (_, n) => plusDays(last, n));
          expect(last <= day && day <= next).toBe(true);
          expect(between.filter((day) => calendar.mayEnd(day))).toEqual(last === next ? [day] : [last, next]);
          expect(daysBetween(last, next)).toBeLessThanOrEqual(6);
        }),
      );
    },
  );
});

describe('A minimum time limit runs in EU time (domain 2.5)', () => {
  test.each([
    ['2018-01-15', '2018-02-14', '2018-02-14'],
    ['2018-01-18', '2018-02-19', '2018-02-19'],
    ['2018-05-23', '2018-06-22', '2018-06-25'],
    ['2018-11-24', '2018-12-24', '2018-12-27'],
    ['2018-12-01', '2018-12-31', '2019-01-02'],
    ['2018-02-28', '2018-04-03', '2018-04-03'],
    ['2018-05-07', '2018-06-07', '2018-06-07'],
    ['2017-11-24', '2017-12-27', '2017-12-27'],
  ])('thirty days from %s end on %s; in statutory Swedish time on %s', (sent, eu, swedish) => {
    expect(minDeadline(sent, 30)).toBe(eu);
    expect(statutorySwedishTime.nextDayThatMayEnd(plusDays(sent, 30))).toBe(swedish);
  });

  test('it runs to the end of the day in Stockholm', () => {
    expect(endOfDay(minDeadline('2018-01-18', 30))).toBe('2018-02-19T23:00:00.000Z');
  });
});

describe('A safe deadline is never after the hard one', () => {
  test.each([
    ['2017-12-01', '2017-12-01'],
    ['2018-12-01', '2018-11-30'],
    ['2019-03-31', '2019-03-29'],
    ['2018-04-27', '2018-04-27'],
    ['2018-12-24', '2018-12-21'],
    ['2018-12-26', '2018-12-21'],
  ])('for %s it is %s', (hard, safe) => {
    expect(safeDeadline(hard)).toBe(safe);
  });
});

describe('Standstill (domain 2.8)', () => {
  test.each([
    ['2019-04-01', '2019-04-11', '2019-04-12'],
    ['2019-04-18', '2019-04-29', '2019-04-30'],
    ['2018-06-12', '2018-06-25', '2018-06-26'],
    ['2017-12-13', '2017-12-27', '2017-12-28'],
    ['2018-12-21', '2019-01-02', '2019-01-03'],
    ['2018-03-20', '2018-04-03', '2018-04-04'],
    ['2018-05-27', '2018-06-07', '2018-06-08'],
    ['2017-04-04', '2017-04-18', '2017-04-19'],
    ['2018-04-30', '2018-05-11', '2018-05-12'],
    ['2018-10-23', '2018-11-02', '2018-11-03'],
  ])(
    'notified electronically on %s it lasts through %s, and %s is the first day of a contract',
    (sent, last, first) => {
      expect(standstill({ sent: electronically(sent) })).toEqual({ lastDay: last, earliestContract: first });
    },
  );

  test.each([
    ['2018-11-16', '2018-12-03', '2018-12-04'],
    ['2018-03-16', '2018-04-03', '2018-04-04'],
    ['2018-05-21', '2018-06-05', '2018-06-06'],
  ])('notified by post on %s it lasts through %s, and %s is the first day of a contract', (sent, last, first) => {
    expect(standstill({ sent: byPost(sent) })).toEqual({ lastDay: last, earliestContract: first });
  });

  test('one of six notifications by post makes it fifteen days for all', () => {
    const five = electronically('2018-05-21', '2018-05-21', '2018-05-21', '2018-05-21', '2018-05-21');
    expect(standstill({ sent: five }).lastDay).toBe('2018-05-31');
    expect(standstill({ sent: [...five, ...byPost('2018-05-21')] }).lastDay).toBe('2018-06-05');
  });

  test('it is counted from the last notification, in whatever order they are given', () => {
    expect(standstill({ sent: electronically('2019-04-01', '2019-04-02', '2019-03-29') }).lastDay).toBe('2019-04-12');
    expect(standstill({ sent: [...byPost('2018-05-18'), ...electronically('2018-05-21')] }).lastDay).toBe('2018-06-05');
  });

  test('a longer period stated in the notification counts, a shorter one does not', () => {
    const sent = electronically('2019-04-01');
    expect(standstill({ sent, statedUntil: '2019-04-16' }).lastDay).toBe('2019-04-16');
    expect(standstill({ sent, statedUntil: '2019-04-05' }).lastDay).toBe('2019-04-11');
  });

  test('a stated period that ends on a holiday runs on to the next day on which one may end', () => {
    const ends = standstill({ sent: electronically('2019-04-01'), statedUntil: '2019-04-19' });
    expect(ends).toEqual({ lastDay: '2019-04-23', earliestContract: '2019-04-24' });
  });

  test('without a notification there is none', () => {
    expect(() => standstill({ sent: [] })).toThrow(RangeError);
  });

  test('it is never shorter than the law says, and ends when a period may end', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ on: aDay, electronically: fc.boolean() }), { minLength: 1 }), (sent) => {
        const { lastDay, earliestContract } = standstill({ sent });
        const days = sent.some((one) => !one.electronically) ? 15 : 10;
        expect(sent.every(({ on }) => daysBetween(on, lastDay) >= days)).toBe(true);
        expect(statutorySwedishTime.mayEnd(lastDay)).toBe(true);
        expect(daysBetween(lastDay, earliestContract)).toBe(1);
      }),
    );
  });
});
