import { accept, decider, type Refusal, read, refuse } from '#kernel/decider';
import { type Money, sameMoney, zeroKr } from '#kernel/money';
import { dayOf } from '#kernel/time';
import { type FundingYear, fundingYears, unusedOf } from './funding-year.events.ts';
import { type Mandate, mandates, yearsOf } from './mandate.events.ts';
import { closed, lateness } from './mandate.rules.ts';
import { ReportCommands } from './report.commands.ts';
import { type Report, ReportFacts, reports } from './report.events.ts';
import { missingIn } from './report.rules.ts';
import { fundingYearOf, mandateOf, yearAfter } from './words.ts';

const {
  ReportDrafted,
  FinancialStatementAttached,
  ObjectiveFollowUpRecorded,
  ReportApproved,
  ReportSubmitted,
  ReportReceived,
} = ReportFacts;

/** The interim and the final report: #17 to #22 of domain 7.5. */
export const report = decider(reports, ReportCommands, {
  id: ({ reportId }) => reportId,
  reads: {
    mandate: read(mandates, ({ command }) => mandateOf(command.reportId)),
    /** The year and the one after, which knows what was carried out of it. */
    fundingYear: read(fundingYears, ({ command }) => {
      if (!('fiscalYear' in command)) return undefined;
      const fundingYearId = fundingYearOf(mandateOf(command.reportId), command.fiscalYear);
      return [fundingYearId, yearAfter(fundingYearId)];
    }),
  },
  decide: {
    DraftReport(command, report, { reads }) {
      const { reportId, mandateId, obligationId, kind } = command;
      const mandate = reads.mandate(mandateId);
      const obligation = mandate.obligations.get(obligationId);
      if (mandate.is === 'UNKNOWN') return refuse('NOT_FOUND', { mandateId });
      if (mandate.is !== 'OPEN') return closed(mandate);
      if (obligation?.kind !== 'REPORT' || obligation.reportKind !== kind) return refuse('NOT_FOUND', { obligationId });
      if (report.is !== 'UNKNOWN') return refuse('ALREADY_EXISTS', { reportId });
      return accept(ReportDrafted(command));
    },

    AttachFinancialStatement(command, report, { reads }) {
      const fundingYearId = fundingYearOf(mandateOf(command.reportId), command.fiscalYear);
      const year = reads.fundingYear(fundingYearId);
      if (report.is !== 'DRAFT') return notIn('DRAFT', command, report);
      if (year.is === 'UNKNOWN') return refuse('NOT_FOUND', { fundingYearId });
      const fields = differing(command, year, reads.fundingYear(yearAfter(fundingYearId)).carriedIn);
      if (fields.length > 0) return refuse('STATEMENT_DIFFERS', { fields });
      return accept(FinancialStatementAttached(command));
    },

    RecordObjectiveFollowUp(command, report, { reads }) {
      const { objectives } = reads.mandate(mandateOf(command.reportId));
      if (report.is !== 'DRAFT') return notIn('DRAFT', command, report);
      if (report.kind !== 'FINAL') return refuse('NOT_A_FINAL_REPORT');
      if (!objectives.has(command.objectiveId)) return refuse('NOT_FOUND', { objectiveId: command.objectiveId });
      return accept(ObjectiveFollowUpRecorded(command));
    },

    ApproveReport(command, report, { reads }) {
      const missing = missingFrom(report, reads.mandate(mandateOf(command.reportId)));
      if (report.is !== 'DRAFT') return notIn('DRAFT', command, report);
      if (missing.length > 0) return refuse('REPORT_INCOMPLETE', { missing });
      return accept(ReportApproved(command));
    },

    SubmitReport(command, report, { reads }) {
      const mandate = reads.mandate(mandateOf(command.reportId));
      const missing = missingFrom(report, mandate);
      const { decisionDiaryNumber } = mandate;
      const { doc, fiscalYears, recipientOrgId } = report;
      if (report.is === 'UNKNOWN') return unknown(command);
      if (mandate.is !== 'OPEN') return closed(mandate);
      if (missing.length > 0) return refuse('REPORT_INCOMPLETE', { missing });
      if (report.is !== 'APPROVED' || !doc) return notIn('APPROVED', command, report);
      if (decisionDiaryNumber === undefined) return refuse('MISSING_DECISION_REFERENCE');
      return accept(
        ReportSubmitted({ ...command, decisionDiaryNumber, doc, fiscalYears }, { addressee: [recipientOrgId] }),
      );
    },

    ConfirmReportReceipt(command, report, { reads }) {
      const { obligations } = reads.mandate(mandateOf(command.reportId));
      const { sentAt = '', obligationId, recipientOrgId } = report;
      if (report.is !== 'SUBMITTED') return notIn('SUBMITTED', command, report);
      if (command.receivedAt < sentAt) return refuse('DATES_CONTRADICT', { sentAt });
      return accept(
        ReportReceived(command, { addressee: [recipientOrgId] }),
        lateness(obligations.get(obligationId), dayOf(command.receivedAt)),
      );
    },
  },
});

const unknown = ({ reportId }: { reportId: string }): Refusal => refuse('NOT_FOUND', { reportId });

const notIn = (expected: Report['is'], command: { reportId: string }, report: Report): Refusal =>
  report.is === 'UNKNOWN'
    ? unknown(command)
    : refuse('INVALID_TRANSITION', { object: 'Report', state: report.is, expected });

const missingFrom = (report: Report, mandate: Mandate) =>
  missingIn(report, {
    years: yearsOf(mandate),
    objectives: mandate.objectives.entries(),
    hardDeadline: mandate.obligations.get(report.obligationId)?.hardDeadline,
  });

type Figures = Omit<Parameters<typeof FinancialStatementAttached>[0], 'reportId' | 'fiscalYear'>;

/** The fields in which a statement is not what the ledger says; a category that is not named stands for nothing used. */
function differing(statement: Figures, year: FundingYear, carriedOut: Money): string[] {
  const { ceiling, paid, carriedIn, used, repaid } = year;
  const ledger = { ceiling, paid, carriedIn, carriedOut, used, unused: unusedOf(year, carriedOut), repaid };
  const fields = Object.entries(ledger)
    .filter(([name, amount]) => !sameMoney(statement[name as keyof typeof ledger], amount))
    .map(([name]) => name);

  const stated = new Map(statement.byCategory.map(({ category, amount }) => [category as string, amount]));
  const categories = new Set([...stated.keys(), ...year.byCategory.entries().map(([category]) => category)]);
  const said = (amount: Money | undefined) => amount ?? zeroKr;
  const differ = [...categories].some((key) => !sameMoney(said(stated.get(key)), said(year.byCategory.get(key))));
  return differ ? [...fields, 'byCategory'] : fields;
}
