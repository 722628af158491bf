import { describe, expect, test } from '@jest/globals';
import type { NewFact } from '#kernel/facts';
import { processing } from '#kernel/given-process';
import { idNo, type Recorded } from '#kernel/given';
import { kr } from '#kernel/money';
import { FundingYearFacts, fundingYears } from '../funding-year.events.ts';
import { MandateFacts, mandates } from '../mandate.events.ts';
import { ReportFacts, reports } from '../report.events.ts';
import { drafted, submittedReport } from '../report.sample.contract.ts';
import {
  allocated,
  cost,
  interim,
  mandateId,
  obligationInputs,
  obligationOf,
  openMandate,
  paid,
  registered,
  repaid,
  someId,
  submitted,
  year2017,
  year2018,
} from '../sample.contract.ts';
import { deadlines } from './deadlines.ts';

const { ReminderRaised, DeadlineMissed, DeadlineMissRetracted, ObligationFulfilled } = MandateFacts;

const hard = { 13: '2017-12-01', 14: '2018-12-01', 18: '2019-03-31', 25: '2018-04-27' } as const;
type Row = keyof typeof hard;
type Basis = 'NOTHING_RECORDED' | 'SENT_UNCONFIRMED' | 'OUTSTANDING';
const missTimer = (row: Row) => `${obligationOf(row)}/missed/${hard[row]}`;
const missed = (row: Row, basis: Basis) =>
  DeadlineMissed({ mandateId, obligationId: obligationOf(row), hardDeadline: hard[row], basis });
const retracted = (row: Row, factEventId: string, happenedOn: string) =>
  DeadlineMissRetracted({
    mandateId,
    obligationId: obligationOf(row),
    hardDeadline: hard[row],
    factEventId,
    happenedOn,
  });
const reminded = (row: Row, daysBefore: number, safeDeadline: string = hard[row]) =>
  ReminderRaised({ mandateId, obligationId: obligationOf(row), daysBefore, safeDeadline });

const received = (receivedAt: string, n = 1, fundingYearId = year2017) =>
  FundingYearFacts.RequisitionAcknowledged({ fundingYearId, requisitionId: someId(n), receivedAt });

const given = (...facts: readonly (NewFact | Recorded)[]) =>
  processing(deadlines, mandateId).given(...openMandate, ...facts);
const in2017 = (facts: readonly NewFact[], ...more: readonly (NewFact | Recorded)[]) =>
  given(...more).and(fundingYears, year2017, allocated(2017), ...facts);

describe('the timers of an obligation', () => {
  const timersOf = (row: number, at: string, change: object = {}) => {
    const [input] = obligationInputs.filter((obligation) => obligation.row === row);
    if (!input) throw new Error(`no row ${row}`);
    const fact = MandateFacts.ObligationRegistered({ ...input, safeDeadline: '2018-11-30', ...change });
    return processing(deadlines, mandateId).given(registered, { fact, at }).timers();
  };
  const id = obligationOf(14);

  test('are at midnight 30, 10, 3 and 1 days before the safe date, and at the end of the hard one', () => {
    expect(timersOf(14, '2017-01-02T08:00:00.000Z')).toEqual({
      [`${id}/reminder/2018-11-30/30`]: '2018-10-30T23:00:00.000Z',
      [`${id}/reminder/2018-11-30/10`]: '2018-11-19T23:00:00.000Z',
      [`${id}/reminder/2018-11-30/3`]: '2018-11-26T23:00:00.000Z',
      [`${id}/reminder/2018-11-30/1`]: '2018-11-28T23:00:00.000Z',
      [`${id}/missed/2018-12-01`]: '2018-12-01T23:00:00.000Z',
    });
  });

  test('do not remind of what had passed when it was registered, yet tell of a deadline that had', () => {
    expect(Object.keys(timersOf(14, '2018-11-25T08:00:00.000Z'))).toEqual([
      `${id}/reminder/2018-11-30/3`,
      `${id}/reminder/2018-11-30/1`,
      `${id}/missed/2018-12-01`,
    ]);
    expect(Object.keys(timersOf(14, '2020-01-01T08:00:00.000Z'))).toEqual([`${id}/missed/2018-12-01`]);
  });

  test('remind of what only should be done, and never say that it was missed', () => {
    expect(Object.keys(timersOf(14, '2018-11-25T08:00:00.000Z', { modality: 'SHOULD' }))).toEqual([
      `${id}/reminder/2018-11-30/3`,
      `${id}/reminder/2018-11-30/1`,
    ]);
  });

  test('are none where there is no date', () => {
    expect(given().timers()).not.toHaveProperty(`${obligationOf(59)}/missed/2018-12-01`);
    expect(Object.keys(given().timers())).toHaveLength(25);
  });
});

