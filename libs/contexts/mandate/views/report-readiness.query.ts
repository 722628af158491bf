import { flag, group, id, list, text, year } from '#kernel/fields';
import { query, rowsOf } from '#kernel/query';
import { yearsOf } from '../mandate.events.ts';
import { missingIn } from '../report.rules.ts';
import { mandates } from './mandate.view.ts';
import { objectives } from './objective.view.ts';
import { obligations } from './obligation.view.ts';
import { reports } from './report.view.ts';

type OfMandate = { readonly mandateId: string };
const { reportId, kind, state } = reports.row;

/** What a draft still needs before it can be approved. */
export const reportReadiness = query({
  name: 'reportReadiness',
  says: 'What each report of a mandate lacks before it is complete, of the reports that the viewer may see.',
  args: { mandateId: id('The mandate.') },
  gives: {
    type: 'ReportReadiness',
    says: 'What a report lacks before it is complete.',
    shape: {
      reportId,
      kind,
      state,
      complete: flag('Whether it holds all that it must.'),
      missingStatements: list(year('A year.'), 'Years whose financial statement is missing.'),
      missingFollowUps: list(
        group('MissingFollowUp', 'An objective that is not followed up.', {
          objectiveId: id('The objective.'),
          code: text('Its code.'),
        }),
        'Objectives that are not followed up.',
      ),
    },
  },
  reads: {
    mandates: rowsOf(mandates, ({ mandateId }: OfMandate) => ({ keys: [mandateId] })),
    objectives: rowsOf(objectives, ({ mandateId }: OfMandate) => ({ filter: { mandateId } })),
    obligations: rowsOf(obligations, ({ mandateId }: OfMandate) => ({ filter: { mandateId } })),
    reports: rowsOf(reports, ({ mandateId }: OfMandate) => ({ filter: { mandateId } })),
  },
  list: true,
  answer: ({ mandates, objectives, obligations, reports }) =>
    reports.flatMap(({ reportId, kind, state, statements, followUps, obligationId }) => {
      const [{ periodFrom, periodTo } = {}] = mandates;
      if (!reportId || !kind || !state || !statements || !followUps || !periodFrom || !periodTo) return [];
      const missing = missingIn(
        {
          kind,
          fiscalYears: statements.map(({ fiscalYear }) => fiscalYear),
          objectiveIds: followUps.map(({ objectiveId }) => objectiveId),
        },
        {
          years: yearsOf({ is: 'OPEN', periodFrom, periodTo }),
          objectives: objectives.flatMap(({ objectiveId, code }) =>
            objectiveId && code ? [[objectiveId, code] as const] : [],
          ),
          hardDeadline: obligations.find((row) => row.obligationId === obligationId)?.hardDeadline,
        },
      );
      return [
        {
          reportId,
          kind,
          state,
          complete: missing.length === 0,
          missingStatements: missing.flatMap((one) => (one.what === 'STATEMENT' ? [one.fiscalYear] : [])),
          missingFollowUps: missing.flatMap((one) =>
            one.what === 'FOLLOW_UP' ? [{ objectiveId: one.objectiveId, code: one.code }] : [],
          ),
        },
      ];
    }),
});
