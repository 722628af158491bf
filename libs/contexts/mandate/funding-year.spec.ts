import { describe, test } from '@jest/globals';
import type { NewFact } from '#kernel/facts';
import { deciding } from '#kernel/given';
import { kr } from '#kernel/money';
import { FundingYearFacts } from './funding-year.events.ts';
import { fundingYear } from './funding-year.ts';
import { mandates } from './mandate.events.ts';
import {
  allocated,
  ceiling,
  closed,
  document,
  mandateId,
  obligationOf,
  openMandate,
  paid,
  someId,
  submitted,
  withoutReference,
  year2017,
  year2018,
  yearInput,
} from './sample.contract.ts';

const { RequisitionAcknowledged, RequisitionPaid } = FundingYearFacts;

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

const requisition = {
  fundingYearId: year2017,
  requisitionId: someId(1),
  amount: ceiling,
  sentAt: '2017-11-30T09:00:00.000Z',
  doc: document,
};
const receipt = { fundingYearId: year2017, requisitionId: someId(1), receivedAt: '2017-11-30T13:00:00.000Z' };
const payment = { fundingYearId: year2017, paidOn: '2017-12-15', amount: ceiling, bankRef: 'BANK-1 (påhittad)' };

describe('allocating a year (#9)', () => {
  test('gives it its ceiling', () => {
    given().when('AllocateFundingYear', yearInput(2017)).then(allocated(2017));
  });

  test('needs a mandate, and an open one', () => {
    deciding(fundingYear).given().when('AllocateFundingYear', yearInput(2017)).refused('NOT_FOUND', { mandateId });
    givenClosed()
      .when('AllocateFundingYear', yearInput(2017))
      .refused('INVALID_TRANSITION', { object: 'Mandate', state: 'CLOSED' });
  });

  test('is for a year of the period', () => {
    for (const year of [2016, 2019])
      given()
        .when('AllocateFundingYear', { ...yearInput(2017), fundingYearId: `${mandateId}-${year}`, year })
        .refused('YEAR_OUTSIDE_PERIOD', { periodFrom: '2017-01-01', periodTo: '2018-12-31' });
  });

  test('names an obligation to requisition', () => {
    for (const row of [18, 999])
      given()
        .when('AllocateFundingYear', { ...yearInput(2017), requisitionObligationId: obligationOf(row) })
        .refused('NOT_FOUND', { requisitionObligationId: obligationOf(row) });
  });

  test('happens once a year', () => {
    given(allocated(2017)).when('AllocateFundingYear', yearInput(2017)).refused('ALREADY_EXISTS');
  });
});

describe('requisition (#10)', () => {
  test('goes to the paying authority and cites the decision (scenario 1)', () => {
    given(allocated(2017)).when('SubmitRequisition', requisition).then(submitted(year2017)).warned();
  });

  test('stays within the ceiling, alone and in sum (scenario 1)', () => {
    given(allocated(2017))
      .when('SubmitRequisition', { ...requisition, amount: kr(200_000_001) })
      .refused('CEILING_EXCEEDED', { ceiling, left: ceiling });
    given(allocated(2017), submitted(year2017))
      .when('SubmitRequisition', { ...requisition, requisitionId: someId(2), amount: kr(1) })
      .refused('CEILING_EXCEEDED', { ceiling, left: kr(0) });
  });

  test('of the largest amount there is, is refused like any above the ceiling', () => {
    given(allocated(2017), submitted(year2017, kr(1)))
      .when('SubmitRequisition', { ...requisition, requisitionId: someId(2), amount: kr(Number.MAX_SAFE_INTEGER) })
      .refused('CEILING_EXCEEDED');
  });

  test('comes before the payment (scenario 1)', () => {
    given(allocated(2017), submitted(year2017), paid(year2017))
      .when('SubmitRequisition', { ...requisition, requisitionId: someId(2), amount: kr(1) })
      .refused('FUNDS_ALREADY_PAID');
  });

  test('is new', () => {
    given(allocated(2017), submitted(year2017, kr(1)))
      .when('SubmitRequisition', { ...requisition, amount: kr(1) })
      .refused('ALREADY_EXISTS');
  });

  test('needs a year and an open mandate', () => {
    given().when('SubmitRequisition', requisition).refused('NOT_FOUND', { fundingYearId: year2017 });
    givenClosed(allocated(2017)).when('SubmitRequisition', requisition).refused('INVALID_TRANSITION');
  });

  test('waits for the diary number, and is decided anew when it is there (scenarios 21 and 24)', () => {
    givenNoReference(allocated(2017)).when('SubmitRequisition', requisition).refused('MISSING_DECISION_REFERENCE');
    given(allocated(2017)).when('SubmitRequisition', requisition).then(submitted(year2017));
    given(allocated(2017))
      .when('SubmitRequisition', { ...requisition, amount: kr(1) })
      .then(submitted(year2017, kr(1)));
  });
});

