import { describe, expect, test } from '@jest/globals';
import type { NewFact } from '#kernel/facts';
import { deciding } from '#kernel/given';
import { madeUpDiaryNumber } from './decision.ts';
import { MandateCommands } from './mandate.commands.ts';
import { MandateFacts } from './mandate.events.ts';
import { mandate } from './mandate.ts';
import {
  closed,
  mandateId,
  mandateInput,
  objectiveDefined,
  objectiveInput,
  obligationInputs,
  obligationOf,
  obligationsRegistered,
  openMandate,
  orgOf,
  referenced,
  referenceInput,
  registered,
  someId,
} from './sample.contract.ts';

const given = (...facts: readonly NewFact[]) => deciding(mandate).given(...facts);
const isClosed = { object: 'Mandate', state: 'CLOSED' };

describe('registering a mandate (#1)', () => {
  test('happens once', () => {
    given().when('RegisterMandate', mandateInput).then(registered);
    given(registered).when('RegisterMandate', mandateInput).refused('ALREADY_EXISTS', { mandateId });
  });

  test('is for a period that does not end before it begins', () => {
    expect(MandateCommands.RegisterMandate.malformed?.({ ...mandateInput, periodTo: '2016-12-31' })?.path).toBe(
      'periodTo',
    );
    expect(MandateCommands.RegisterMandate.malformed?.({ ...mandateInput, periodTo: '2017-01-01' })).toBeUndefined();
  });
});

describe('the diary number of the decision (#1b, scenario 24)', () => {
  test('is recorded once, whether here or with the mandate', () => {
    given(registered).when('RecordDecisionReference', referenceInput).then(referenced);
    for (const decisionDiaryNumber of [madeUpDiaryNumber, 'DEMO 0000/0001 (påhittat)'])
      given(registered, referenced)
        .when('RecordDecisionReference', { ...referenceInput, decisionDiaryNumber })
        .refused('DECISION_REFERENCE_ALREADY_RECORDED', { decisionDiaryNumber: madeUpDiaryNumber });
    given(MandateFacts.MandateRegistered({ ...mandateInput, decisionDiaryNumber: madeUpDiaryNumber }))
      .when('RecordDecisionReference', referenceInput)
      .refused('DECISION_REFERENCE_ALREADY_RECORDED');
  });

  test('belongs to an open mandate', () => {
    given().when('RecordDecisionReference', referenceInput).refused('NOT_FOUND', { mandateId });
    given(registered, closed).when('RecordDecisionReference', referenceInput).refused('INVALID_TRANSITION', isClosed);
  });
});

describe('an objective (#3)', () => {
  test('has an id and a code of its own', () => {
    given(registered).when('DefineObjective', objectiveInput).then(objectiveDefined);
    given(registered, objectiveDefined)
      .when('DefineObjective', { ...objectiveInput, code: 'G1' })
      .refused('ALREADY_EXISTS', { objectiveId: objectiveInput.objectiveId });
    given(registered, objectiveDefined)
      .when('DefineObjective', { ...objectiveInput, objectiveId: someId(1) })
      .refused('ALREADY_EXISTS', { code: 'G0' });
  });

  test('belongs to an open mandate', () => {
    given().when('DefineObjective', objectiveInput).refused('NOT_FOUND');
    given(registered, closed).when('DefineObjective', objectiveInput).refused('INVALID_TRANSITION', isClosed);
  });
});

describe('an obligation (#4)', () => {
  const [first, requisition] = obligationInputs;
  if (!first || !requisition) throw new Error('the decision has obligations');

  test('of each row of the decision is registered with its safe day (scenario 1)', () => {
    obligationInputs.forEach((input, index) => {
      const fact = obligationsRegistered[index];
      if (fact) given(registered).when('RegisterObligation', input).then(fact);
    });
    const safe = (row: number) => obligationsRegistered.find(({ data }) => data['row'] === row)?.data['safeDeadline'];
    expect([13, 14, 18, 22, 25].map(safe)).toEqual([
      '2017-12-01',
      '2018-11-30',
      '2019-03-29',
      '2019-03-29',
      '2018-04-27',
    ]);
  });

  test('keeps a safe day that is stated', () => {
    const input = { ...requisition, safeDeadline: '2017-11-24' };
    given(registered).when('RegisterObligation', input).then(MandateFacts.ObligationRegistered(input));
  });

  test('is new, in an open mandate', () => {
    given(registered, ...obligationsRegistered)
      .when('RegisterObligation', first)
      .refused('ALREADY_EXISTS');
    given().when('RegisterObligation', first).refused('NOT_FOUND');
    given(registered, closed).when('RegisterObligation', first).refused('INVALID_TRANSITION', isClosed);
  });

  test('has a kind of report when it is to report, and a safe day only before a hard one', () => {
    const wrong = (change: object) =>
      MandateCommands.RegisterObligation.malformed?.({ ...requisition, ...change })?.path;
    expect(wrong({})).toBeUndefined();
    expect(wrong({ reportKind: 'FINAL' })).toBe('reportKind');
    expect(wrong({ kind: 'REPORT' })).toBe('reportKind');
    expect(wrong({ kind: 'REPORT', reportKind: 'FINAL' })).toBeUndefined();
    expect(wrong({ safeDeadline: '2017-12-02' })).toBe('safeDeadline');
    expect(wrong({ safeDeadline: '2017-12-01' })).toBeUndefined();
    const { hardDeadline: _, ...undated } = requisition;
    expect(MandateCommands.RegisterObligation.malformed?.({ ...undated, safeDeadline: '2017-12-01' })?.path).toBe(
      'safeDeadline',
    );
  });
});

