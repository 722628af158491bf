import { describe, test } from '@jest/globals';
import type { NewFact } from '#kernel/facts';
import { deciding } from '#kernel/given';
import { kr } from '#kernel/money';
import { decision, madeUpDiaryNumber } from './decision.ts';
import { FundingYearFacts } from './funding-year.events.ts';
import { fundingYear } from './funding-year.ts';
import { mandates } from './mandate.events.ts';
import {
  account,
  allocated,
  ceiling,
  closed,
  cost,
  costInput,
  mandateId,
  obligationOf,
  openMandate,
  orgOf,
  paid,
  repaid,
  someId,
  submitted,
  withoutReference,
  year2017,
  year2018,
} from './sample.contract.ts';

const { CostRecorded, CostCorrected, UnusedFundsRepaid } = FundingYearFacts;

const given = (...facts: readonly NewFact[]) =>
  deciding(fundingYear)
    .given(...facts)
    .and(mandates, mandateId, ...openMandate);
const givenClosed = (...facts: readonly NewFact[]) =>
  deciding(fundingYear)
    .given(...facts)
    .and(mandates, mandateId, ...openMandate, closed);
const givenNoReference = (...facts: readonly NewFact[]) =>
  deciding(fundingYear)
    .given(...facts)
    .and(mandates, mandateId, ...withoutReference);

const payer = orgOf('KAMMARKOLLEGIET');
const repayment = {
  fundingYearId: year2017,
  repaymentId: someId(201),
  obligationId: obligationOf(18),
  amount: kr(35_999_950),
  paidOn: '2019-03-29',
  account,
  bankRef: 'BANK-9 (påhittad)',
};
const costsOf2017 = [cost(year2017, 1, kr(100_000_000), '2017-06-15'), cost(year2017, 2, kr(64_000_050), '2017-12-20')];
const usedAndPaid = [allocated(2017), submitted(year2017), paid(year2017), ...costsOf2017];

describe('cost (#13)', () => {
  const next = (amount: number, costDate = '2017-12-20') => costInput(year2017, 3, kr(amount), costDate);

  test('carries the appropriation of the mandate', () => {
    given(allocated(2017))
      .when('RecordCost', next(1))
      .then(CostRecorded({ ...next(1), appropriation: decision.mandate.appropriation }));
  });

  test('stays within the ceiling (scenario 2)', () => {
    given(allocated(2017), ...costsOf2017)
      .when('RecordCost', next(35_999_951))
      .refused('CEILING_EXCEEDED', { limit: ceiling, left: kr(35_999_950) });
    given(allocated(2017), ...costsOf2017)
      .when('RecordCost', next(35_999_950))
      .warned();
  });

  test('is dated in its year and in the period (scenario 2)', () => {
    for (const costDate of ['2016-12-31', '2018-01-02'])
      given(allocated(2017)).when('RecordCost', next(100, costDate)).refused('COST_OUTSIDE_PERIOD');
    given(allocated(2018))
      .when('RecordCost', costInput(year2018, 3, kr(100), '2019-01-01'))
      .refused('COST_OUTSIDE_PERIOD', { periodFrom: '2017-01-01', periodTo: '2018-12-31' });
    given(allocated(2018))
      .when('RecordCost', costInput(year2018, 3, kr(100), '2018-12-31'))
      .warned();
  });

  test('is new, of a year, while the mandate is open (scenario 4)', () => {
    given(allocated(2017), ...costsOf2017)
      .when('RecordCost', costInput(year2017, 1, kr(1), '2017-06-15'))
      .refused('ALREADY_EXISTS');
    given().when('RecordCost', next(1)).refused('NOT_FOUND');
    givenClosed(allocated(2017)).when('RecordCost', next(1)).refused('INVALID_TRANSITION');
  });

  test('needs no diary number (scenario 24)', () => {
    givenNoReference(allocated(2017)).when('RecordCost', next(1)).warned();
  });
});

