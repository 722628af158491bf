import { describe, expect, test } from '@jest/globals';
import type { NewFact } from '#kernel/facts';
import { kr } from '#kernel/money';
import type { Query, Today } from '#kernel/query';
import type { Row } from '#kernel/view';
import { FundingYearFacts } from '../funding-year.events.ts';
import { MandateFacts } from '../mandate.events.ts';
import { ReportFacts } from '../report.events.ts';
import { drafted, stated, submittedReport } from '../report.sample.contract.ts';
import {
  allocated,
  ceiling,
  cost,
  final,
  mandateId,
  obligationOf,
  openMandate,
  paid,
  repaid,
  someId,
  submitted,
  year2017,
  year2018,
} from '../sample.contract.ts';
import { deadlines } from './deadlines.query.ts';
import { folded } from './folded.contract.ts';
import { fundingLedger } from './funding-ledger.view.ts';
import { mandateOverview } from './mandate-overview.query.ts';
import { mandates } from './mandate.view.ts';
import { objectives } from './objective.view.ts';
import { obligationCoverage } from './obligation-coverage.query.ts';
import { obligations } from './obligation.view.ts';
import { reportReadiness } from './report-readiness.query.ts';
import { reports } from './report.view.ts';

const on = (today: string): Today => ({ today, now: `${today}T08:00:00.000Z` });

/** What a viewer is shown of a row of the ledger who may not see its money. */
const withoutMoney = ({ fundingYearId, mandateId, year, ceiling, requisitionObligationId }: Row): Row => ({
  fundingYearId,
  mandateId,
  year,
  ceiling,
  requisitionObligationId,
});

/** Asks a query about what these facts add up to. */
function ask(query: Query, args: object, today: string, facts: readonly NewFact[], shown = (row: Row) => row) {
  const rows: Record<string, readonly Row[]> = {
    mandates: folded(mandates, ...openMandate),
    objectives: folded(objectives, ...openMandate),
    obligations: folded(obligations, ...openMandate, ...facts),
    years: folded(fundingLedger, ...facts).map(shown),
    reports: folded(reports, ...facts),
  };
  return query.answer(rows, args, on(today));
}
const board = (today: string, facts: readonly NewFact[], shown?: (row: Row) => Row) =>
  new Map(
    ask(deadlines, { mandateId }, today, facts, shown).map((row) => [
      openMandate.find(({ data }) => data['obligationId'] === row['obligationId'])?.data['row'],
      row,
    ]),
  );
const standing = (row: number, ...of: Parameters<typeof board>) => {
  const { status, basis, metOn } = board(...of).get(row) ?? {};
  return { status, basis, metOn };
};

const received = (fundingYearId: string, receivedAt: string) =>
  FundingYearFacts.RequisitionAcknowledged({ fundingYearId, requisitionId: someId(1), receivedAt });
const used2017 = [allocated(2017), submitted(year2017), paid(year2017), cost(year2017, 1, kr(7), '2017-06-15')];

