import { expect, test } from '@jest/globals';
import { kr } from '#kernel/money';
import { seenOf } from '#kernel/view';
import { FundingYearFacts } from '../funding-year.events.ts';
import { ReportFacts } from '../report.events.ts';
import { submittedReport } from '../report.sample.contract.ts';
import {
  allocated,
  ceiling,
  cost,
  document,
  final,
  mandateId,
  orgOf,
  paid,
  repaid,
  someId,
  submitted,
  year2017,
  year2018,
} from '../sample.contract.ts';
import { costs } from './cost.view.ts';
import { folded } from './folded.contract.ts';
import { fundingLedger } from './funding-ledger.view.ts';
import { repayments } from './repayment.view.ts';
import { requisitions } from './requisition.view.ts';

const { RequisitionAcknowledged, CostCorrected } = FundingYearFacts;

const received = (receivedAt: string, n = 1) =>
  RequisitionAcknowledged({ fundingYearId: year2017, requisitionId: someId(n), receivedAt });
const corrected = (delta: number) =>
  CostCorrected({ fundingYearId: year2017, costId: someId(102), delta: kr(delta), reason: 'Fel belopp (påhittat).' });
const of2017 = [
  allocated(2017),
  cost(year2017, 1, kr(100_000_000), '2017-06-15'),
  submitted(year2017),
  received('2017-11-30T13:00:00.000Z'),
  paid(year2017),
  cost(year2017, 2, kr(64_000_050), '2017-12-20'),
];
const of2018 = [allocated(2018), submitted(year2018), paid(year2018), cost(year2018, 3, kr(190_000_000), '2018-12-20')];

test('a year that is allocated has its ceiling and no money', () => {
  const zero = kr(0);
  expect(folded(fundingLedger, allocated(2017))).toMatchObject([
    { year: 2017, ceiling, requisitioned: zero, paid: zero, used: zero, unused: zero, repaid: zero, outstanding: zero },
  ]);
});

test('the ledger of both years adds up (scenario 2)', () => {
  const back = [repaid(year2017, kr(35_999_950)), repaid(year2018, kr(10_000_000))];
  const figures = { paid: ceiling, outstanding: kr(0) };
  expect(folded(fundingLedger, ...of2017, ...of2018, ...back)).toMatchObject([
    { ...figures, year: 2017, used: kr(164_000_050), unused: kr(35_999_950), repaid: kr(35_999_950) },
    { ...figures, year: 2018, used: kr(190_000_000), unused: kr(10_000_000), repaid: kr(10_000_000) },
  ]);
});

test('what is carried over leaves one year and comes into the next', () => {
  const carriedOver = (amount: number) =>
    FundingYearFacts.FundingCarryOverDecided({
      fundingYearId: year2018,
      fromFundingYearId: year2017,
      amount: kr(amount),
      decisionDoc: document,
    });
  const rows = folded(fundingLedger, ...of2017, ...of2018, carriedOver(30_000_000), carriedOver(5_000_000));
  const zero = kr(0);
  expect(rows).toMatchObject([
    { year: 2017, carriedIn: zero, carriedOut: kr(35_000_000), unused: kr(999_950), outstanding: kr(999_950) },
    { year: 2018, carriedIn: kr(35_000_000), carriedOut: zero, unused: kr(45_000_000), outstanding: kr(45_000_000) },
  ]);
  expect(rows.map(({ settlement }) => settlement.outstanding)).toEqual([kr(999_950), kr(45_000_000)]);
});

test('a report that holds the statements of both years lets go what is left of the first, one alone does not', () => {
  const [row] = folded(
    fundingLedger,
    allocated(2017),
    FundingYearFacts.FundingCarryOverDecided({
      fundingYearId: year2018,
      fromFundingYearId: year2017,
      amount: kr(1),
      decisionDoc: document,
    }),
  );
  const keyOf = (column: string) => row && seenOf(fundingLedger, column).release?.(row);
  const released = (years: number[]) =>
    ReportFacts.ReportSubmitted.definition.releases?.(submittedReport(final, '', years).data as never);
  for (const years of [[2017], [2018], [2018, 2019]]) expect(released(years)).not.toContain(keyOf('outstanding'));
  for (const column of ['used', 'carriedOut', 'unused', 'outstanding'])
    expect(released([2017, 2018])).toContain(keyOf(column));
  expect(released([2017])).toContain(keyOf('used'));
  expect(released([2018])).toContain(keyOf('carriedOut'));
});

test('what is used before it is paid leaves less than nothing', () => {
  const [row] = folded(fundingLedger, allocated(2017), cost(year2017, 1, kr(5), '2017-06-15'));
  expect(row).toMatchObject({ unused: kr(-5), outstanding: kr(-5) });
});

test('the days on which deadlines rest are the first receipt and the last repayment', () => {
  const twice = [
    allocated(2017),
    submitted(year2017, kr(3), '2017-11-30T09:00:00.000Z', 1),
    submitted(year2017, kr(4), '2017-11-29T09:00:00.000Z', 2),
    received('2017-12-02T09:00:00.000Z', 1),
    received('2017-12-01T09:00:00.000Z', 2),
    received('2017-12-03T09:00:00.000Z', 3),
    paid(year2017, kr(7)),
    repaid(year2017, kr(2), '2019-03-29'),
    repaid(year2017, kr(1), '2019-03-28'),
  ];
  expect(folded(fundingLedger, ...twice)[0]?.settlement).toEqual({
    firstSentAt: '2017-11-29T09:00:00.000Z',
    firstReceivedAt: '2017-12-01T09:00:00.000Z',
    outstanding: kr(4),
    lastRepaidOn: '2019-03-29',
  });
});

test('a cost is what it is after its corrections', () => {
  const rows = folded(costs, ...of2017, corrected(-64_000_000), corrected(7));
  expect(rows).toMatchObject([
    { costId: someId(101), mandateId, amount: kr(100_000_000), corrections: [] },
    { costId: someId(102), amount: kr(57), corrections: [{ delta: kr(-64_000_000) }, { delta: kr(7) }] },
  ]);
});

test('a requisition says when it was received and paid', () => {
  const [row] = folded(requisitions, ...of2017);
  expect(row).toMatchObject({
    requisitionId: someId(1),
    mandateId,
    amount: ceiling,
    addresseeOrgId: orgOf('KAMMARKOLLEGIET'),
    receivedAt: '2017-11-30T13:00:00.000Z',
    paidOn: '2017-12-15',
  });
});

test('a repayment names whom it was paid to', () => {
  const [row] = folded(repayments, repaid(year2017, kr(35_999_950)));
  expect(row).toMatchObject({ mandateId, amount: kr(35_999_950), payerOrgId: orgOf('KAMMARKOLLEGIET') });
});
