import { command, commands, mandated, type Problem } from '#kernel/commands';
import { FundingYearFacts } from './funding-year.events.ts';
import { fundingYearOf, yearAfter } from './words.ts';

const {
  FundingYearAllocated,
  RequisitionSubmitted,
  RequisitionAcknowledged,
  RequisitionPaid,
  CostRecorded,
  CostCorrected,
  FundingCarryOverDecided,
  UnusedFundsRepaid,
} = FundingYearFacts;

export const FundingYearCommands = commands({
  AllocateFundingYear: command({
    says: 'Allocate funds up to a ceiling to the mandate for a year.',
    by: [mandated('MANDATE_OWNER'), mandated('FINANCE')],
    makes: FundingYearAllocated,
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
    makes: RequisitionSubmitted,
    filled: ['addresseeOrgId', 'decisionDiaryNumber'],
  }),
  AcknowledgeRequisition: command({
    says: 'Record that the paying authority received a requisition.',
    by: [mandated('FINANCE')],
    makes: RequisitionAcknowledged,
  }),
  RecordPayment: command({
    says: 'Record the one payment of the funds of a year.',
    by: [mandated('FINANCE')],
    makes: RequisitionPaid,
    filled: ['requisitionIds'],
  }),
  RecordCost: command({
    says: 'Book a cost on a year.',
    by: [mandated('FINANCE')],
    makes: CostRecorded,
    filled: ['appropriation'],
  }),
  CorrectCost: command({
    says: 'Correct a booked cost by a difference.',
    by: [mandated('FINANCE')],
    makes: CostCorrected,
  }),
  DecideCarryOver: command({
    says: 'Let unused funds of the year before be used in a year.',
    by: [mandated('FINANCE'), mandated('MANDATE_OWNER')],
    makes: FundingCarryOverDecided,
    malformed: ({ fundingYearId, fromFundingYearId }): Problem | undefined =>
      fromFundingYearId === yearAfter(fundingYearId, -1)
        ? undefined
        : {
            path: 'fromFundingYearId',
            rule: 'built',
            expected: `${yearAfter(fundingYearId, -1)}, the year before of the same mandate`,
          },
  }),
  RecordRepayment: command({
    says: 'Record that unused funds of a year were paid back.',
    by: [mandated('FINANCE')],
    makes: UnusedFundsRepaid,
    filled: ['decisionDiaryNumber'],
  }),
});
