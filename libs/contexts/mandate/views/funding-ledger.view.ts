import { type Data, day, group, id, instant, money, optional } from '#kernel/fields';
import { plus, zeroKr } from '#kernel/money';
import { view } from '#kernel/view';
import { FundingYearFacts, outstandingOf, unusedOf } from '../funding-year.events.ts';
import { addressed, ofDeadline, ofNextYear, ofYear, ofYearAndNext } from './released.ts';

const row = {
  ...FundingYearFacts.FundingYearAllocated.definition.data,
  payerOrgId: optional(id('The paying authority.')),
  requisitioned: money('What was asked for.', 'notNegative'),
  paid: money('What was paid.', 'notNegative'),
  carriedIn: money('What was carried in from the year before.', 'notNegative'),
  carriedOut: money('What was carried out to the year after.', 'notNegative'),
  used: money('What the costs sum up to.', 'notNegative'),
  unused: money('What was paid, carried in or out and not used; below zero where more was used.', 'any'),
  repaid: money('What was paid back.', 'notNegative'),
  outstanding: money('What is left to pay back; below zero where more was used or repaid than was there.', 'any'),
  settlement: group('Settlement', 'What the deadlines of the money rest on.', {
    firstSentAt: optional(instant('When the first requisition was sent.')),
    firstReceivedAt: optional(instant('When the paying authority first received one.')),
    outstanding: money('What is left to pay back.', 'any'),
    lastRepaidOn: optional(day('The latest day of a repayment.')),
  }),
};
type Ledger = Data<typeof row>;

/** Money per year: ceiling, requisitioned, paid, used, unused, repaid, outstanding. */
export const fundingLedger = view(
  {
    name: 'funding_ledger',
    version: 2,
    type: 'FundingLedger',
    one: 'fundingLedger',
    many: 'fundingLedgers',
    says: 'The money of a mandate in one year.',
    of: FundingYearFacts,
    row,
  },
  {
    key: 'fundingYearId',
    /** A decision to carry over changes the year that receives and the one that gives. */
    keys({ data }) {
      const { fundingYearId, fromFundingYearId } = data as { readonly [field: string]: string | undefined };
      return [fundingYearId, fromFundingYearId].filter((key) => key !== undefined);
    },
    on: {
      FundingYearAllocated: (_, data) => ({
        ...data,
        requisitioned: zeroKr,
        paid: zeroKr,
        carriedIn: zeroKr,
        carriedOut: zeroKr,
        used: zeroKr,
        unused: zeroKr,
        repaid: zeroKr,
        outstanding: zeroKr,
        settlement: { outstanding: zeroKr },
      }),
      RequisitionSubmitted: (row, { amount, addresseeOrgId, sentAt }) =>
        row && {
          ...row,
          payerOrgId: addresseeOrgId,
          requisitioned: plus(row.requisitioned, amount),
          settlement: { ...row.settlement, firstSentAt: earliest(row.settlement.firstSentAt, sentAt) },
        },
      RequisitionAcknowledged: (row, { receivedAt }) =>
        row && {
          ...row,
          settlement: { ...row.settlement, firstReceivedAt: earliest(row.settlement.firstReceivedAt, receivedAt) },
        },
      RequisitionPaid: (row, { amount }) => row && settled({ ...row, paid: amount }),
      CostRecorded: (row, { amount }) => row && settled({ ...row, used: plus(row.used, amount) }),
      CostCorrected: (row, { delta }) => row && settled({ ...row, used: plus(row.used, delta) }),
      FundingCarryOverDecided: (row, { fundingYearId, amount }) =>
        row &&
        settled(
          row.fundingYearId === fundingYearId
            ? { ...row, carriedIn: plus(row.carriedIn, amount) }
            : { ...row, carriedOut: plus(row.carriedOut, amount) },
        ),
      UnusedFundsRepaid: (row, { amount, paidOn }) =>
        row && settled({ ...row, repaid: plus(row.repaid, amount) }, paidOn),
    },
    seen: { class: 'PUBLIC' },
    columns: {
      payerOrgId: addressed,
      requisitioned: addressed,
      repaid: addressed,
      paid: ofYear,
      carriedIn: ofYear,
      carriedOut: ofNextYear,
      used: ofYear,
      unused: ofYearAndNext,
      outstanding: ofYearAndNext,
      settlement: ofDeadline,
    },
    refs: {
      mandate: ['mandateId', 'Mandate'],
      requisitionObligation: ['requisitionObligationId', 'Obligation'],
      payer: ['payerOrgId', 'Organisation'],
    },
    filters: ['mandateId', 'year'],
    orders: ['year'],
  },
);

const earliest = (known: string | undefined, time: string): string =>
  known === undefined || time < known ? time : known;

/** The row with what follows from its sums. */
function settled(row: Ledger, repaidOn?: string): Ledger {
  const outstanding = outstandingOf(row, row.carriedOut);
  const { lastRepaidOn: before, ...settlement } = row.settlement;
  const lastRepaidOn = before === undefined || (repaidOn !== undefined && repaidOn > before) ? repaidOn : before;
  return {
    ...row,
    unused: unusedOf(row, row.carriedOut),
    outstanding,
    settlement: { ...settlement, outstanding, ...(lastRepaidOn === undefined ? {} : { lastRepaidOn }) },
  };
}
