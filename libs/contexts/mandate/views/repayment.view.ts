import { id, optional } from '#kernel/fields';
import { view } from '#kernel/view';
import { FundingYearFacts } from '../funding-year.events.ts';
import { mandateOf } from '../words.ts';
import { addressed, internal } from './released.ts';

/** Each repayment of unused funds. The paying authority sees what was paid back to it. */
export const repayments = view(
  {
    name: 'repayment',
    version: 1,
    type: 'Repayment',
    one: 'repayment',
    many: 'repayments',
    says: 'Unused funds of a year that were paid back.',
    of: FundingYearFacts,
    row: {
      ...FundingYearFacts.UnusedFundsRepaid.definition.data,
      mandateId: id('The mandate.'),
      payerOrgId: optional(id('Who received it.')),
    },
  },
  {
    key: 'repaymentId',
    on: {
      UnusedFundsRepaid(_, data, { concerns }) {
        const payer = concerns.find(({ as }) => as === 'addressee');
        return { ...data, mandateId: mandateOf(data.fundingYearId), ...(payer && { payerOrgId: payer.id }) };
      },
    },
    seen: addressed,
    columns: { bankRef: internal },
    refs: {
      mandate: ['mandateId', 'Mandate'],
      fundingYear: ['fundingYearId', 'FundingLedger'],
      obligation: ['obligationId', 'Obligation'],
      payer: ['payerOrgId', 'Organisation'],
    },
    filters: ['mandateId', 'fundingYearId', 'obligationId'],
    orders: ['paidOn'],
  },
);
