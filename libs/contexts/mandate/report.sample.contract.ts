import type { NewFact } from '#kernel/facts';
import { deciding } from '#kernel/given';
import { kr } from '#kernel/money';
import { madeUpDiaryNumber } from './decision.ts';
import { fundingYears } from './funding-year.events.ts';
import { mandates } from './mandate.events.ts';
import { ReportFacts } from './report.events.ts';
import { report } from './report.ts';
import {
  allocated,
  ceiling,
  closed,
  cost,
  document,
  final,
  interim,
  mandateId,
  objectiveId,
  obligationOf,
  openMandate,
  orgOf,
  paid,
  submitted,
  withoutReference,
  year2017,
  year2018,
} from './sample.contract.ts';

/** Reports on the real mandate whose figures and texts are made up, and what decisions about them are given. */

const { ReportDrafted, FinancialStatementAttached, ObjectiveFollowUpRecorded, ReportApproved, ReportSubmitted } =
  ReportFacts;

export const recipientOrgId = orgOf('REGERINGSKANSLIET');
export const unit = 'Näringsdepartementet';
export const drafting = {
  INTERIM: { reportId: interim, mandateId, kind: 'INTERIM', obligationId: obligationOf(25), recipientOrgId, unit },
  FINAL: { reportId: final, mandateId, kind: 'FINAL', obligationId: obligationOf(22), recipientOrgId, unit },
} as const;
export const zero = kr(0);
export const statement = (reportId: string, fiscalYear: 2017 | 2018) => ({
  reportId,
  fiscalYear,
  ceiling,
  paid: ceiling,
  carriedIn: zero,
  carriedOut: zero,
  used: fiscalYear === 2017 ? kr(164_000_050) : kr(190_000_000),
  unused: fiscalYear === 2017 ? kr(35_999_950) : kr(10_000_000),
  repaid: zero,
  byCategory: [
    { category: 'STAFF' as 'STAFF' | 'TRAVEL' | 'IT', amount: fiscalYear === 2017 ? kr(164_000_050) : kr(190_000_000) },
  ],
});
export const followUp = {
  reportId: final,
  objectiveId,
  assessment: 'PARTLY' as const,
  narrative: { sv: 'Delvis (påhittat).' },
  indicatorResults: [],
};
export const approve = (reportId: string) => ({ reportId, doc: document });
export const sending = (reportId: string, sentAt: string) => ({ reportId, sentAt });

export const drafted = (kind: 'INTERIM' | 'FINAL') => ReportDrafted(drafting[kind]);
export const stated = (reportId: string, year: 2017 | 2018) => FinancialStatementAttached(statement(reportId, year));
export const completeInterim = [drafted('INTERIM'), stated(interim, 2017)];
export const completeFinal = [
  drafted('FINAL'),
  stated(final, 2017),
  stated(final, 2018),
  ObjectiveFollowUpRecorded(followUp),
];
export const approved = (reportId: string) => ReportApproved(approve(reportId));
export const submittedReport = (reportId: string, sentAt: string, fiscalYears: number[]) =>
  ReportSubmitted(
    { reportId, sentAt, decisionDiaryNumber: madeUpDiaryNumber, doc: document, fiscalYears },
    { addressee: [recipientOrgId] },
  );

export const money2017 = [
  allocated(2017),
  submitted(year2017),
  paid(year2017),
  cost(year2017, 1, kr(100_000_000), '2017-06-15'),
  cost(year2017, 2, kr(64_000_050), '2017-12-20'),
];
export const money2018 = [
  allocated(2018),
  submitted(year2018),
  paid(year2018),
  cost(year2018, 3, kr(190_000_000), '2018-12-20'),
];

export const within = (mandate: readonly NewFact[], facts: readonly NewFact[]) =>
  deciding(report)
    .given(...facts)
    .and(mandates, mandateId, ...mandate)
    .and(fundingYears, year2017, ...money2017)
    .and(fundingYears, year2018, ...money2018);
export const given = (...facts: readonly NewFact[]) => within(openMandate, facts);
export const givenClosed = (...facts: readonly NewFact[]) => within([...openMandate, closed], facts);
export const givenNoReference = (...facts: readonly NewFact[]) => within(withoutReference, facts);
