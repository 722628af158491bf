import { expect, test } from '@jest/globals';
import type { NewFact } from '#kernel/facts';
import { kr } from '#kernel/money';
import { madeUpDiaryNumber } from '../decision.ts';
import { MandateFacts } from '../mandate.events.ts';
import {
  closed,
  document,
  mandateId,
  mandateInput,
  objectiveId,
  obligationOf,
  obligationsRegistered,
  openMandate,
  orgOf,
  referenced,
  registered,
  someId,
} from '../sample.contract.ts';
import { decisionCopies } from './decision-copy.view.ts';
import { folded } from './folded.contract.ts';
import { mandates } from './mandate.view.ts';
import { objectives } from './objective.view.ts';
import { obligations } from './obligation.view.ts';
import { policyReferences } from './policy-reference.view.ts';

test('a mandate is open, and gets its diary number when that is known', () => {
  const [before] = folded(mandates, registered);
  expect(before).toMatchObject({ mandateId, state: 'OPEN', periodFrom: '2017-01-01', periodTo: '2018-12-31' });
  expect(before).not.toHaveProperty('decisionDiaryNumber');
  expect(folded(mandates, registered, referenced)).toMatchObject([{ decisionDiaryNumber: madeUpDiaryNumber }]);
});

test('a closed mandate says when, and what became of the money', () => {
  expect(folded(mandates, registered, closed)).toMatchObject([
    { state: 'CLOSED', closedOn: '2019-04-01', balance: { paid: kr(0), used: kr(0), repaid: kr(0) } },
  ]);
});

test('an amended mandate is as the last decision says, and names the decisions', () => {
  const changes = { title: { sv: 'Annat namn (påhittat)' }, periodTo: '2019-12-31' };
  const amended = MandateFacts.MandateAmended({ mandateId, changes, decisionDoc: document });
  expect(folded(mandates, registered, amended)).toMatchObject([
    { ...changes, periodFrom: '2017-01-01', decisionDoc: mandateInput.decisionDoc, amendments: [document] },
  ]);
});

test('the distribution list has a row for each recipient and unit', () => {
  const [recipientOrgId, other] = [orgOf('STATSRADSBEREDNINGEN'), orgOf('VINNOVA')];
  const copy = (more: object) => MandateFacts.DecisionCopySent({ mandateId, recipientOrgId, ...more });
  const rows = folded(
    decisionCopies,
    copy({ unit: 'SAM' }),
    copy({ unit: 'INRÅD', sentOn: '2016-12-22' }),
    copy({ recipientOrgId: other, channel: 'EMAIL' }),
  );
  expect(rows).toEqual([
    { copyId: `${mandateId}-${recipientOrgId}-SAM`, mandateId, recipientOrgId, unit: 'SAM' },
    { copyId: `${mandateId}-${recipientOrgId}-INRÅD`, mandateId, recipientOrgId, unit: 'INRÅD', sentOn: '2016-12-22' },
    { copyId: `${mandateId}-${other}`, mandateId, recipientOrgId: other, channel: 'EMAIL' },
  ]);
});

test('a policy document is as it was registered', () => {
  const reference = { mandateId, policyReferenceId: someId(1), title: { sv: 'Smart industri' }, date: '2016-01-21' };
  expect(folded(policyReferences, MandateFacts.PolicyReferenceRegistered(reference))).toEqual([reference]);
});

test('an objective is as it was defined', () => {
  expect(folded(objectives, ...openMandate)).toMatchObject([{ mandateId, objectiveId, code: 'G0' }]);
});

test('each of the 29 obligations has a row, with its dates, and nothing done', () => {
  const rows = folded(obligations, ...openMandate);
  expect(rows).toHaveLength(29);
  for (const row of rows) expect(row).toMatchObject({ fulfilled: false, hasEvidence: false, evidence: [], notes: [] });
  expect(rows.find(({ row }) => row === 14)).toMatchObject({
    kind: 'REQUISITION',
    modality: 'SHALL',
    hardDeadline: '2018-12-01',
    safeDeadline: '2018-11-30',
  });
});

test('reminders gather, a deadline is missed, and the miss is taken back', () => {
  const about = { mandateId, obligationId: obligationOf(13) };
  const reminded = (daysBefore: number) =>
    MandateFacts.ReminderRaised({ ...about, daysBefore, safeDeadline: '2017-12-01' });
  const missed = MandateFacts.DeadlineMissed({ ...about, hardDeadline: '2017-12-01', basis: 'NOTHING_RECORDED' });
  const retracted = MandateFacts.DeadlineMissRetracted({
    ...about,
    hardDeadline: '2017-12-01',
    factEventId: '00000000-0000-5000-8000-000000000001',
    happenedOn: '2017-11-30',
  });
  const rowAfter = (...facts: readonly NewFact[]) =>
    folded(obligations, ...openMandate, ...facts).find(({ row }) => row === 13);
  expect(rowAfter(reminded(30), reminded(10))?.reminders.map(({ daysBefore }) => daysBefore)).toEqual([30, 10]);
  expect(rowAfter(missed)?.miss).toEqual({ hardDeadline: '2017-12-01', basis: 'NOTHING_RECORDED' });
  expect(rowAfter(missed, retracted)?.miss).toMatchObject({ basis: 'NOTHING_RECORDED', metOn: '2017-11-30' });
});

test('evidence gathers, then the obligation is fulfilled', () => {
  const evidence = (n: number) => [
    { eventId: `00000000-0000-5000-8000-00000000000${n}`, type: 'CollaborationActivityRecorded' },
  ];
  const linked = (n: number, note?: string) =>
    MandateFacts.ObligationEvidenceLinked({
      mandateId,
      obligationId: obligationOf(55),
      evidence: evidence(n),
      ...(note !== undefined && { note }),
    });
  const reasoning = { sv: 'Löpande samverkan (påhittat).' };
  const fulfilled = MandateFacts.ObligationFulfilled({
    mandateId,
    obligationId: obligationOf(55),
    assessedOn: '2018-12-20',
    reasoning,
  });
  const rows = folded(obligations, ...obligationsRegistered, linked(1, 'Första mötet.'), linked(2), fulfilled);
  expect(rows.find(({ row }) => row === 55)).toMatchObject({
    hasEvidence: true,
    evidence: [...evidence(1), ...evidence(2)],
    notes: ['Första mötet.'],
    fulfilled: true,
    fulfilledOn: '2018-12-20',
    reasoning,
  });
  expect(rows.find(({ row }) => row === 56)).toMatchObject({ hasEvidence: false, fulfilled: false });
});

test('what was left unfulfilled is explained when the mandate is closed', () => {
  const reasoning = { sv: 'Hann inte (påhittat).' };
  const closing = MandateFacts.MandateClosed({
    mandateId,
    closedOn: '2019-04-01',
    explanations: [{ obligationId: obligationOf(62), reasoning }],
    balance: { paid: kr(0), used: kr(0), repaid: kr(0) },
  });
  const rows = folded(obligations, ...obligationsRegistered, closing);
  expect(rows.filter((row) => row.explanation !== undefined)).toMatchObject([{ row: 62, explanation: reasoning }]);
});