describe('a requisition', () => {
  const reminder = `${obligationOf(13)}/reminder/2017-12-01/3`;

  test('is reminded of until it is known to be received', () => {
    in2017([]).due(reminder).then(reminded(13, 3));
    in2017([submitted(year2017)])
      .due(reminder)
      .then(reminded(13, 3));
    in2017([submitted(year2017), received('2017-11-20T09:00:00.000Z')])
      .due(reminder)
      .nothing();
  });

  test('is missed when nothing is recorded of it, or only that it was sent', () => {
    in2017([]).due(missTimer(13)).then(missed(13, 'NOTHING_RECORDED'));
    given().due(missTimer(13)).then(missed(13, 'NOTHING_RECORDED'));
    in2017([submitted(year2017)])
      .due(missTimer(13))
      .then(missed(13, 'SENT_UNCONFIRMED'));
    in2017([submitted(year2017), received('2017-12-01T22:59:59.999Z')])
      .due(missTimer(13))
      .nothing();
  });

  test('received in time and recorded late takes the miss back, once, by the first fact that shows it', () => {
    const facts = [submitted(year2017), received('2017-12-01T22:59:59.999Z')];
    const miss = missed(13, 'SENT_UNCONFIRMED');
    in2017(facts, miss)
      .hearing(fundingYears, year2017)
      .then(retracted(13, idNo(2), '2017-12-01'));
    in2017([...facts, submitted(year2017, kr(1), undefined, 2), received('2017-12-01T10:00:00.000Z', 2)], miss)
      .hearing(fundingYears, year2017)
      .then(retracted(13, idNo(2), '2017-12-01'));
    in2017(facts, miss, retracted(13, idNo(2), '2017-12-01'))
      .hearing(fundingYears, year2017)
      .nothing();
  });

  test('found received only when the miss is recorded takes it back as well', () => {
    in2017([submitted(year2017), received('2017-12-01T10:00:00.000Z')], missed(13, 'SENT_UNCONFIRMED'))
      .hearing()
      .then(retracted(13, idNo(2), '2017-12-01'));
  });

  test('received after the end of the day leaves the miss as it is', () => {
    in2017([submitted(year2017), received('2017-12-01T23:00:00.000Z')], missed(13, 'SENT_UNCONFIRMED'))
      .hearing(fundingYears, year2017)
      .nothing();
  });

  test('that is not missed needs nothing taken back', () => {
    in2017([submitted(year2017), received('2017-12-01T10:00:00.000Z')])
      .hearing(fundingYears, year2017)
      .nothing();
  });
});

describe('a repayment', () => {
  const used = [submitted(year2017), paid(year2017), cost(year2017, 1, kr(199_999_900), '2017-06-15')];
  const before = `${obligationOf(18)}/reminder/2019-03-29/30`;

  test('is not met by there being nothing to repay before the period is over', () => {
    const early = { ...obligationInputs.find(({ row }) => row === 18), hardDeadline: '2018-06-30' } as never;
    const obligation = MandateFacts.ObligationRegistered({
      ...(early as Parameters<typeof MandateFacts.ObligationRegistered>[0]),
      safeDeadline: '2018-06-29',
    });
    const scene = () => processing(deadlines, mandateId).given(registered, obligation);
    scene()
      .due(`${obligationOf(18)}/reminder/2018-06-29/1`)
      .then(reminded(18, 1, '2018-06-29'));
    scene()
      .due(`${obligationOf(18)}/missed/2018-06-30`)
      .nothing();
    in2017([]).due(before).nothing();
  });

  test('is missed while any year has something outstanding', () => {
    in2017(used)
      .due(before)
      .then(reminded(18, 30, '2019-03-29'));
    in2017(used).due(missTimer(18)).then(missed(18, 'OUTSTANDING'));
    in2017([...used, repaid(year2017, kr(100))])
      .due(missTimer(18))
      .nothing();
    in2017([...used, repaid(year2017, kr(99))])
      .due(missTimer(18))
      .then(missed(18, 'OUTSTANDING'));
  });

  test('made in time and recorded late takes the miss back by the fact after which nothing is outstanding', () => {
    const miss = missed(18, 'OUTSTANDING');
    const both = (paidOn: string) =>
      in2017([...used, repaid(year2017, kr(100), paidOn)], miss).and(fundingYears, year2018, allocated(2018));
    both('2019-03-31')
      .hearing(fundingYears, year2017)
      .then(retracted(18, idNo(4), '2019-03-31'));
    both('2019-04-01').hearing(fundingYears, year2017).nothing();
    in2017([...used, repaid(year2017, kr(99), '2019-03-31')], miss)
      .hearing(fundingYears, year2017)
      .nothing();
  });

  test('that was not needed, as a cost recorded late shows, takes the miss back', () => {
    in2017([...used, cost(year2017, 2, kr(100), '2017-12-31')], missed(18, 'OUTSTANDING'))
      .hearing(fundingYears, year2017)
      .then(retracted(18, idNo(4), '2018-12-31'));
  });

  test('shown by one fact for two duties has two answers to it', () => {
    const other = { ...obligationInputs.find(({ row }) => row === 18), obligationId: someId(77), row: 19 };
    const second = MandateFacts.ObligationRegistered(other as Parameters<typeof MandateFacts.ObligationRegistered>[0]);
    const misses = [
      missed(18, 'OUTSTANDING'),
      { ...missed(18, 'OUTSTANDING'), data: { ...missed(18, 'OUTSTANDING').data, obligationId: someId(77) } },
    ];
    const { effects } = in2017([...used, repaid(year2017, kr(100))], second, ...misses).hearing(fundingYears, year2017);
    expect(effects.map(({ answers, index }) => [answers, index])).toEqual([
      [idNo(4), 0],
      [idNo(4), 1],
    ]);
  });
});

