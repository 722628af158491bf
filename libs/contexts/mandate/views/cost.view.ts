import { group, id, list, money } from '#kernel/fields';
import { plus } from '#kernel/money';
import { view } from '#kernel/view';
import { FundingYearFacts } from '../funding-year.events.ts';
import { mandateOf } from '../words.ts';
import { internal, ofYear } from './released.ts';

const { CostRecorded, CostCorrected } = FundingYearFacts;
const { delta, reason } = CostCorrected.definition.data;

/** Each cost as it is now, with what corrected it. */
export const costs = view(
  {
    name: 'cost',
    version: 1,
    type: 'Cost',
    one: 'cost',
    many: 'costs',
    says: 'A cost booked on a year of a mandate.',
    of: FundingYearFacts,
    row: {
      ...CostRecorded.definition.data,
      mandateId: id('The mandate.'),
      amount: money('What it cost, corrections included.', 'notNegative'),
      corrections: list(group('Correction', 'A difference and its reason.', { delta, reason }), 'What corrected it.'),
    },
  },
  {
    key: 'costId',
    on: {
      CostRecorded: (_, data) => ({ ...data, mandateId: mandateOf(data.fundingYearId), corrections: [] }),
      CostCorrected: (row, { delta, reason }) =>
        row && { ...row, amount: plus(row.amount, delta), corrections: [...row.corrections, { delta, reason }] },
    },
    seen: ofYear,
    // Apart from the row: a correction that no report has released yet hides the new amount, not the cost.
    columns: { amount: { ...ofYear }, corrections: { ...ofYear }, voucherRef: internal },
    refs: { mandate: ['mandateId', 'Mandate'], fundingYear: ['fundingYearId', 'FundingLedger'] },
    filters: ['mandateId', 'fundingYearId', 'category', 'buyerGroupId'],
    orders: ['costDate'],
  },
);
