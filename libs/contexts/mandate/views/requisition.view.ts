import { id, optional } from '#kernel/fields';
import { type Seen, view } from '#kernel/view';
import { FundingYearFacts } from '../funding-year.events.ts';
import { mandateOf } from '../words.ts';
import { ofYear } from './released.ts';

const { RequisitionSubmitted, RequisitionAcknowledged, RequisitionPaid } = FundingYearFacts;

const toPayer: Seen<{ readonly fundingYearId: string; readonly addresseeOrgId: string }> = {
  ...ofYear,
  addressee: ({ addresseeOrgId }) => [addresseeOrgId],
};

/**
 * Each requisition with its receipt and payment. The paying authority sees what was addressed to it. The references of
 * receipt and payment are read in history: they need both the event, which may be unreleased, and its field.
 */
export const requisitions = view(
  {
    name: 'requisition',
    version: 1,
    type: 'Requisition',
    one: 'requisition',
    many: 'requisitions',
    says: 'A requisition of funds of a year.',
    of: FundingYearFacts,
    row: {
      ...RequisitionSubmitted.definition.data,
      mandateId: id('The mandate.'),
      receivedAt: optional(RequisitionAcknowledged.definition.data.receivedAt),
      paidOn: optional(RequisitionPaid.definition.data.paidOn),
    },
  },
  {
    key: 'requisitionId',
    keys({ data }) {
      const { requisitionId, requisitionIds = [] } = data as {
        readonly requisitionId?: string;
        readonly requisitionIds?: readonly string[];
      };
      return requisitionId === undefined ? requisitionIds : [requisitionId];
    },
    on: {
      RequisitionSubmitted: (_, data) => ({ ...data, mandateId: mandateOf(data.fundingYearId) }),
      RequisitionAcknowledged: (row, { receivedAt }) => row && { ...row, receivedAt },
      RequisitionPaid: (row, { paidOn }) => row && { ...row, paidOn },
    },
    seen: toPayer,
    columns: { receivedAt: ofYear, paidOn: ofYear },
    refs: {
      mandate: ['mandateId', 'Mandate'],
      fundingYear: ['fundingYearId', 'FundingLedger'],
      addressee: ['addresseeOrgId', 'Organisation'],
    },
    filters: ['mandateId', 'fundingYearId'],
    orders: ['sentAt'],
  },
);
