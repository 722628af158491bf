import { accept, decider, type Refusal, read, refuse } from '#kernel/decider';
import { isMore, minus, sameMoney, zeroKr } from '#kernel/money';
import { dayOf } from '#kernel/time';
import { FundingYearCommands } from './funding-year.commands.ts';
import { FundingYearFacts, fundingYears, limitOf, outstandingOf } from './funding-year.events.ts';
import { mandates } from './mandate.events.ts';
import { closed, lateness } from './mandate.rules.ts';
import { mandateOf, yearAfter, yearOfFunding } from './words.ts';

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

/** The mandate's money, year by year: #9 to #16 of domain 7.5. */
export const fundingYear = decider(fundingYears, FundingYearCommands, {
  id: ({ fundingYearId }) => fundingYearId,
  reads: {
    mandate: read(mandates, ({ command }) => mandateOf(command.fundingYearId)),
    /** The year after knows what was carried out; the year before has what is carried in. */
    yearAfter: read(fundingYears, ({ command }) => yearAfter(command.fundingYearId), [
      'RecordCost',
      'CorrectCost',
      'RecordRepayment',
    ]),
    yearBefore: read(fundingYears, ({ command }) => yearAfter(command.fundingYearId, -1), ['DecideCarryOver']),
  },
  decide: {
    AllocateFundingYear(command, year, { reads }) {
      const mandate = reads.mandate(command.mandateId);
      const obligation = mandate.obligations.get(command.requisitionObligationId);
      if (mandate.is === 'UNKNOWN') return refuse('NOT_FOUND', { mandateId: command.mandateId });
      if (mandate.is !== 'OPEN') return closed(mandate);
      if (`${command.year}` < mandate.periodFrom.slice(0, 4) || `${command.year}` > mandate.periodTo.slice(0, 4))
        return refuse('YEAR_OUTSIDE_PERIOD', { periodFrom: mandate.periodFrom, periodTo: mandate.periodTo });
      if (obligation?.kind !== 'REQUISITION')
        return refuse('NOT_FOUND', { requisitionObligationId: command.requisitionObligationId });
      if (year.is !== 'UNKNOWN') return refuse('ALREADY_EXISTS', { fundingYearId: command.fundingYearId });
      return accept(FundingYearAllocated(command));
    },

    SubmitRequisition(command, year, { reads }) {
      const mandate = reads.mandate(mandateOf(command.fundingYearId));
      const left = minus(year.ceiling, year.requisitioned);
      if (year.is === 'UNKNOWN') return unknown(command);
      if (mandate.is !== 'OPEN') return closed(mandate);
      if (mandate.decisionDiaryNumber === undefined) return refuse('MISSING_DECISION_REFERENCE');
      if (year.is === 'PAID') return refuse('FUNDS_ALREADY_PAID', { paid: year.paid });
      if (year.requisitions.has(command.requisitionId))
        return refuse('ALREADY_EXISTS', { requisitionId: command.requisitionId });
      if (isMore(command.amount, left)) return refuse('CEILING_EXCEEDED', { ceiling: year.ceiling, left });
      const { payerOrgId: addresseeOrgId, decisionDiaryNumber } = mandate;
      return accept(
        RequisitionSubmitted({ ...command, addresseeOrgId, decisionDiaryNumber }, { addressee: [addresseeOrgId] }),
      );
    },

    AcknowledgeRequisition(command, year, { reads }) {
      const requisition = year.requisitions.get(command.requisitionId);
      const mandate = reads.mandate(mandateOf(command.fundingYearId));
      if (year.is === 'UNKNOWN') return unknown(command);
      if (!requisition) return refuse('NOT_FOUND', { requisitionId: command.requisitionId });
      if (requisition.receivedAt !== undefined)
        return refuse('INVALID_TRANSITION', { requisitionId: command.requisitionId, is: 'ACKNOWLEDGED' });
      if (command.receivedAt < requisition.sentAt) return refuse('DATES_CONTRADICT', { sentAt: requisition.sentAt });
      return accept(
        RequisitionAcknowledged(command),
        lateness(mandate.obligations.get(year.requisitionObligationId), dayOf(command.receivedAt)),
      );
    },

    RecordPayment(command, year, { reads }) {
      const mandate = reads.mandate(mandateOf(command.fundingYearId));
      const lastSent = year.requisitions.values().reduce((last, { sentAt }) => (sentAt > last ? sentAt : last), '');
      if (year.is === 'UNKNOWN') return unknown(command);
      if (mandate.is !== 'OPEN') return closed(mandate);
      if (year.is === 'PAID') return refuse('FUNDS_ALREADY_PAID', { paid: year.paid });
      if (year.is !== 'REQUISITIONED') return refuse('NO_REQUISITION');
      if (!sameMoney(command.amount, year.requisitioned))
        return refuse('PAYMENT_DIFFERS', { requisitioned: year.requisitioned });
      if (command.paidOn < dayOf(lastSent)) return refuse('DATES_CONTRADICT', { sentAt: lastSent });
      const requisitionIds = year.requisitions.entries().map(([id]) => id);
      return accept(RequisitionPaid({ ...command, requisitionIds }));
    },

    RecordCost(command, year, { reads }) {
      const mandate = reads.mandate(mandateOf(command.fundingYearId));
      const inYear = command.costDate.slice(0, 4) === `${yearOfFunding(command.fundingYearId)}`;
      const inPeriod = command.costDate >= mandate.periodFrom && command.costDate <= mandate.periodTo;
      const limit = limitOf(year, reads.yearAfter(yearAfter(command.fundingYearId)).carriedIn);
      const left = minus(limit, year.used);
      if (year.is === 'UNKNOWN') return unknown(command);
      if (mandate.is !== 'OPEN') return closed(mandate);
      if (year.costs.has(command.costId)) return refuse('ALREADY_EXISTS', { costId: command.costId });
      if (!inYear || !inPeriod)
        return refuse('COST_OUTSIDE_PERIOD', { periodFrom: mandate.periodFrom, periodTo: mandate.periodTo });
      if (isMore(command.amount, left)) return refuse('CEILING_EXCEEDED', { limit, left });
      return accept(CostRecorded({ ...command, appropriation: mandate.appropriation }));
    },

    CorrectCost(command, year, { reads }) {
      const mandate = reads.mandate(mandateOf(command.fundingYearId));
      const cost = year.costs.get(command.costId);
      const limit = limitOf(year, reads.yearAfter(yearAfter(command.fundingYearId)).carriedIn);
      const left = minus(limit, year.used);
      if (year.is === 'UNKNOWN') return unknown(command);
      if (mandate.is !== 'OPEN') return closed(mandate);
      if (!cost) return refuse('NOT_FOUND', { costId: command.costId });
      if (isMore(minus(zeroKr, cost.amount), command.delta)) return refuse('COST_BELOW_ZERO', { amount: cost.amount });
      if (isMore(command.delta, left)) return refuse('CEILING_EXCEEDED', { limit, left });
      return accept(CostCorrected(command));
    },

    DecideCarryOver(command, year, { reads }) {
      const mandate = reads.mandate(mandateOf(command.fundingYearId));
      const before = reads.yearBefore(command.fromFundingYearId);
      const outstanding = outstandingOf(before, year.carriedIn);
      if (year.is === 'UNKNOWN') return unknown(command);
      if (mandate.is !== 'OPEN') return closed(mandate);
      if (before.is === 'UNKNOWN') return refuse('NOT_FOUND', { fromFundingYearId: command.fromFundingYearId });
      if (isMore(command.amount, outstanding)) return refuse('UNUSED_EXCEEDED', { outstanding });
      return accept(FundingCarryOverDecided(command));
    },

    RecordRepayment(command, year, { reads }) {
      const mandate = reads.mandate(mandateOf(command.fundingYearId));
      const obligation = mandate.obligations.get(command.obligationId);
      const outstanding = outstandingOf(year, reads.yearAfter(yearAfter(command.fundingYearId)).carriedIn);
      const account = mandate.repaymentAccount;
      if (year.is === 'UNKNOWN') return unknown(command);
      if (mandate.is !== 'OPEN') return closed(mandate);
      if (mandate.decisionDiaryNumber === undefined) return refuse('MISSING_DECISION_REFERENCE');
      if (obligation?.kind !== 'REPAYMENT') return refuse('NOT_FOUND', { obligationId: command.obligationId });
      if (year.repayments.has(command.repaymentId))
        return refuse('ALREADY_EXISTS', { repaymentId: command.repaymentId });
      if (command.account.type !== account.type || command.account.number !== account.number)
        return refuse('WRONG_REPAYMENT_ACCOUNT', { account });
      if (isMore(command.amount, outstanding)) return refuse('UNUSED_EXCEEDED', { outstanding });
      const { payerOrgId, decisionDiaryNumber } = mandate;
      return accept(
        UnusedFundsRepaid({ ...command, decisionDiaryNumber }, { addressee: [payerOrgId] }),
        lateness(obligation, command.paidOn),
      );
    },
  },
});

const unknown = ({ fundingYearId }: { fundingYearId: string }): Refusal => refuse('NOT_FOUND', { fundingYearId });
