import { fact, facts } from '#kernel/facts';
import { code, day, doc, id, instant, list, money, optional, text, year } from '#kernel/fields';
import { minus, type Money, plus, zeroKr } from '#kernel/money';
import { type Circumstances, stream } from '#kernel/stream';
import { Table } from '#kernel/table';
import { type Day, dayOf, type Instant } from '#kernel/time';
import type { Happened } from './mandate.events.ts';
import {
  appropriation,
  bankAccount,
  builtFundingYear,
  costCategories,
  fundingYearId,
  mandateOf,
  moneyOf,
} from './words.ts';

/** Money of a year is released when a report that holds the year's statement is submitted (domain 7.5). */
const ofYear = {
  class: 'FINANCE',
  release: (data: { readonly fundingYearId: string }) => moneyOf(data.fundingYearId),
  partOf: (data: { readonly fundingYearId: string }) => [mandateOf(data.fundingYearId)],
} as const;

export const FundingYearFacts = facts({
  FundingYearAllocated: fact({
    says: 'Funds up to a ceiling were allocated to the mandate for a year.',
    sv: 'Medel anvisade',
    class: 'PUBLIC',
    data: {
      fundingYearId,
      mandateId: id('The mandate that the funds are for.'),
      year: year('The year in which they may be used.'),
      ceiling: money('The most that may be requisitioned and used.'),
      requisitionObligationId: id('The obligation, with its deadline, to requisition them.'),
    },
    partOf: (data) => [data.mandateId],
  }),
  RequisitionSubmitted: fact({
    ...ofYear,
    says: 'Funds of the year were asked for.',
    sv: 'Rekvisition inlämnad',
    data: {
      fundingYearId,
      requisitionId: id('The requisition.'),
      amount: money('What is asked for.'),
      addresseeOrgId: id('The paying authority.'),
      decisionDiaryNumber: text('Diary number of the decision that the requisition rests on.'),
      sentAt: instant('When it was sent.'),
      doc: doc('The requisition as sent.'),
    },
  }),
  RequisitionAcknowledged: fact({
    ...ofYear,
    says: 'The paying authority received a requisition.',
    sv: 'Rekvisition mottagen',
    fields: { '/receiptRef': 'ORG_INTERNAL' },
    data: {
      fundingYearId,
      requisitionId: id('The requisition.'),
      receivedAt: instant('When it was received: what counts for the deadline.'),
      receiptRef: optional(text("The receiver's reference.")),
    },
  }),
  RequisitionPaid: fact({
    ...ofYear,
    says: 'The funds of the year were paid, once and in one sum.',
    sv: 'Medel utbetalda',
    fields: { '/bankRef': 'ORG_INTERNAL' },
    data: {
      fundingYearId,
      requisitionIds: list(id('A requisition of the year.'), 'All requisitions of the year.'),
      paidOn: day('The day of payment.'),
      amount: money('What was paid: the sum of the requisitions.'),
      bankRef: text('Reference of the transfer.'),
    },
  }),
  CostRecorded: fact({
    ...ofYear,
    says: 'A cost was booked on the year.',
    sv: 'Kostnad bokförd',
    fields: { '/voucherRef': 'ORG_INTERNAL' },
    data: {
      fundingYearId,
      costId: id('The cost.'),
      amount: money('What it cost.'),
      costDate: day('The day it belongs to.'),
      category: code(costCategories),
      buyerGroupId: optional(id('The buyer group it was for.')),
      supportId: optional(id('The support it was for.')),
      appropriation,
      voucherRef: text('Reference of the voucher.'),
    },
  }),
  CostCorrected: fact({
    ...ofYear,
    says: 'A booked cost was corrected by a difference.',
    sv: 'Kostnad rättad',
    data: {
      fundingYearId,
      costId: id('The cost.'),
      delta: money('What is added to it; negative to take away.', 'difference'),
      reason: text('Why.'),
    },
  }),
  FundingCarryOverDecided: fact({
    ...ofYear,
    says: 'Unused funds of the year before may be used in this one.',
    sv: 'Överföring beslutad',
    data: {
      fundingYearId,
      fromFundingYearId: builtFundingYear('The year before, whose funds they are.'),
      amount: money('What is carried over.'),
      decisionDoc: doc('The decision.'),
    },
  }),
  UnusedFundsRepaid: fact({
    ...ofYear,
    says: 'Funds of the year that were not used were paid back.',
    sv: 'Medel återbetalda',
    fields: { '/bankRef': 'ORG_INTERNAL' },
    data: {
      fundingYearId,
      repaymentId: id('The repayment.'),
      obligationId: id('The obligation to repay, with its deadline.'),
      amount: money('What was paid back.'),
      paidOn: day('The day of payment: what counts for the deadline.'),
      account: bankAccount,
      decisionDiaryNumber: text('Diary number of the decision that the repayment refers to.'),
      bankRef: text('Reference of the transfer.'),
    },
  }),
});