describe('the deadline board', () => {
  test('has the five dates of the decision, the next first', () => {
    const all = ask(deadlines, { mandateId }, '2017-01-02', [allocated(2017)]);
    expect(all.map(({ safeDeadline }) => safeDeadline)).toEqual([
      '2017-12-01',
      '2018-04-27',
      '2018-11-30',
      '2019-03-29',
      '2019-03-29',
    ]);
    expect(all[0]).toMatchObject({ kind: 'REQUISITION', status: 'DUE', basis: 'NOTHING_RECORDED', daysLeft: 333 });
    expect(ask(deadlines, { mandateId, before: '2018-04-27' }, '2017-01-02', [])).toHaveLength(1);
  });

  test('tells when a date is near, when the safe one has passed, and when it was missed', () => {
    const statusOn = (today: string) => standing(14, today, [allocated(2018)]).status;
    expect(statusOn('2018-10-30')).toBe('DUE');
    expect(statusOn('2018-10-31')).toBe('SOON');
    expect(statusOn('2018-11-30')).toBe('SOON');
    expect(statusOn('2018-12-01')).toBe('AFTER_SAFE');
    expect(statusOn('2018-12-02')).toBe('MISSED');
  });

  test('takes a requisition as handed in when it was received, not when it was sent', () => {
    const sent = [allocated(2018), submitted(year2018, ceiling, '2018-11-30T15:00:00.000Z')];
    expect(standing(14, '2018-12-02', sent)).toMatchObject({ status: 'MISSED', basis: 'SENT_UNCONFIRMED' });
    expect(standing(14, '2018-12-02', [...sent, received(year2018, '2018-12-01T22:59:59.999Z')])).toMatchObject({
      status: 'MET',
      metOn: '2018-12-01',
    });
    expect(standing(14, '2018-12-02', [...sent, received(year2018, '2018-12-01T23:00:00.000Z')])).toMatchObject({
      status: 'MET_LATE',
      metOn: '2018-12-02',
    });
  });

  test('says nothing of money to whoever may not see it', () => {
    const facts = [...used2017, received(year2017, '2017-11-30T13:00:00.000Z')];
    for (const today of ['2017-11-01', '2019-04-02']) {
      const rows = board(today, facts, withoutMoney);
      for (const row of [13, 18]) {
        expect(rows.get(row)).toBeDefined();
        for (const name of ['status', 'basis', 'metOn']) expect(rows.get(row)).not.toHaveProperty(name);
      }
      expect(rows.get(25)).toHaveProperty('status');
    }
  });

  test('takes the repayment as done when nothing is outstanding, by the day of the last', () => {
    const back = (paidOn: string) => repaid(year2017, kr(199_999_993), paidOn);
    expect(standing(18, '2019-03-29', used2017)).toMatchObject({ status: 'SOON', basis: 'OUTSTANDING' });
    expect(standing(18, '2019-04-01', used2017)).toMatchObject({ status: 'MISSED', basis: 'OUTSTANDING' });
    expect(standing(18, '2019-04-01', [...used2017, back('2019-03-31')])).toMatchObject({
      status: 'MET',
      metOn: '2019-03-31',
    });
    expect(standing(18, '2019-04-01', [...used2017, back('2019-04-01')])).toMatchObject({ status: 'MET_LATE' });
  });

  test('does not take money that is not yet paid as money repaid, and needs no repayment when all was used', () => {
    expect(standing(18, '2018-12-31', [allocated(2017)])).toMatchObject({ status: 'DUE', basis: 'NOTHING_RECORDED' });
    expect(standing(18, '2019-01-01', [allocated(2017)])).toEqual({
      status: 'MET',
      basis: undefined,
      metOn: undefined,
    });
  });

  test('says what history says of a miss: in time once it is retracted, and missed to whoever may not see why', () => {
    const id = obligationOf(13);
    const [hardDeadline, basis] = ['2017-12-01', 'SENT_UNCONFIRMED' as const];
    const missed = MandateFacts.DeadlineMissed({ mandateId, obligationId: id, hardDeadline, basis });
    const back = { factEventId: someId(1), happenedOn: '2017-11-30' };
    const retracted = MandateFacts.DeadlineMissRetracted({ mandateId, obligationId: id, hardDeadline, ...back });
    const sent = [allocated(2017), submitted(year2017)];
    const told = (facts: readonly NewFact[]) => standing(13, '2017-12-05', [...sent, ...facts], withoutMoney);
    expect(told([])).toEqual({ status: undefined, basis: undefined, metOn: undefined });
    expect(told([missed])).toMatchObject({ status: 'MISSED', basis });
    expect(told([missed, retracted])).toMatchObject({ status: 'MET', metOn: '2017-11-30' });
    expect(standing(13, '2017-12-05', [...sent, missed, retracted])).toMatchObject({ status: 'MET' });
  });

  test('takes a report as given when it was received', () => {
    const sent = [drafted('FINAL'), submittedReport(final, '2019-03-29T08:00:00.000Z', [])];
    const got = ReportFacts.ReportReceived({ reportId: final, receivedAt: '2019-03-29T08:30:00.000Z' });
    expect(standing(22, '2019-03-29', [drafted('FINAL')])).toMatchObject({ status: 'SOON', basis: 'NOTHING_RECORDED' });
    expect(standing(22, '2019-03-30', sent)).toMatchObject({ status: 'AFTER_SAFE', basis: 'SENT_UNCONFIRMED' });
    expect(standing(22, '2019-03-30', [...sent, got])).toMatchObject({ status: 'MET', metOn: '2019-03-29' });
    expect(standing(25, '2018-04-28', [])).toMatchObject({ status: 'MISSED', basis: 'NOTHING_RECORDED' });
  });
});

