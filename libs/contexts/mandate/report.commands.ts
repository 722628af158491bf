import { command, commands, mandated, type Problem } from '#kernel/commands';
import { ReportFacts } from './report.events.ts';
import { reportOf } from './words.ts';

const {
  ReportDrafted,
  FinancialStatementAttached,
  ObjectiveFollowUpRecorded,
  ReportApproved,
  ReportSubmitted,
  ReportReceived,
} = ReportFacts;

export const ReportCommands = commands({
  DraftReport: command({
    says: 'Begin the interim or the final report.',
    by: [mandated('MANDATE_OWNER')],
    makes: ReportDrafted,
    malformed: ({ reportId, mandateId, kind }): Problem | undefined =>
      reportId === reportOf(mandateId, kind)
        ? undefined
        : { path: 'reportId', rule: 'built', expected: `${reportOf(mandateId, kind)}, of mandateId and kind` },
  }),
  AttachFinancialStatement: command({
    says: "State how the funds of a year were used: the ledger's own figures.",
    by: [mandated('FINANCE')],
    makes: FinancialStatementAttached,
    malformed: ({ byCategory }): Problem | undefined =>
      new Set(byCategory.map(({ category }) => category)).size < byCategory.length
        ? { path: 'byCategory', rule: 'each', expected: 'each category once' }
        : undefined,
  }),
  RecordObjectiveFollowUp: command({
    says: 'Compare the results with an objective, in the final report.',
    by: [mandated('MANDATE_OWNER'), mandated('FACILITATOR')],
    makes: ObjectiveFollowUpRecorded,
  }),
  ApproveReport: command({
    says: 'Approve a complete report as it will be sent.',
    by: [mandated('DECISION_MAKER')],
    makes: ReportApproved,
  }),
  SubmitReport: command({
    says: 'Record that the approved report was sent. What it holds becomes public.',
    by: [mandated('MANDATE_OWNER')],
    makes: ReportSubmitted,
    filled: ['decisionDiaryNumber', 'doc', 'fiscalYears'],
  }),
  ConfirmReportReceipt: command({
    says: 'Record that the recipient received the report.',
    by: [mandated('MANDATE_OWNER'), mandated('REGISTRAR')],
    makes: ReportReceived,
  }),
});