describe('evidence of an obligation (#5)', () => {
  const eventId = '00000000-0000-5000-8000-000000000777';
  const type = 'CollaborationActivityRecorded';
  const link = { mandateId, obligationId: obligationOf(55), evidence: [{ eventId, type }] };
  const vinnova = orgOf('VINNOVA');
  const knowing = (of: string, ...concerns: string[]) =>
    given(...openMandate).knowing({ events: new Map([[eventId, { type: of, concerns }]]) });

  test('is an event of an accepted type that concerns the counterpart', () => {
    knowing(type, vinnova).when('LinkObligationEvidence', link).then(MandateFacts.ObligationEvidenceLinked(link));
  });

  test('is looked up by id and type among what the actor may see', () => {
    given(...openMandate)
      .when('LinkObligationEvidence', link)
      .refused('NOT_FOUND', { eventId });
    knowing('BuyerDialogueRecorded', vinnova).when('LinkObligationEvidence', link).refused('NOT_FOUND', { eventId });
  });

  test('is of a type that the obligation accepts', () => {
    knowing('BuyerDialogueRecorded', vinnova)
      .when('LinkObligationEvidence', { ...link, evidence: [{ eventId, type: 'BuyerDialogueRecorded' }] })
      .refused('EVIDENCE_NOT_ACCEPTED', { type: 'BuyerDialogueRecorded', evidenceTypes: [type] });
  });

  test('of an interaction concerns a counterpart; of anything else it need not', () => {
    knowing(type, orgOf('RISE'))
      .when('LinkObligationEvidence', link)
      .refused('COUNTERPART_MISMATCH', { eventId, counterpartOrgIds: [vinnova] });
    const dataset = {
      ...link,
      obligationId: obligationOf(64),
      evidence: [{ eventId, type: 'EvaluationDatasetDelivered' }],
    };
    knowing('EvaluationDatasetDelivered').when('LinkObligationEvidence', dataset).warned();
  });

  test('is linked once', () => {
    given(...openMandate, MandateFacts.ObligationEvidenceLinked(link))
      .knowing({ events: new Map([[eventId, { type, concerns: [vinnova] }]]) })
      .when('LinkObligationEvidence', link)
      .refused('ALREADY_EXISTS', { eventId });
    const wrong = (evidence: typeof link.evidence) =>
      MandateCommands.LinkObligationEvidence.malformed?.({ ...link, evidence })?.path;
    expect(wrong([...link.evidence, ...link.evidence])).toBe('evidence');
    expect(wrong([])).toBe('evidence');
    expect(wrong(link.evidence)).toBeUndefined();
  });

  test('is for an obligation of an open mandate', () => {
    knowing(type, vinnova)
      .when('LinkObligationEvidence', { ...link, obligationId: someId(1) })
      .refused('NOT_FOUND', { obligationId: someId(1) });
    given().when('LinkObligationEvidence', link).refused('NOT_FOUND', { mandateId });
    given(...openMandate, closed)
      .when('LinkObligationEvidence', link)
      .refused('INVALID_TRANSITION', isClosed);
  });

  test('lets the obligation be assessed as fulfilled, once (#6)', () => {
    const assess = {
      mandateId,
      obligationId: obligationOf(55),
      assessedOn: '2018-12-20',
      reasoning: { sv: 'Löpande samverkan (påhittat).' },
    };
    const linked = MandateFacts.ObligationEvidenceLinked(link);
    const fulfilled = MandateFacts.ObligationFulfilled(assess);
    given(...openMandate)
      .when('AssessObligation', assess)
      .refused('OBLIGATION_WITHOUT_EVIDENCE', { evidenceTypes: [type] });
    given(...openMandate, linked)
      .when('AssessObligation', assess)
      .then(fulfilled);
    given(...openMandate, linked, fulfilled)
      .when('AssessObligation', assess)
      .refused('INVALID_TRANSITION', { object: 'Obligation', state: 'FULFILLED' });
    given(...openMandate)
      .when('AssessObligation', { ...assess, obligationId: someId(1) })
      .refused('NOT_FOUND', { obligationId: someId(1) });
    given().when('AssessObligation', assess).refused('NOT_FOUND', { mandateId });
    given(...openMandate, closed)
      .when('AssessObligation', assess)
      .refused('INVALID_TRANSITION', isClosed);
  });
});
