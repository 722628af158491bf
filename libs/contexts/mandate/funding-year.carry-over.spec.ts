import { describe, expect, test } from '@jest/globals';
import type { NewFact } from '#kernel/facts';
import { deciding } from '#kernel/given';
import { kr } from '#kernel/money';
import { FundingYearCommands } from './funding-year.commands.ts';
import { FundingYearFacts, fundingYears } from './funding-year.events.ts';
import { fundingYear } from './funding-year.ts';
import { mandates } from './mandate.events.ts';
import {
  account,
  allocated,
  closed,
  cost,
  costInput,
  document,
  mandateId,
  obligationOf,
  openMandate,
  paid,
  repaid,
  someId,
  submitted,
  year2017,
  year2018,
} from './sample.contract.ts';

/** #15, with the limits of 7.3: 2017 has 35 999 950 öre left that 2018 may use. */

const { FundingCarryOverDecided, CostCorrected } = FundingYearFacts;

const carrying = (amount: number) => ({
  fundingYearId: year2018,
  fromFundingYearId: year2017,
  amount: kr(amount),
  decisionDoc: document,
});
const carried = (amount: number) => FundingCarryOverDecided(carrying(amount));
const of2017 = [allocated(2017), submitted(year2017), paid(year2017), cost(year2017, 1, kr(164_000_050), '2017-06-15')];
const left = 35_999_950;

/** Both years as they stand; the command is for the first. */
const within = (mandate: readonly NewFact[], own: readonly NewFact[], id: string, other: readonly NewFact[]) =>
  deciding(fundingYear)
    .given(...own)
    .and(mandates, mandateId, ...mandate)
    .and(fundingYears, id, ...other);
const in2018 = (...facts: readonly NewFact[]) => within(openMandate, [allocated(2018), ...facts], year2017, of2017);
const in2017 = (facts: readonly NewFact[], ...of2018: readonly NewFact[]) =>
  within(openMandate, facts, year2018, [allocated(2018), ...of2018]);

describe('a decision to carry funds over (#15)', () => {
  test('lets the next year use what is left', () => {
    in2018().when('DecideCarryOver', carrying(left)).then(carried(left));
  });

  test('is not for more than is outstanding, what was carried over before included', () => {
    in2018()
      .when('DecideCarryOver', carrying(left + 1))
      .refused('UNUSED_EXCEEDED', { outstanding: kr(left) });
    in2018(carried(left - 7))
      .when('DecideCarryOver', carrying(7))
      .then(carried(7));
    in2018(carried(left - 7))
      .when('DecideCarryOver', carrying(8))
      .refused('UNUSED_EXCEEDED', { outstanding: kr(7) });
    within(openMandate, [allocated(2018)], year2017, [...of2017, repaid(year2017, kr(left))])
      .when('DecideCarryOver', carrying(1))
      .refused('UNUSED_EXCEEDED', { outstanding: kr(0) });
  });

  test('needs an open mandate and both years, the one that receives before the one that gives', () => {
    within(openMandate, [], year2017, of2017)
      .when('DecideCarryOver', carrying(1))
      .refused('NOT_FOUND', { fundingYearId: year2018 });
    within([...openMandate, closed], [allocated(2018)], year2017, [])
      .when('DecideCarryOver', carrying(1))
      .refused('INVALID_TRANSITION', { object: 'Mandate', state: 'CLOSED' });
    within(openMandate, [allocated(2018)], year2017, [])
      .when('DecideCarryOver', carrying(1))
      .refused('NOT_FOUND', { fromFundingYearId: year2017 });
  });

  test('is malformed from any year but the one before, of the same mandate', () => {
    const from = (fromFundingYearId: string) =>
      FundingYearCommands.DecideCarryOver.malformed?.({ ...carrying(1), fromFundingYearId })?.path;
    expect(from(year2017)).toBeUndefined();
    for (const other of [year2018, `${mandateId}-2016`, `${mandateId}-2019`, `${someId(9)}-2017`])
      expect(from(other)).toBe('fromFundingYearId');
  });
});

describe('after it', () => {
  const spend = (amount: number) => costInput(year2018, 9, kr(amount), '2018-06-15');

  test('the year that received may use so much more', () => {
    in2018(carried(left))
      .when('RecordCost', spend(200_000_000 + left))
      .warned();
    in2018(carried(left))
      .when('RecordCost', spend(200_000_000 + left + 1))
      .refused('CEILING_EXCEEDED', { limit: kr(200_000_000 + left), left: kr(200_000_000 + left) });
  });

  test('the year that gave may use so much less', () => {
    const more = costInput(year2017, 2, kr(left - 9), '2017-12-20');
    in2017(of2017, carried(10))
      .when('RecordCost', more)
      .refused('CEILING_EXCEEDED', { limit: kr(199_999_990), left: kr(left - 10) });
    in2017(of2017, carried(9)).when('RecordCost', more).warned();
    const correction = { fundingYearId: year2017, costId: someId(101), delta: kr(left - 9), reason: 'Fel (påhittat).' };
    in2017(of2017, carried(10)).when('CorrectCost', correction).refused('CEILING_EXCEEDED');
    in2017(of2017, carried(9)).when('CorrectCost', correction).then(CostCorrected(correction));
  });

  test('the year that gave has so much less to pay back, the one that received so much more', () => {
    const back = (fundingYearId: string, amount: number) => ({
      ...{ fundingYearId, repaymentId: someId(201), obligationId: obligationOf(18), amount: kr(amount) },
      ...{ paidOn: '2019-03-29', account, bankRef: 'BANK-9 (påhittad)' },
    });
    in2017(of2017, carried(left - 5))
      .when('RecordRepayment', back(year2017, 6))
      .refused('UNUSED_EXCEEDED', { outstanding: kr(5) });
    in2017(of2017, carried(left - 5))
      .when('RecordRepayment', back(year2017, 5))
      .warned();
    in2018(carried(left))
      .when('RecordRepayment', back(year2018, left + 1))
      .refused('UNUSED_EXCEEDED', { outstanding: kr(left) });
    in2018(carried(left)).when('RecordRepayment', back(year2018, left)).warned();
  });
});