/** A funding year as its facts add up: ALLOCATED (Anvisat) → REQUISITIONED (Rekvirerat) → PAID (Utbetalt). */
export interface FundingYear {
  readonly is: 'UNKNOWN' | 'ALLOCATED' | 'REQUISITIONED' | 'PAID';
  readonly ceiling: Money;
  readonly requisitionObligationId: string;
  readonly requisitions: Table<{ readonly sentAt: Instant; readonly receivedAt?: Instant }>;
  readonly requisitioned: Money;
  readonly paid: Money;
  /** From the year before, whose `carriedOut` it is: the decision stands in the stream of the year that receives. */
  readonly carriedIn: Money;
  readonly costs: Table<{ readonly category: string; readonly amount: Money }>;
  readonly used: Money;
  readonly byCategory: Table<Money>;
  readonly repayments: Table<Day>;
  readonly repaid: Money;
  /** What the paying authority received, in the order in which it was recorded. */
  readonly receipts: readonly Happened[];
  /** The last event that changed what is outstanding, and where it stands among all. */
  readonly moved?: { readonly by: string; readonly position: number };
}

const initial: FundingYear = {
  is: 'UNKNOWN',
  ceiling: zeroKr,
  requisitionObligationId: '',
  requisitions: Table.of(),
  requisitioned: zeroKr,
  paid: zeroKr,
  carriedIn: zeroKr,
  costs: Table.of(),
  used: zeroKr,
  byCategory: Table.of(),
  repayments: Table.of(),
  repaid: zeroKr,
  receipts: [],
};

export const fundingYears = stream({
  category: 'fundingyear',
  object: 'FundingYear',
  facts: FundingYearFacts,
  initial,
}).evolve({
  FundingYearAllocated: (state, { ceiling, requisitionObligationId }) => ({
    ...state,
    is: 'ALLOCATED',
    ceiling,
    requisitionObligationId,
  }),
  RequisitionSubmitted: (state, { requisitionId, amount, sentAt }) => ({
    ...state,
    is: 'REQUISITIONED',
    requisitions: state.requisitions.with(requisitionId, { sentAt }),
    requisitioned: plus(state.requisitioned, amount),
  }),
  RequisitionAcknowledged: (state, { requisitionId, receivedAt }, { id: by }) => {
    const requisition = state.requisitions.get(requisitionId);
    const receipts = [...state.receipts, { on: dayOf(receivedAt), by }];
    return requisition
      ? { ...state, requisitions: state.requisitions.with(requisitionId, { ...requisition, receivedAt }), receipts }
      : state;
  },
  RequisitionPaid: (state, { amount }, event) => ({ ...state, is: 'PAID', paid: amount, ...moved(event) }),
  CostRecorded: (state, { costId, amount, category }, event) => ({
    ...booked(state, costId, category, amount),
    ...moved(event),
  }),
  CostCorrected: (state, { costId, delta }, event) => ({
    ...booked(state, costId, state.costs.get(costId)?.category ?? 'OTHER', delta),
    ...moved(event),
  }),
  FundingCarryOverDecided: (state, { amount }, event) => ({
    ...state,
    carriedIn: plus(state.carriedIn, amount),
    ...moved(event),
  }),
  UnusedFundsRepaid: (state, { repaymentId, amount, paidOn }, event) => ({
    ...state,
    ...moved(event),
    repayments: state.repayments.with(repaymentId, paidOn),
    repaid: plus(state.repaid, amount),
  }),
});

/** What every step that moves money says besides. */
const moved = ({ id: by, position }: Circumstances): Pick<FundingYear, 'moved'> => ({ moved: { by, position } });

function booked(state: FundingYear, costId: string, category: string, amount: Money): FundingYear {
  const before = state.costs.get(costId)?.amount ?? zeroKr;
  return {
    ...state,
    costs: state.costs.with(costId, { category, amount: plus(before, amount) }),
    used: plus(state.used, amount),
    byCategory: state.byCategory.with(category, plus(state.byCategory.get(category) ?? zeroKr, amount)),
  };
}

type Sums = Pick<FundingYear, 'ceiling' | 'paid' | 'carriedIn' | 'used' | 'repaid'>;

/** The most that the costs of a year may sum up to (domain 7.3). What it carries out, the next year knows. */
export const limitOf = ({ ceiling, carriedIn }: Pick<Sums, 'ceiling' | 'carriedIn'>, carriedOut: Money): Money =>
  minus(plus(ceiling, carriedIn), carriedOut);

/** What there was to use and was not used; less than nothing where more was used than was there. */
export const unusedOf = ({ paid, carriedIn, used }: Pick<Sums, 'paid' | 'carriedIn' | 'used'>, carriedOut: Money) =>
  minus(minus(plus(paid, carriedIn), carriedOut), used);

/** What is left to pay back. A year is settled when it is nothing: all that there was is then used or repaid. */
export const outstandingOf = (year: Omit<Sums, 'ceiling'>, carriedOut: Money): Money =>
  minus(unusedOf(year, carriedOut), year.repaid);

/** What a year carries out, among the years of its mandate: the next one has it. */
export const carriedOutOf = (
  { year }: { readonly year: number },
  years: readonly (Pick<FundingYear, 'carriedIn'> & { readonly year: number })[],
): Money => years.find((next) => next.year === year + 1)?.carriedIn ?? zeroKr;