describe('correction of a cost (#14)', () => {
  const correction = (delta: number, n = 2) => ({
    fundingYearId: year2017,
    costId: someId(100 + n),
    delta: kr(delta),
    reason: 'Fel belopp (påhittat).',
  });

  test('may take all of it away, and no more (scenario 2)', () => {
    given(...usedAndPaid)
      .when('CorrectCost', correction(-64_000_051))
      .refused('COST_BELOW_ZERO', { amount: kr(64_000_050) });
    given(...usedAndPaid)
      .when('CorrectCost', correction(-64_000_050))
      .then(CostCorrected(correction(-64_000_050)));
  });

  test('counts on the cost as it is now', () => {
    given(...usedAndPaid, CostCorrected(correction(-64_000_050)))
      .when('CorrectCost', correction(-1))
      .refused('COST_BELOW_ZERO', { amount: kr(0) });
  });

  test('stays within the ceiling', () => {
    given(...usedAndPaid)
      .when('CorrectCost', correction(35_999_951))
      .refused('CEILING_EXCEEDED', { limit: ceiling, left: kr(35_999_950) });
    given(...usedAndPaid)
      .when('CorrectCost', correction(35_999_950))
      .warned();
  });

  test('is of a cost of the year, while the mandate is open', () => {
    given(...usedAndPaid)
      .when('CorrectCost', correction(1, 9))
      .refused('NOT_FOUND', { costId: someId(109) });
    given().when('CorrectCost', correction(1)).refused('NOT_FOUND', { fundingYearId: year2017 });
    givenClosed(...usedAndPaid)
      .when('CorrectCost', correction(1))
      .refused('INVALID_TRANSITION');
  });
});

describe('repayment (#16)', () => {
  const back = (change: Partial<typeof repayment>) =>
    given(...usedAndPaid).when('RecordRepayment', { ...repayment, ...change });

  test('goes to the account of the mandate and cites the decision (scenario 2)', () => {
    back({ account: { type: 'BANKGIRO', number: '000-0000' } }).refused('WRONG_REPAYMENT_ACCOUNT', { account });
    back({})
      .then(UnusedFundsRepaid({ ...repayment, decisionDiaryNumber: madeUpDiaryNumber }, { addressee: [payer] }))
      .warned();
  });

  test('is at most what is outstanding (scenario 2)', () => {
    back({ amount: kr(35_999_951) }).refused('UNUSED_EXCEEDED', { outstanding: kr(35_999_950) });
    given(...usedAndPaid, repaid(year2017, kr(35_999_950)))
      .when('RecordRepayment', { ...repayment, repaymentId: someId(203), amount: kr(1) })
      .refused('UNUSED_EXCEEDED', { outstanding: kr(0) });
    given(allocated(2017))
      .when('RecordRepayment', { ...repayment, amount: kr(1) })
      .refused('UNUSED_EXCEEDED');
  });

  test('after the last working day, or after the deadline, is taken with a warning', () => {
    back({ paidOn: '2019-03-30' }).warned('AFTER_SAFE_DEADLINE');
    back({ paidOn: '2019-03-31' }).warned('AFTER_SAFE_DEADLINE');
    back({ paidOn: '2019-04-01' }).warned('AFTER_HARD_DEADLINE');
  });

  test('is new, and answers an obligation to repay', () => {
    given(...usedAndPaid, repaid(year2017, kr(1)))
      .when('RecordRepayment', repayment)
      .refused('ALREADY_EXISTS');
    back({ obligationId: obligationOf(13) }).refused('NOT_FOUND', { obligationId: obligationOf(13) });
  });

  test('needs a year, an open mandate and its diary number (scenario 24)', () => {
    given().when('RecordRepayment', repayment).refused('NOT_FOUND');
    givenClosed(...usedAndPaid)
      .when('RecordRepayment', repayment)
      .refused('INVALID_TRANSITION');
    givenNoReference(...usedAndPaid)
      .when('RecordRepayment', repayment)
      .refused('MISSING_DECISION_REFERENCE');
  });
});
