import { fact, facts } from '#kernel/facts';
import {
  code,
  codeList,
  decimal,
  doc,
  type DocRef,
  group,
  i18n,
  id,
  instant,
  int,
  list,
  money,
  optional,
  text,
  year,
} from '#kernel/fields';
import { stream } from '#kernel/stream';
import { dayOf, type Instant } from '#kernel/time';
import type { Happened } from './mandate.events.ts';
import { costCategories, fundingYearOf, mandateOf, moneyOf, moneyOfTwo, reportId, reportKinds } from './words.ts';

const assessments = codeList('Assessment', 'How far an objective was reached.', {
  MET: 'Uppnått',
  PARTLY: 'Delvis uppnått',
  NOT_MET: 'Ej uppnått',
});
const indicatorResult = group('IndicatorResult', 'What an indicator showed.', {
  indicatorId: id('The indicator.'),
  version: int('Version of the indicator.', 1, 1_000_000),
  value: decimal('Its value.'),
});

const partOf = (data: { readonly reportId: string }) => [mandateOf(data.reportId)];
/** A draft and what belongs to it is the authority's own until this report is submitted (domain 7.5). */
const draft = {
  class: 'ORG_INTERNAL',
  release: (data: { readonly reportId: string }) => `report:${data.reportId}`,
  partOf,
} as const;

/** Each year; and for what rests on a year and the next one, each two of them. */
const yearsReleased = (mandateId: string, fiscalYears: readonly number[]): string[] =>
  fiscalYears.flatMap((fiscalYear) => {
    const year = fundingYearOf(mandateId, fiscalYear);
    return fiscalYears.includes(fiscalYear + 1) ? [moneyOf(year), moneyOfTwo(year)] : [moneyOf(year)];
  });

export const ReportFacts = facts({
  ReportDrafted: fact({
    ...draft,
    says: 'Work on a report began.',
    sv: 'Rapport påbörjad',
    data: {
      reportId,
      mandateId: id('The mandate that is reported on.'),
      kind: code(reportKinds),
      obligationId: id('The obligation to report, with its deadline.'),
      recipientOrgId: id('Who receives it.'),
      unit: optional(text('Unit of the recipient.', { max: 200 })),
    },
  }),
  FinancialStatementAttached: fact({
    ...draft,
    says: 'How the funds of a year were used was stated; the latest statement of a year counts.',
    sv: 'Ekonomisk redovisning bifogad',
    data: {
      reportId,
      fiscalYear: year('The year it is about.'),
      ceiling: money('The most that might be used.', 'notNegative'),
      paid: money('What was paid.', 'notNegative'),
      carriedIn: money('What was carried in from the year before.', 'notNegative'),
      carriedOut: money('What was carried out to the year after.', 'notNegative'),
      used: money('What the costs sum up to.', 'notNegative'),
      unused: money('What was paid and not used; below zero where more was used.', 'any'),
      repaid: money('What was paid back.', 'notNegative'),
      byCategory: list(
        group('CategorySum', 'What was used for one kind of cost.', {
          category: code(costCategories),
          amount: money('What was used.', 'notNegative'),
        }),
        'What was used, by kind of cost.',
        20,
      ),
    },
  }),
  ObjectiveFollowUpRecorded: fact({
    ...draft,
    says: 'The results were compared with an objective; the latest follow-up of an objective counts.',
    sv: 'Måluppföljning',
    data: {
      reportId,
      objectiveId: id('The objective.'),
      assessment: code(assessments),
      narrative: i18n('What was reached, and what was not.'),
      indicatorResults: list(indicatorResult, 'What indicators showed.', 100),
    },
  }),
  ReportApproved: fact({
    ...draft,
    says: 'The report was approved as it will be sent.',
    sv: 'Rapport fastställd',
    data: { reportId, doc: doc('The report.') },
  }),
  ReportSubmitted: fact({
    says: 'The report was sent. What it holds is public from here on, and the money of its years with it.',
    sv: 'Rapport inlämnad',
    class: 'PUBLIC',
    data: {
      reportId,
      sentAt: instant('When it was sent.'),
      decisionDiaryNumber: text('Diary number of the decision that the report refers to.', { max: 100 }),
      doc: doc('The report as approved.'),
      fiscalYears: list(year('A year.'), 'The years of its financial statements.', 100),
    },
    partOf,
    releases: ({ reportId, fiscalYears }) => [`report:${reportId}`, ...yearsReleased(mandateOf(reportId), fiscalYears)],
  }),
  ReportReceived: fact({
    says: 'The recipient received the report.',
    sv: 'Rapport mottagen',
    class: 'PUBLIC',
    data: { reportId, receivedAt: instant('When it was received: what counts for the deadline.') },
    partOf,
  }),
});

/** A report as its facts add up: DRAFT (Utkast) → APPROVED (Fastställd) → SUBMITTED (Inlämnad) → RECEIVED (Mottagen). */
export interface Report {
  readonly is: 'UNKNOWN' | 'DRAFT' | 'APPROVED' | 'SUBMITTED' | 'RECEIVED';
  readonly kind: 'INTERIM' | 'FINAL';
  readonly obligationId: string;
  readonly recipientOrgId: string;
  /** The years of its financial statements, in order. */
  readonly fiscalYears: readonly number[];
  /** The objectives that it follows up. */
  readonly objectiveIds: readonly string[];
  /** The report as approved. */
  readonly doc?: DocRef;
  readonly sentAt?: Instant;
  readonly received?: Happened;
}

const initial: Report = {
  is: 'UNKNOWN',
  kind: 'INTERIM',
  obligationId: '',
  recipientOrgId: '',
  fiscalYears: [],
  objectiveIds: [],
};

export const reports = stream({
  category: 'report',
  object: 'Report',
  facts: ReportFacts,
  initial,
}).evolve({
  ReportDrafted: (state, { kind, obligationId, recipientOrgId }) => ({
    ...state,
    is: 'DRAFT',
    kind,
    obligationId,
    recipientOrgId,
  }),
  FinancialStatementAttached: (state, { fiscalYear }) => ({
    ...state,
    fiscalYears: [...new Set([...state.fiscalYears, fiscalYear])].sort((a, b) => a - b),
  }),
  ObjectiveFollowUpRecorded: (state, { objectiveId }) => ({
    ...state,
    objectiveIds: [...new Set([...state.objectiveIds, objectiveId])],
  }),
  ReportApproved: (state, { doc }) => ({ ...state, is: 'APPROVED', doc }),
  ReportSubmitted: (state, { sentAt }) => ({ ...state, is: 'SUBMITTED', sentAt }),
  ReportReceived: (state, { receivedAt }, { id: by }) => ({
    ...state,
    is: 'RECEIVED',
    received: { on: dayOf(receivedAt), by },
  }),
});
