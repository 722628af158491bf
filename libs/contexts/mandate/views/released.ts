import { isZero, type Money } from '#kernel/money';
import type { Seen } from '#kernel/view';
import { moneyOf, moneyOfTwo, yearAfter } from '../words.ts';

/** How the mandate's money is seen (domain 3.3): by its finance roles, and by all once a report holds the year's statement. */
export const ofYear: Seen<{ readonly fundingYearId: string }> = {
  class: 'FINANCE',
  release: ({ fundingYearId }) => moneyOf(fundingYearId),
};

/** What a year carried out: a decision of the next year. */
export const ofNextYear: Seen<{ readonly fundingYearId: string }> = {
  class: 'FINANCE',
  release: ({ fundingYearId }) => moneyOf(yearAfter(fundingYearId)),
};

/** What is left of a year: it rests on the next year too once something was carried out. */
export const ofYearAndNext: Seen<{ readonly fundingYearId: string; readonly carriedOut: Money }> = {
  class: 'FINANCE',
  release: ({ fundingYearId, carriedOut }) => (isZero(carriedOut) ? moneyOf : moneyOfTwo)(fundingYearId),
};

/** Money that every fact behind it addresses to the paying authority, which therefore sees it too. */
export const addressed: Seen<{ readonly fundingYearId: string; readonly payerOrgId?: string }> = {
  ...ofYear,
  addressee: ({ payerOrgId }) => (payerOrgId === undefined ? [] : [payerOrgId]),
};

/** What the state of a deadline rests on: the authority's own, and it never moves (domain 3.2, rule 8). */
export const ofDeadline: Seen<unknown> = { class: 'FINANCE' };

/** Notes and references that stay with the authority. */
export const internal: Seen<unknown> = { class: 'ORG_INTERNAL' };

/** What belongs to a report: the authority's own until that report is submitted. */
export const ofReport: Seen<{ readonly reportId: string }> = {
  class: 'ORG_INTERNAL',
  release: ({ reportId }) => `report:${reportId}`,
};