describe('receipt of a requisition (#11)', () => {
  const acknowledged = (receivedAt: string) =>
    given(allocated(2017), submitted(year2017)).when('AcknowledgeRequisition', { ...receipt, receivedAt });
  const in2018 = (receivedAt: string) =>
    given(allocated(2018), submitted(year2018, ceiling, '2018-11-30T15:00:00.000Z')).when('AcknowledgeRequisition', {
      ...receipt,
      fundingYearId: year2018,
      receivedAt,
    });

  test('in time warns of nothing (scenario 1)', () => {
    acknowledged('2017-11-30T13:00:00.000Z').then(RequisitionAcknowledged(receipt)).warned();
  });

  test('on the Saturday of the deadline is after the safe day (scenario 1 a)', () => {
    in2018('2018-11-30T22:59:59.999Z').warned();
    in2018('2018-12-01T10:00:00.000Z').warned('AFTER_SAFE_DEADLINE');
    in2018('2018-12-01T22:59:59.999Z').warned('AFTER_SAFE_DEADLINE');
  });

  test('on the day after is too late (scenario 1 b)', () => {
    in2018('2018-12-01T23:00:00.000Z').warned('AFTER_HARD_DEADLINE');
    in2018('2018-12-02T08:00:00.000Z').warned('AFTER_HARD_DEADLINE');
  });

  test('is of a requisition of the year, once, and not before it was sent', () => {
    given().when('AcknowledgeRequisition', receipt).refused('NOT_FOUND', { fundingYearId: year2017 });
    given(allocated(2017))
      .when('AcknowledgeRequisition', receipt)
      .refused('NOT_FOUND', { requisitionId: someId(1) });
    given(allocated(2017), submitted(year2017), RequisitionAcknowledged(receipt))
      .when('AcknowledgeRequisition', receipt)
      .refused('INVALID_TRANSITION');
    acknowledged('2017-11-30T08:59:59.999Z').refused('DATES_CONTRADICT', { sentAt: '2017-11-30T09:00:00.000Z' });
    acknowledged('2017-11-30T09:00:00.000Z').warned();
  });

  test('may come when the mandate is closed', () => {
    givenClosed(allocated(2017), submitted(year2017))
      .when('AcknowledgeRequisition', receipt)
      .then(RequisitionAcknowledged(receipt));
  });
});

describe('payment (#12)', () => {
  const requisitioned = [allocated(2017), submitted(year2017)];

  test('is the sum of the requisitions, once (scenario 1)', () => {
    given(...requisitioned)
      .when('RecordPayment', { ...payment, amount: kr(199_999_999) })
      .refused('PAYMENT_DIFFERS', { requisitioned: ceiling });
    given(...requisitioned)
      .when('RecordPayment', payment)
      .then(RequisitionPaid({ ...payment, requisitionIds: [someId(1)] }));
    given(...requisitioned, paid(year2017))
      .when('RecordPayment', payment)
      .refused('FUNDS_ALREADY_PAID');
  });

  test('names every requisition of the year', () => {
    given(allocated(2017), submitted(year2017, kr(3)), submitted(year2017, kr(4), undefined, 2))
      .when('RecordPayment', { ...payment, amount: kr(7) })
      .then(RequisitionPaid({ ...payment, amount: kr(7), requisitionIds: [someId(1), someId(2)] }));
  });

  test('needs a requisition, a year and an open mandate', () => {
    given(allocated(2017)).when('RecordPayment', payment).refused('NO_REQUISITION');
    given().when('RecordPayment', payment).refused('NOT_FOUND');
    givenClosed(...requisitioned)
      .when('RecordPayment', payment)
      .refused('INVALID_TRANSITION');
  });

  test('does not come before the day on which the last requisition was sent', () => {
    given(...requisitioned)
      .when('RecordPayment', { ...payment, paidOn: '2017-11-29' })
      .refused('DATES_CONTRADICT', { sentAt: '2017-11-30T09:00:00.000Z' });
    given(...requisitioned)
      .when('RecordPayment', { ...payment, paidOn: '2017-11-30' })
      .then(RequisitionPaid({ ...payment, paidOn: '2017-11-30', requisitionIds: [someId(1)] }));
  });
});
