import { isMore, type Money, zeroKr } from '#kernel/money';
import { type Day, latest } from '#kernel/time';
import type { deadlineBases } from './words.ts';

/** When an obligation with a deadline is met: the table of domain 7.6, for the board and for the process alike. */

export type Basis = keyof typeof deadlineBases.labels;

/** Met, where something had to be done on a day; or not, and what there is of it. */
export type Standing = { readonly met: { readonly on?: Day } } | { readonly basis: Basis };

/** A requisition or a report: what counts is the day of receipt. */
export function handedIn(isSent: boolean, receivedOn: Day | undefined): Standing {
  if (receivedOn) return { met: { on: receivedOn } };
  return { basis: isSent ? 'SENT_UNCONFIRMED' : 'NOTHING_RECORDED' };
}

/** An activity, interaction or document: what counts is the day of the assessment. */
export const assessed = (on: Day | undefined): Standing => (on ? { met: { on } } : { basis: 'NOTHING_RECORDED' });

/**
 * A repayment: no year has anything outstanding. Nothing is owed back before it is known what was used: before the
 * period, or the deadline, is over it is not met by there being nothing.
 */
export function paidBack(
  years: readonly { readonly outstanding: Money; readonly repaidOn: readonly Day[] }[],
  isOver: boolean,
): Standing {
  if (years.some(({ outstanding }) => isMore(outstanding, zeroKr))) return { basis: 'OUTSTANDING' };
  if (!isOver) return { basis: 'NOTHING_RECORDED' };
  const days = years.flatMap(({ repaidOn }) => repaidOn);
  return { met: days.length === 0 ? {} : { on: latest(days) } };
}

/** Whether the period or the deadline of a repayment is over on a day. */
export const isOver = (today: Day, hardDeadline: Day, periodTo: Day): boolean =>
  today > hardDeadline || today > periodTo;

/** Whether it was met by the end of the hard deadline. */
export const isInTime = (standing: Standing, hardDeadline: Day): boolean =>
  'met' in standing && (standing.met.on === undefined || standing.met.on <= hardDeadline);