describe('the overview', () => {
  const facts = [...used2017, received(year2017, '2017-11-30T13:00:00.000Z'), allocated(2018)];

  test('says what is due next, and sums up the money of the years', () => {
    const [overview] = ask(mandateOverview, { id: mandateId }, '2018-01-02', facts);
    const money = { paid: ceiling, used: kr(7), unused: kr(199_999_993), repaid: kr(0) };
    expect(overview).toMatchObject({
      mandateId,
      state: 'OPEN',
      next: { obligationId: obligationOf(25), safeDeadline: '2018-04-27', daysLeft: 115, status: 'DUE' },
      years: [
        { year: 2017, ceiling, ...money },
        { year: 2018, ceiling, paid: kr(0), used: kr(0) },
      ],
      total: { ceiling: kr(400_000_000), requisitioned: ceiling, ...money },
      obligationsOpen: 29,
      obligationsFulfilled: 0,
    });
  });

  test('has the task to repay what is outstanding, once the year has ended, for whoever sees the money', () => {
    const taskOn = (today: string, shown?: (row: Row) => Row, of: readonly NewFact[] = facts) =>
      (ask(mandateOverview, { id: mandateId }, today, of, shown)[0]?.['years'] as readonly Row[])[0]?.['openTask'];
    expect(taskOn('2017-12-31')).toBeUndefined();
    expect(taskOn('2018-01-01')).toBe('REPAY');
    expect(taskOn('2018-01-01', withoutMoney)).toBeUndefined();
    expect(taskOn('2019-03-29', undefined, [...facts, repaid(year2017, kr(199_999_993))])).toBeUndefined();
  });

  test('shows the public the ceilings, and the next date whose state it may not know', () => {
    const [overview] = ask(mandateOverview, { id: mandateId }, '2017-06-01', facts, withoutMoney);
    expect(overview).toMatchObject({ next: { obligationId: obligationOf(13) } });
    expect(overview?.['next']).not.toHaveProperty('status');
    expect(overview?.['total']).toEqual({ ceiling: kr(400_000_000) });
    expect(overview?.['years']).toEqual([
      { year: 2017, ceiling },
      { year: 2018, ceiling },
    ]);
  });

  test('sums up only what is shown of every year', () => {
    const first = (row: Row) => (row['year'] === 2017 ? row : withoutMoney(row));
    const [overview] = ask(mandateOverview, { id: mandateId }, '2018-05-01', facts, first);
    expect(overview).toMatchObject({ years: [{ year: 2017, used: kr(7) }, { year: 2018 }] });
    expect(overview?.['total']).toEqual({ ceiling: kr(400_000_000) });
  });

  test('is not there for a mandate that is not', () => {
    const nothing = { mandates: [], obligations: [], years: [], reports: [] };
    expect(mandateOverview.answer(nothing, { id: mandateId }, on('2017-01-02'))).toEqual([]);
  });
});

test('coverage lists what the decision binds to most first', () => {
  const rows = ask(obligationCoverage, { mandateId }, '2017-01-02', []);
  expect(rows).toHaveLength(29);
  expect(rows.slice(0, 3).map(({ row }) => row)).toEqual([5, 13, 14]);
  expect(rows.slice(-2)).toMatchObject([
    { row: 47, modality: 'CAN', hasEvidence: false, fulfilled: false },
    { row: 48, modality: 'CAN' },
  ]);
});

test('readiness lists what each report lacks', () => {
  const facts = [drafted('INTERIM'), drafted('FINAL'), stated(final, 2017)];
  expect(ask(reportReadiness, { mandateId }, '2019-03-01', facts)).toMatchObject([
    { kind: 'INTERIM', complete: false, missingStatements: [2017], missingFollowUps: [] },
    { kind: 'FINAL', state: 'DRAFT', missingStatements: [2018], missingFollowUps: [{ code: 'G0' }] },
  ]);
});
