import { command, commands, mandated, type Problem } from '#kernel/commands';
import { without } from '#kernel/fields';
import { FundingYearFacts } from './funding-year.events.ts';
import { fundingYearOf } from './words.ts';

const {
  FundingYearAllocated,
  RequisitionSubmitted,
  RequisitionAcknowledged,
  RequisitionPaid,
  CostRecorded,
  CostCorrected,
  UnusedFundsRepaid,
} = FundingYearFacts;

export const FundingYearCommands = commands({
  AllocateFundingYear: command({
    says: 'Allocate funds up to a ceiling to the mandate for a year.',
    by: [mandated('MANDATE_OWNER'), mandated('FINANCE')],
    input: FundingYearAllocated.definition.data,
    malformed: ({ fundingYearId, mandateId, year }): Problem | undefined =>
      fundingYearId === fundingYearOf(mandateId, year)
        ? undefined
        : {
            path: 'fundingYearId',
            rule: 'built',
            expected: `${fundingYearOf(mandateId, year)}, of mandateId and year`,
          },
  }),
  SubmitRequisition: command({
    says: 'Ask the paying authority for the funds of a year.',
    by: [mandated('FINANCE')],
    input: without(RequisitionSubmitted.definition.data, 'addresseeOrgId', 'decisionDiaryNumber'),
  }),
  AcknowledgeRequisition: command({
    says: 'Record that the paying authority received a requisition.',
    by: [mandated('FINANCE')],
    input: RequisitionAcknowledged.definition.data,
  }),
  RecordPayment: command({
    says: 'Record the one payment of the funds of a year.',
    by: [mandated('FINANCE')],
    input: without(RequisitionPaid.definition.data, 'requisitionIds'),
  }),
  RecordCost: command({
    says: 'Book a cost on a year.',
    by: [mandated('FINANCE')],
    input: without(CostRecorded.definition.data, 'appropriation'),
  }),
  CorrectCost: command({
    says: 'Correct a booked cost by a difference.',
    by: [mandated('FINANCE')],
    input: CostCorrected.definition.data,
  }),
  RecordRepayment: command({
    says: 'Record that unused funds of a year were paid back.',
    by: [mandated('FINANCE')],
    input: without(UnusedFundsRepaid.definition.data, 'decisionDiaryNumber'),
  }),
});
