import { type Day, latest, laterThan, plusDays, weekdayOf, yearOf } from './time.ts';

/** Which days a period may end on. There are two such calendars, used by name and never mixed (domain 2.5). */
export interface Calendar {
  mayEnd(day: Day): boolean;
  /** The day itself if a period may end on it, else the first day after it on which one may. */
  nextDayThatMayEnd(day: Day): Day;
  /** The day itself if a period may end on it, else the last day before it on which one may. */
  lastDayOnOrBefore(day: Day): Day;
}

/**
 * EU time, for the minimum time limits of LOU chapter 11: no period ends on a Saturday, a Sunday or a public holiday.
 *
 * Source: Regulation (EEC, Euratom) 1182/71, article 3(4). That its public holidays are the Swedish ones, without the
 * eves, is a decision of the domain (2.5).
 */
export const euTime: Calendar = calendar((day) => weekdayOf(day) < 6 && !isPublicHoliday(day));

/**
 * Statutory Swedish time, for the standstill, the periods of review and `safeDeadline`: as EU time, and no period ends
 * on Midsummer Eve, Christmas Eve or New Year's Eve either.
 *
 * Source: lag (1930:173) § 2, which governs the standstill by LOU 20:18. The eves before Epiphany, Good Friday, Easter
 * and the first of May are not in it (domain 2.8).
 */
export const statutorySwedishTime: Calendar = calendar((day) => euTime.mayEnd(day) && !isEve(day));

/**
 * The last day on or before a hard deadline on which a period may end in statutory Swedish time (domain 7.5 no. 4). A
 * date in a government decision is never rolled forward: § 2 of the act is about time limits in law.
 */
export const safeDeadline = (hardDeadline: Day): Day => statutorySwedishTime.lastDayOnOrBefore(hardDeadline);

/**
 * The earliest lawful last day of a period of at least `days` days, which runs to the end of that day. The day of
 * sending is not counted.
 *
 * Source: the limits of LOU chapter 11, counted in EU time: Regulation 1182/71, article 3(1) and 3(4) (domain 2.5).
 */
export const minDeadline = (sent: Day, days: number): Day => euTime.nextDayThatMayEnd(plusDays(sent, days));

/** The standstill after an award decision. Both ends are whole local days. */
export interface Standstill {
  readonly lastDay: Day;
  /** The day after, from 00:00. It may be a Saturday, a Sunday or a holiday. */
  readonly earliestContract: Day;
}

/**
 * How long no contract may be concluded (avtalsspärr): 10 days, or 15 if the notification went to any recipient in
 * another way than electronically, counted from the latest day on which one was sent, which is not counted itself; to
 * the day stated in the notification where that is later; and on to the next day on which a period may end. Holidays
 * within the period do not extend it.
 *
 * Source: LOU 20:1, and 20:18 with lag (1930:173) § 2. The latest sending as day 0 is the domain's safe reading (2.8).
 * Throws a RangeError where nothing was sent: then no standstill has begun.
 */
export function standstill(notification: {
  readonly sent: readonly { readonly on: Day; readonly electronically: boolean }[];
  readonly statedUntil?: Day;
}): Standstill {
  const { sent, statedUntil } = notification;
  const days = sent.every(({ electronically }) => electronically) ? 10 : 15;
  const counted = plusDays(latest(sent.map(({ on }) => on)), days);
  const stated = statedUntil !== undefined && laterThan(statedUntil, counted) ? statedUntil : counted;
  const lastDay = statutorySwedishTime.nextDayThatMayEnd(stated);
  return { lastDay, earliestContract: plusDays(lastDay, 1) };
}

/**
 * Whether a day is a public holiday of lag (1989:253) other than a plain Sunday. The list is the one in force since
 * 2005, when 6 June took the place of Whit Monday.
 */
export function isPublicHoliday(day: Day): boolean {
  const monthDay = day.slice(5);
  if (['01-01', '01-06', '05-01', '06-06', '12-25', '12-26'].includes(monthDay)) return true;
  const isSaturday = weekdayOf(day) === 6;
  if (isSaturday && within(monthDay, '06-20', '06-26')) return true; // midsommardagen
  if (isSaturday && within(monthDay, '10-31', '11-06')) return true; // alla helgons dag
  const easter = easterSunday(yearOf(day));
  const sinceEaster = [-2, 0, 1, 39, 49]; // långfredag, påskdag, annandag påsk, Kristi himmelsfärd, pingst
  return sinceEaster.some((days) => plusDays(easter, days) === day);
}

/** Midsommarafton (the Friday before midsommardagen), julafton and nyårsafton. */
function isEve(day: Day): boolean {
  const monthDay = day.slice(5);
  if (monthDay === '12-24' || monthDay === '12-31') return true;
  return weekdayOf(day) === 5 && within(monthDay, '06-19', '06-25');
}

/** Easter Sunday by the Gregorian computus, as Meeus, Jones and Butcher wrote it down. */
export function easterSunday(year: number): Day {
  const [golden, century, yearOfCentury] = [year % 19, Math.floor(year / 100), year % 100];
  const moonDrift = Math.floor((century - Math.floor((century + 8) / 25) + 1) / 3);
  const epact = (19 * golden + century - Math.floor(century / 4) - moonDrift + 15) % 30;
  const weekday = (32 + 2 * (century % 4) + 2 * Math.floor(yearOfCentury / 4) - epact - (yearOfCentury % 4)) % 7;
  const lateMoon = Math.floor((golden + 11 * epact + 22 * weekday) / 451);
  return plusDays(`${String(year).padStart(4, '0')}-03-22`, epact + weekday - 7 * lateMoon);
}

const within = (monthDay: string, from: string, to: string): boolean => from <= monthDay && monthDay <= to;

function calendar(mayEnd: (day: Day) => boolean): Calendar {
  const from = (day: Day, step: 1 | -1): Day => {
    while (!mayEnd(day)) day = plusDays(day, step);
    return day;
  };
  return { mayEnd, nextDayThatMayEnd: (day) => from(day, 1), lastDayOnOrBefore: (day) => from(day, -1) };
}
