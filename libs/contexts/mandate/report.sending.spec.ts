import { describe, expect, test } from '@jest/globals';
import { ReportFacts } from './report.events.ts';
import {
  recipientOrgId,
  followUp,
  sending,
  drafted,
  stated,
  completeInterim,
  completeFinal,
  approved,
  submittedReport,
  given,
  givenClosed,
  givenNoReference,
} from './report.sample.contract.ts';
import { final, interim, year2017 } from './sample.contract.ts';

const { ObjectiveFollowUpRecorded, ReportReceived } = ReportFacts;

describe('sending a report (#21)', () => {
  const sentAt = '2018-04-27T20:00:00.000Z';
  const send = sending(interim, sentAt);

  test('sends what was approved to whom it was drafted for, citing the decision (scenario 3)', () => {
    given(...completeInterim, approved(interim))
      .when('SubmitReport', send)
      .then(submittedReport(interim, sentAt, [2017]));
  });

  test('names the years of its statements in order, each once', () => {
    const late = [drafted('FINAL'), stated(final, 2018), stated(final, 2017), stated(final, 2018)];
    given(...late, ObjectiveFollowUpRecorded(followUp), approved(final))
      .when('SubmitReport', sending(final, '2019-03-29T08:00:00.000Z'))
      .then(submittedReport(final, '2019-03-29T08:00:00.000Z', [2017, 2018]));
  });

  test('releases the report and the money of its years', () => {
    expect(
      ReportFacts.ReportSubmitted.definition.releases?.(submittedReport(interim, sentAt, [2017]).data as never),
    ).toEqual([`report:${interim}`, `year:${year2017}`]);
  });

  test('needs completeness before approval (scenario 3)', () => {
    given(drafted('INTERIM')).when('SubmitReport', send).refused('REPORT_INCOMPLETE');
    given(...completeInterim)
      .when('SubmitReport', send)
      .refused('INVALID_TRANSITION', { object: 'Report', state: 'DRAFT', expected: 'APPROVED' });
  });

  test('happens once, from an open mandate with a diary number (scenario 24)', () => {
    const ready = [...completeInterim, approved(interim)];
    given(...ready, submittedReport(interim, sentAt, [2017]))
      .when('SubmitReport', send)
      .refused('INVALID_TRANSITION');
    given().when('SubmitReport', send).refused('NOT_FOUND');
    givenClosed(...ready)
      .when('SubmitReport', send)
      .refused('INVALID_TRANSITION', { object: 'Mandate', state: 'CLOSED' });
    givenNoReference(...ready)
      .when('SubmitReport', send)
      .refused('MISSING_DECISION_REFERENCE');
  });
});

describe('receipt of a report (#22)', () => {
  const sentAt = '2018-04-27T20:00:00.000Z';
  const confirm = (receivedAt: string) =>
    given(...completeInterim, approved(interim), submittedReport(interim, sentAt, [2017])).when(
      'ConfirmReportReceipt',
      {
        reportId: interim,
        receivedAt,
      },
    );

  test('a minute before midnight in Stockholm is in time (scenario 3 a)', () => {
    confirm('2018-04-27T21:59:00.000Z')
      .then(
        ReportReceived({ reportId: interim, receivedAt: '2018-04-27T21:59:00.000Z' }, { addressee: [recipientOrgId] }),
      )
      .warned();
  });

  test('a minute after midnight in Stockholm is too late (scenario 3 b)', () => {
    confirm('2018-04-27T22:01:00.000Z').warned('AFTER_HARD_DEADLINE');
  });

  test('at the weekend before the deadline is after the safe day', () => {
    const sentFinal = submittedReport(final, '2019-03-29T08:00:00.000Z', [2017, 2018]);
    const receipt = (receivedAt: string) =>
      given(...completeFinal, approved(final), sentFinal).when('ConfirmReportReceipt', { reportId: final, receivedAt });
    receipt('2019-03-29T08:30:00.000Z').warned();
    receipt('2019-03-30T08:30:00.000Z').warned('AFTER_SAFE_DEADLINE');
    receipt('2019-03-31T22:00:00.000Z').warned('AFTER_HARD_DEADLINE');
  });

  test('is of a report that was sent, and not before', () => {
    confirm('2018-04-27T19:59:59.999Z').refused('DATES_CONTRADICT', { sentAt });
    given().when('ConfirmReportReceipt', { reportId: interim, receivedAt: sentAt }).refused('NOT_FOUND');
    given(...completeInterim, approved(interim))
      .when('ConfirmReportReceipt', { reportId: interim, receivedAt: sentAt })
      .refused('INVALID_TRANSITION', { object: 'Report', state: 'APPROVED', expected: 'SUBMITTED' });
  });
});
