import { describe, expect, test } from '@jest/globals';
import { deciding } from '#kernel/given';
import type { InputOf } from '#kernel/commands';
import { ReportCommands } from './report.commands.ts';
import { ReportFacts } from './report.events.ts';
import { report } from './report.ts';
import {
  drafting,
  followUp,
  approve,
  drafted,
  stated,
  completeInterim,
  completeFinal,
  approved,
  given,
  givenClosed,
  givenNoReference,
} from './report.sample.contract.ts';
import { final, interim, mandateId, objectiveId, obligationOf, someId } from './sample.contract.ts';

const { ObjectiveFollowUpRecorded } = ReportFacts;

describe('drafting a report (#17)', () => {
  test('happens once for each kind (scenario 3)', () => {
    given().when('DraftReport', drafting.INTERIM).then(drafted('INTERIM'));
    given(drafted('INTERIM')).when('DraftReport', drafting.INTERIM).refused('ALREADY_EXISTS', { reportId: interim });
  });

  test('answers an obligation to give a report of that kind', () => {
    for (const row of [13, 22, 999])
      given()
        .when('DraftReport', { ...drafting.INTERIM, obligationId: obligationOf(row) })
        .refused('NOT_FOUND', { obligationId: obligationOf(row) });
  });

  test('is about an open mandate', () => {
    deciding(report).given().when('DraftReport', drafting.INTERIM).refused('NOT_FOUND', { mandateId });
    givenClosed()
      .when('DraftReport', drafting.INTERIM)
      .refused('INVALID_TRANSITION', { object: 'Mandate', state: 'CLOSED' });
  });

  test('has an id of mandate and kind', () => {
    const malformed = (input: InputOf<typeof ReportCommands.DraftReport>) =>
      ReportCommands.DraftReport.malformed?.(input);
    expect(malformed({ ...drafting.INTERIM, reportId: final })?.path).toBe('reportId');
    expect(malformed(drafting.INTERIM)).toBeUndefined();
  });
});

describe('a follow-up of an objective (#19)', () => {
  test('belongs to the final report (scenarios 3 and 4)', () => {
    given(drafted('FINAL')).when('RecordObjectiveFollowUp', followUp).then(ObjectiveFollowUpRecorded(followUp));
    given(drafted('INTERIM'))
      .when('RecordObjectiveFollowUp', { ...followUp, reportId: interim })
      .refused('NOT_A_FINAL_REPORT');
  });

  test('is of an objective of the mandate, while the report is a draft', () => {
    given(drafted('FINAL'))
      .when('RecordObjectiveFollowUp', { ...followUp, objectiveId: someId(1) })
      .refused('NOT_FOUND', { objectiveId: someId(1) });
    given().when('RecordObjectiveFollowUp', followUp).refused('NOT_FOUND', { reportId: final });
    given(...completeFinal, approved(final))
      .when('RecordObjectiveFollowUp', followUp)
      .refused('INVALID_TRANSITION');
  });
});

describe('approval (#20)', () => {
  test('of the interim report needs the statement of the year before (scenario 3)', () => {
    given(drafted('INTERIM'))
      .when('ApproveReport', approve(interim))
      .refused('REPORT_INCOMPLETE', { missing: [{ what: 'STATEMENT', fiscalYear: 2017 }] });
    given(drafted('INTERIM'), stated(interim, 2018))
      .when('ApproveReport', approve(interim))
      .refused('REPORT_INCOMPLETE');
    given(...completeInterim)
      .when('ApproveReport', approve(interim))
      .then(approved(interim));
  });

  test('of the final report needs every year and every objective (scenario 4)', () => {
    given(drafted('FINAL'), stated(final, 2017), stated(final, 2018))
      .when('ApproveReport', approve(final))
      .refused('REPORT_INCOMPLETE', { missing: [{ what: 'FOLLOW_UP', objectiveId, code: 'G0' }] });
    given(drafted('FINAL'), stated(final, 2018), ObjectiveFollowUpRecorded(followUp))
      .when('ApproveReport', approve(final))
      .refused('REPORT_INCOMPLETE', { missing: [{ what: 'STATEMENT', fiscalYear: 2017 }] });
    given(...completeFinal)
      .when('ApproveReport', approve(final))
      .then(approved(final));
  });

  test('happens once, with or without a diary number (scenario 24)', () => {
    given().when('ApproveReport', approve(interim)).refused('NOT_FOUND');
    given(...completeInterim, approved(interim))
      .when('ApproveReport', approve(interim))
      .refused('INVALID_TRANSITION', { object: 'Report', state: 'APPROVED', expected: 'DRAFT' });
    givenNoReference(...completeInterim)
      .when('ApproveReport', approve(interim))
      .then(approved(interim));
  });
});
