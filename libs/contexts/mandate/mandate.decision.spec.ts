import { describe, expect, test } from '@jest/globals';
import type { NewFact } from '#kernel/facts';
import type { InputOf } from '#kernel/commands';
import { deciding } from '#kernel/given';
import { kr } from '#kernel/money';
import { decision } from './decision.ts';
import { fundingYear } from './funding-year.ts';
import { MandateCommands } from './mandate.commands.ts';
import { MandateFacts, mandates } from './mandate.events.ts';
import { mandate } from './mandate.ts';
import {
  allocated,
  closed,
  costInput,
  document,
  mandateId,
  obligationOf,
  openMandate,
  orgOf,
  registered,
  someId,
  year2017,
  yearInput,
} from './sample.contract.ts';

const { MandateAmended, DecisionCopySent, PolicyReferenceRegistered } = MandateFacts;

const given = (...facts: readonly NewFact[]) => deciding(mandate).given(...facts);
const isClosed = { object: 'Mandate', state: 'CLOSED' };

describe('amending the mandate (#2)', () => {
  type Changes = InputOf<typeof MandateCommands.AmendMandate>['changes'];
  const amending = (changes: Changes) => ({ mandateId, changes, decisionDoc: document });
  const amended = (changes: Changes) => MandateAmended(amending(changes));

  test('changes what the decision names, and nothing else', () => {
    const changes = { title: { sv: 'Annat namn (påhittat)' }, periodTo: '2019-12-31' };
    given(registered).when('AmendMandate', amending(changes)).then(amended(changes));
  });

  test('belongs to an open mandate', () => {
    const longer = amending({ periodTo: '2019-12-31' });
    given().when('AmendMandate', longer).refused('NOT_FOUND', { mandateId });
    given(registered, closed).when('AmendMandate', longer).refused('INVALID_TRANSITION', isClosed);
  });

  test('is malformed without a change, or with a period that ends before it begins', () => {
    const problem = (changes: Changes) => MandateCommands.AmendMandate.malformed?.(amending(changes))?.path;
    expect(problem({})).toBe('changes');
    expect(problem({ periodFrom: '2019-01-01', periodTo: '2018-12-31' })).toBe('changes.periodTo');
    expect(problem({ periodFrom: '2019-01-01' })).toBeUndefined();
  });

  test('does not end the period before it begins, whichever of the two is changed', () => {
    for (const changes of [{ periodTo: '2016-12-31' }, { periodFrom: '2019-01-01' }])
      given(registered)
        .when('AmendMandate', amending(changes))
        .refused('DATES_CONTRADICT', { periodFrom: '2017-01-01', periodTo: '2018-12-31', ...changes });
    given(registered, amended({ periodTo: '2019-12-31' }))
      .when('AmendMandate', amending({ periodFrom: '2019-01-01' }))
      .warned();
  });

  test('opens a year for funds, and for costs', () => {
    const of2019 = { ...yearInput(2017), fundingYearId: `${mandateId}-2019`, year: 2019 };
    const inYear = (...facts: readonly NewFact[]) =>
      deciding(fundingYear)
        .given()
        .and(mandates, mandateId, ...openMandate, ...facts)
        .when('AllocateFundingYear', of2019);
    inYear().refused('YEAR_OUTSIDE_PERIOD');
    inYear(amended({ periodTo: '2019-12-31' })).warned();
    deciding(fundingYear)
      .given(allocated(2017))
      .and(mandates, mandateId, ...openMandate, amended({ periodFrom: '2017-07-01' }))
      .when('RecordCost', costInput(year2017, 1, kr(5), '2017-06-15'))
      .refused('COST_OUTSIDE_PERIOD', { periodFrom: '2017-07-01', periodTo: '2018-12-31' });
  });

  test('moves repayments to another account, and costs to another appropriation', () => {
    const account = { type: 'BANKGIRO', number: '000-0000' } as const;
    const appropriation = { ...decision.mandate.appropriation, item: '2' };
    const scene = () =>
      deciding(fundingYear)
        .given(allocated(2017))
        .and(mandates, mandateId, ...openMandate, amended({ repaymentAccount: account, appropriation }));
    const back = { fundingYearId: year2017, repaymentId: someId(1), obligationId: obligationOf(18), amount: kr(1) };
    scene()
      .when('RecordRepayment', {
        ...{ ...back, paidOn: '2019-03-29', bankRef: 'B' },
        account: decision.mandate.repaymentAccount,
      })
      .refused('WRONG_REPAYMENT_ACCOUNT', { account });
    const cost = scene().when('RecordCost', costInput(year2017, 1, kr(5), '2017-06-15')).decision;
    expect(cost).toMatchObject({ facts: [{ data: { appropriation } }] });
  });
});

describe('a copy of the decision (#7)', () => {
  const copy = { mandateId, recipientOrgId: orgOf('STATSRADSBEREDNINGEN'), unit: 'SAM' };
  const sent = DecisionCopySent(copy, { addressee: [copy.recipientOrgId] });
  const { unit: _, ...toNoUnit } = copy;

  test('is addressed to its recipient', () => {
    given(registered).when('SendDecisionCopy', copy).then(sent);
    const { decision } = given(registered).when('SendDecisionCopy', copy);
    expect(decision).toMatchObject({ facts: [{ about: { addressee: [copy.recipientOrgId] } }] });
  });

  test('goes to each recipient and unit once', () => {
    given(registered, sent)
      .when('SendDecisionCopy', { ...copy, channel: 'POST' })
      .refused('ALREADY_EXISTS', { recipientOrgId: copy.recipientOrgId, unit: 'SAM' });
    for (const other of [{ ...copy, unit: 'INRÅD' }, toNoUnit, { ...copy, recipientOrgId: orgOf('VINNOVA') }])
      given(registered, sent).when('SendDecisionCopy', other).warned();
    given(registered, DecisionCopySent(toNoUnit))
      .when('SendDecisionCopy', toNoUnit)
      .refused('ALREADY_EXISTS', { recipientOrgId: copy.recipientOrgId });
  });

  test('belongs to an open mandate', () => {
    given().when('SendDecisionCopy', copy).refused('NOT_FOUND', { mandateId });
    given(registered, closed).when('SendDecisionCopy', copy).refused('INVALID_TRANSITION', isClosed);
  });
});

describe('a policy document (#8)', () => {
  const reference = {
    mandateId,
    policyReferenceId: someId(1),
    title: { sv: 'Nationella upphandlingsstrategin' },
    date: '2016-06-30',
  };

  test('is registered once', () => {
    given(registered).when('RegisterPolicyReference', reference).then(PolicyReferenceRegistered(reference));
    given(registered, PolicyReferenceRegistered(reference))
      .when('RegisterPolicyReference', { ...reference, date: '2016-01-21' })
      .refused('ALREADY_EXISTS', { policyReferenceId: someId(1) });
  });

  test('belongs to an open mandate', () => {
    given().when('RegisterPolicyReference', reference).refused('NOT_FOUND', { mandateId });
    given(registered, closed).when('RegisterPolicyReference', reference).refused('INVALID_TRANSITION', isClosed);
  });
});