describe('a report', () => {
  const sent = [drafted('INTERIM'), submittedReport(interim, '2018-04-27T20:00:00.000Z', [2017])];
  const got = (receivedAt: string) => ReportFacts.ReportReceived({ reportId: interim, receivedAt });

  test('is missed until it is known to be received', () => {
    given().due(missTimer(25)).then(missed(25, 'NOTHING_RECORDED'));
    given()
      .and(reports, interim, ...sent)
      .due(missTimer(25))
      .then(missed(25, 'SENT_UNCONFIRMED'));
    given()
      .and(reports, interim, ...sent, got('2018-04-27T21:59:59.999Z'))
      .due(missTimer(25))
      .nothing();
  });

  test('received in time and recorded late takes the miss back', () => {
    const miss = missed(25, 'SENT_UNCONFIRMED');
    const told = (at: string) =>
      given(miss)
        .and(reports, interim, ...sent, got(at))
        .hearing(reports, interim);
    told('2018-04-27T21:59:59.999Z').then(retracted(25, idNo(2), '2018-04-27'));
    told('2018-04-27T22:00:00.000Z').nothing();
  });
});

describe('any other duty', () => {
  const obligationId = someId(88);
  const duty = MandateFacts.ObligationRegistered({
    ...(obligationInputs.find(({ row }) => row === 5) as Parameters<typeof MandateFacts.ObligationRegistered>[0]),
    obligationId,
    hardDeadline: '2018-06-30',
    safeDeadline: '2018-06-29',
  });
  const fulfilled = (assessedOn: string) =>
    ObligationFulfilled({ mandateId, obligationId, assessedOn, reasoning: { sv: 'Uppfyllt.' } });
  const miss = DeadlineMissed({ mandateId, obligationId, hardDeadline: '2018-06-30', basis: 'NOTHING_RECORDED' });

  test('is met by its assessment', () => {
    given(duty).due(`${obligationId}/missed/2018-06-30`).then(miss);
    given(duty, fulfilled('2018-06-30')).due(`${obligationId}/missed/2018-06-30`).nothing();
    given(duty, miss, fulfilled('2018-07-01')).hearing().nothing();
    const facts = [duty, miss, fulfilled('2018-06-30')];
    const factEventId = idNo(openMandate.length + 2);
    const [effect] = given(...facts).hearing().effects;
    expect(effect?.fact.data).toMatchObject({ obligationId, factEventId, happenedOn: '2018-06-30' });
  });
});

test('costs are heard at next to no cost while no miss stands: no other stream is read', () => {
  const { reads } = deadlines;
  const event = { stream: `fundingyear-${year2017}` } as never;
  const state = openMandate.reduce((before, fact, index) => {
    const at = '2017-01-02T08:00:00.000Z';
    const who = { id: idNo(index), position: index, occurredAt: at, recordedAt: at, custodian: '', actor: {} as never };
    return mandates.fold(before, { type: fact.type, version: 1, data: fact.data, ...who });
  }, mandates.initial);
  for (const read of Object.values(reads)) expect(read.ids({ event }, state)).toEqual([]);
});
