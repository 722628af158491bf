import { expect, test } from '@jest/globals';
import { seenOf } from '#kernel/view';
import { madeUpDiaryNumber } from '../decision.ts';
import { ReportFacts } from '../report.events.ts';
import { approved, drafted, followUp, statement, stated, submittedReport } from '../report.sample.contract.ts';
import { document, final, mandateId, objectiveId } from '../sample.contract.ts';
import { folded } from './folded.contract.ts';
import { reports } from './report.view.ts';

const sentAt = '2019-03-29T08:00:00.000Z';

test('a draft holds the latest statement of each year and the latest follow-up of each objective', () => {
  const revised = { ...followUp, assessment: 'MET' as const };
  const [row] = folded(
    reports,
    drafted('FINAL'),
    stated(final, 2018),
    stated(final, 2017),
    stated(final, 2018),
    ReportFacts.ObjectiveFollowUpRecorded(followUp),
    ReportFacts.ObjectiveFollowUpRecorded(revised),
  );
  expect(row).toMatchObject({ mandateId, kind: 'FINAL', state: 'DRAFT' });
  expect(row?.statements.map(({ fiscalYear }) => fiscalYear)).toEqual([2017, 2018]);
  expect(row?.statements[0]?.used).toEqual(statement(final, 2017).used);
  expect(row?.followUps).toMatchObject([{ objectiveId, assessment: 'MET' }]);
});

test('a report goes from draft to received', () => {
  const received = ReportFacts.ReportReceived({ reportId: final, receivedAt: '2019-03-29T08:30:00.000Z' });
  const steps = [drafted('FINAL'), approved(final), submittedReport(final, sentAt, [2017, 2018]), received];
  const states = steps.map((_, index) => folded(reports, ...steps.slice(0, index + 1))[0]?.state);
  expect(states).toEqual(['DRAFT', 'APPROVED', 'SUBMITTED', 'RECEIVED']);
  expect(folded(reports, ...steps)).toMatchObject([
    { doc: document, decisionDiaryNumber: madeUpDiaryNumber, sentAt, receivedAt: '2019-03-29T08:30:00.000Z' },
  ]);
});

test('a report is let go by its own submission', () => {
  const [row] = folded(reports, drafted('FINAL'));
  const submission = submittedReport(final, sentAt, []).data as never;
  expect(ReportFacts.ReportSubmitted.definition.releases?.(submission)).toContain(
    row && seenOf(reports, 'statements').release?.(row),
  );
});
