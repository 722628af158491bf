import { code, codeList, type Data, group, list, optional, without } from '#kernel/fields';
import { view } from '#kernel/view';
import { ReportFacts } from '../report.events.ts';
import { ofReport } from './released.ts';

const {
  ReportDrafted,
  FinancialStatementAttached,
  ObjectiveFollowUpRecorded,
  ReportApproved,
  ReportSubmitted,
  ReportReceived,
} = ReportFacts;

const states = codeList('ReportState', 'State of a report.', {
  DRAFT: 'Utkast',
  APPROVED: 'Fastställd',
  SUBMITTED: 'Inlämnad',
  RECEIVED: 'Mottagen',
});
const statement = group(
  'FinancialStatement',
  'How the funds of a year were used.',
  without(FinancialStatementAttached.definition.data, 'reportId'),
);
const followUp = group(
  'ObjectiveFollowUp',
  'The results compared with an objective.',
  without(ObjectiveFollowUpRecorded.definition.data, 'reportId'),
);

const row = {
  ...ReportDrafted.definition.data,
  state: code(states),
  statements: list(statement, 'The latest statement of each year.'),
  followUps: list(followUp, 'The latest follow-up of each objective.'),
  doc: optional(ReportApproved.definition.data.doc),
  decisionDiaryNumber: optional(ReportSubmitted.definition.data.decisionDiaryNumber),
  sentAt: optional(ReportSubmitted.definition.data.sentAt),
  receivedAt: optional(ReportReceived.definition.data.receivedAt),
};
type Report = Data<typeof row>;

/** Each report with what it holds; seen by all once it is submitted. */
export const reports = view(
  {
    name: 'report',
    version: 1,
    type: 'Report',
    one: 'report',
    many: 'reports',
    says: 'A report on a mandate to the government.',
    of: ReportFacts,
    row,
  },
  {
    key: 'reportId',
    on: {
      ReportDrafted: (_, data): Report => ({ ...data, state: 'DRAFT', statements: [], followUps: [] }),
      FinancialStatementAttached: (row, { reportId: _, ...statement }) =>
        row && {
          ...row,
          statements: [
            ...row.statements.filter(({ fiscalYear }) => fiscalYear !== statement.fiscalYear),
            statement,
          ].sort((a, b) => a.fiscalYear - b.fiscalYear),
        },
      ObjectiveFollowUpRecorded: (row, { reportId: _, ...followUp }) =>
        row && {
          ...row,
          followUps: [...row.followUps.filter(({ objectiveId }) => objectiveId !== followUp.objectiveId), followUp],
        },
      ReportApproved: (row, { doc }): Report | null => row && { ...row, state: 'APPROVED', doc },
      ReportSubmitted: (row, { doc, sentAt, decisionDiaryNumber }): Report | null =>
        row && { ...row, state: 'SUBMITTED', doc, sentAt, decisionDiaryNumber },
      ReportReceived: (row, { receivedAt }): Report | null => row && { ...row, state: 'RECEIVED', receivedAt },
    },
    seen: ofReport,
    refs: {
      mandate: ['mandateId', 'Mandate'],
      obligation: ['obligationId', 'Obligation'],
      recipient: ['recipientOrgId', 'Organisation'],
    },
    filters: ['mandateId', 'kind', 'state', 'obligationId'],
    orders: ['kind', 'sentAt'],
  },
);
