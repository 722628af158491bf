import type { Seen } from '#kernel/view';

/** How the mandate's money is seen (domain 3.3): by its finance roles, and by all once a report holds the year's statement. */
export const ofYear: Seen<{ readonly fundingYearId: string }> = {
  class: 'FINANCE',
  release: ({ fundingYearId }) => `year:${fundingYearId}`,
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
