import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { idByProcess } from '#delivery/event-identity';
import * as given from './golden-steps.ts';
import { at, nothing, play, yes } from './golden-steps.ts';
import { mandateId, obligationId, type HistoryEvent, RunningSystem, yearId } from './harness.ts';

/** Scenarios 1 (b), 3 (b), 23 and 27 of domain 7.11: what the clock does by itself. */
const [MO, FI, DM, RE] = ['MANDATE_OWNER', 'FINANCE', 'DECISION_MAKER', 'REGISTRAR'] as const;

let loaded: RunningSystem;
beforeAll(async () => {
  loaded = await RunningSystem.start();
  await loaded.close();
});
afterAll(() => loaded.end('closed'));

const fromTimers = ['ReminderRaised', 'DeadlineMissed', 'DeadlineMissRetracted'];

/** What the system itself recorded about one duty, in order. */
async function told(system: RunningSystem, row: number): Promise<HistoryEvent[]> {
  const events = await system.history(system.token(MO), obligationId(row));
  return events.filter(({ type }) => fromTimers.includes(type)).reverse();
}
const misses = async (system: RunningSystem, row: number) =>
  (await told(system, row)).filter(({ type }) => type !== 'ReminderRaised');

type Standing = Readonly<Record<'status' | 'basis' | 'metOn', string | null>>;
async function standing(system: RunningSystem, role: string, row: number): Promise<Standing | undefined> {
  const { deadlines } = await system.read<{ deadlines: readonly ({ obligationId: string } & Standing)[] }>(
    system.token(role),
    'query ($id: ID!) { deadlines(mandateId: $id) { obligationId status basis metOn } }',
    { id: mandateId },
  );
  const found = deadlines.find((deadline) => deadline.obligationId === obligationId(row));
  return found && { status: found.status, basis: found.basis, metOn: found.metOn };
}

/** A test's own system, on a copy of the loaded decision. */
function ownSystem(): () => RunningSystem {
  let system: RunningSystem;
  beforeAll(async () => {
    system = await RunningSystem.start(loaded);
  });
  afterAll(() => system.end());
  return () => system;
}

describe('1 (b): the requisition of 2018 is sent in time and received a day late', () => {
  const system = ownSystem();
  const missed = { mandateId, obligationId: obligationId(14), hardDeadline: '2018-12-01', basis: 'SENT_UNCONFIRMED' };
  const late = { warnings: ['AFTER_HARD_DEADLINE'] };

  play(
    system,
    at(
      '2018-11-30T15:00:00.000Z',
      yes(1, FI, 'SubmitRequisition', given.requisition(2018, 200_000_000), 'RequisitionSubmitted'),
    ),
    at('2018-12-01T22:59:59.999Z', nothing(1, 'the deadline of row 14, which is not over')),
  );

  test('1 · 2018-12-01T23:00:00Z: the deadline of row 14 is missed, and who may not see it sees nothing', async () => {
    await system().clockTo('2018-12-01T23:00:00.000Z');
    expect(await misses(system(), 14)).toMatchObject([
      {
        type: 'DeadlineMissed',
        object: { type: 'Mandate', id: mandateId },
        occurredAt: '2018-12-01T23:00:00.000Z',
        recordedAt: '2018-12-01T23:00:00.000Z',
        actor: { role: 'SYSTEM', person: null },
        data: missed,
      },
    ]);
    expect(await standing(system(), FI, 14)).toEqual({ status: 'MISSED', basis: 'SENT_UNCONFIRMED', metOn: null });
    const hidden = await system().history(undefined, obligationId(14));
    expect(hidden.map(({ type }) => type)).toEqual(['FundingYearAllocated', 'ObligationRegistered']);
  });

  play(
    system,
    at(
      '2018-12-02T08:05:00.000Z',
      yes(
        1,
        FI,
        'AcknowledgeRequisition',
        given.receipt(2018, '2018-12-02T08:00:00.000Z'),
        'RequisitionAcknowledged',
        late,
      ),
    ),
  );

  test('1 · the miss stands: it was met late', async () => {
    await system().clockTo('2018-12-02T08:06:00.000Z');
    expect((await misses(system(), 14)).map(({ type }) => type)).toEqual(['DeadlineMissed']);
    expect(await standing(system(), FI, 14)).toEqual({ status: 'MET_LATE', basis: null, metOn: '2018-12-02' });
  });
});

describe('3 (b): the interim report is received two minutes late', () => {
  const system = ownSystem();
  const money = { STAFF: 100_000_000, EVENT: 64_000_050 };
  const statement = given.statement('INTERIM', 2017, 164_000_050, 35_999_950, money);
  const late = { warnings: ['AFTER_HARD_DEADLINE'] };
  const missed = { obligationId: obligationId(25), hardDeadline: '2018-04-27', basis: 'SENT_UNCONFIRMED' };

  play(
    system,
    at(
      '2017-12-20T10:00:00.000Z',
      yes(2, FI, 'RecordCost', given.cost(2017, 'STAFF', '2017-06-15', 100_000_000), 'CostRecorded'),
      yes(2, FI, 'RecordCost', given.cost(2017, 'EVENT', '2017-12-20', 64_000_050), 'CostRecorded'),
      yes(1, FI, 'SubmitRequisition', given.requisition(2017, 200_000_000), 'RequisitionSubmitted'),
      yes(1, FI, 'RecordPayment', given.payment(2017, 200_000_000, '2017-12-20'), 'RequisitionPaid'),
    ),
    at(
      '2018-04-20T09:00:00.000Z',
      yes(3, MO, 'DraftReport', given.draft('INTERIM'), 'ReportDrafted'),
      yes(3, FI, 'AttachFinancialStatement', statement, 'FinancialStatementAttached'),
      yes(3, DM, 'ApproveReport', given.approval('INTERIM'), 'ReportApproved'),
    ),
    at('2018-04-27T20:00:00.000Z', yes(3, MO, 'SubmitReport', given.sending('INTERIM'), 'ReportSubmitted')),
  );

  test('3 · 2018-04-27T22:00:00Z: the deadline of row 25 is missed', async () => {
    await system().clockTo('2018-04-27T22:00:00.000Z');
    expect(await misses(system(), 25)).toMatchObject([
      { type: 'DeadlineMissed', occurredAt: '2018-04-27T22:00:00.000Z', data: missed },
    ]);
  });

  play(
    system,
    at(
      '2018-04-27T22:02:00.000Z',
      yes(3, RE, 'ConfirmReportReceipt', given.arrival('INTERIM', '2018-04-27T22:01:00.000Z'), 'ReportReceived', late),
    ),
  );

  test('3 · the miss stands', async () => {
    await system().clockTo('2018-04-28T08:00:00.000Z');
    expect(await misses(system(), 25)).toHaveLength(1);
    expect(await standing(system(), MO, 25)).toEqual({ status: 'MET_LATE', basis: null, metOn: '2018-04-28' });
  });
});

describe('23: a late record retracts a miss', () => {
  const system = ownSystem();
  play(
    system,
    at(
      '2017-11-30T09:00:00.000Z',
      yes(1, FI, 'SubmitRequisition', given.requisition(2017, 200_000_000), 'RequisitionSubmitted'),
    ),
  );

  test('2017-12-01T23:00:00Z: nothing is known of the receipt, and the deadline of row 13 is missed', async () => {
    await system().clockTo('2017-12-01T23:00:00.000Z');
    expect(await misses(system(), 13)).toMatchObject([
      { type: 'DeadlineMissed', data: { hardDeadline: '2017-12-01', basis: 'SENT_UNCONFIRMED' } },
    ]);
    expect(await standing(system(), MO, 13)).toMatchObject({ status: 'MISSED', basis: 'SENT_UNCONFIRMED' });
    expect(await standing(system(), 'PUBLIC', 13)).toEqual({ status: null, basis: null, metOn: null });
  });

  play(
    system,
    at(
      '2017-12-04T09:00:00.000Z',
      yes(1, FI, 'AcknowledgeRequisition', given.receipt(2017, '2017-12-01T15:00:00.000Z'), 'RequisitionAcknowledged'),
    ),
  );

  test('the miss is retracted, by the fact that disproves it; both stay in history, and the board says in time', async () => {
    await system().clockTo('2017-12-04T09:00:01.000Z');
    const [receipt] = await system().history(system().token(FI), yearId(2017));
    const [missed, retracted, ...more] = await misses(system(), 13);
    expect([missed?.type, more]).toEqual(['DeadlineMissed', []]);
    expect(retracted).toMatchObject({
      type: 'DeadlineMissRetracted',
      recordedAt: '2017-12-04T09:00:00.000Z',
      data: { hardDeadline: '2017-12-01', factEventId: receipt?.id, happenedOn: '2017-12-01' },
    });
    expect(receipt?.type).toBe('RequisitionAcknowledged');
    for (const role of [MO, DM])
      expect([role, await standing(system(), role, 13)]).toEqual([
        role,
        { status: 'MET', basis: null, metOn: '2017-12-01' },
      ]);
    const shown = `query ($id: ID!) { obligation(id: $id) { miss { hardDeadline basis metOn } reminders { daysBefore } } }`;
    const seen = (role: string) => system().read(system().token(role), shown, { id: obligationId(13) });
    expect(await seen(MO)).toEqual({
      obligation: {
        miss: { hardDeadline: '2017-12-01', basis: 'SENT_UNCONFIRMED', metOn: '2017-12-01' },
        reminders: [30, 10, 3, 1].map((daysBefore) => ({ daysBefore })),
      },
    });
    expect(await seen('PUBLIC')).toEqual({ obligation: { miss: null, reminders: null } });
  });

  test('what the system recorded answers the fact, in its name, and names what it rests on', async () => {
    const [receipt] = await system().history(system().token(FI), yearId(2017));
    const stored = await system().stored(`mandate-${mandateId}`);
    const [missed, retracted] = stored.filter(({ type }) => type.startsWith('DeadlineMiss'));
    expect(missed).toMatchObject({
      actor: { system: 'deadlines', role: 'SYSTEM' },
      command: null,
      causation: null,
      basedOn: { [`fundingyear-${yearId(2017)}`]: 1 },
    });
    expect(retracted).toMatchObject({ causation: receipt?.id, command: null });
    expect(missed?.id).toBe(idByProcess('deadlines', `${obligationId(13)}/missed/2017-12-01`, missed?.stream ?? '', 0));
    expect(retracted?.id).toBe(idByProcess('deadlines', receipt?.id ?? '', missed?.stream ?? '', 0));
    expect(retracted?.basedOn).toMatchObject({ [`fundingyear-${yearId(2017)}`]: 2 });
  });
});

describe('27: the clock jumps over several deadlines', () => {
  const system = ownSystem();

  test('ten events, in the order of their times, all recorded now', async () => {
    await system().clockTo('2017-10-30T08:00:00.000Z');
    const before = await system().head();
    await system().clockTo('2018-05-01T08:00:00.000Z');
    expect(await system().head()).toBe(before + 10);
    const events = (await system().history(system().token(MO), mandateId, { first: 10 })).reverse();
    const nothingThere = { basis: 'NOTHING_RECORDED' };
    expect(events.map(({ occurredAt, type, data }) => [occurredAt, type, data])).toMatchObject([
      ['2017-10-31T23:00:00.000Z', 'ReminderRaised', { obligationId: obligationId(13), daysBefore: 30 }],
      ['2017-11-20T23:00:00.000Z', 'ReminderRaised', { obligationId: obligationId(13), daysBefore: 10 }],
      ['2017-11-27T23:00:00.000Z', 'ReminderRaised', { obligationId: obligationId(13), daysBefore: 3 }],
      ['2017-11-29T23:00:00.000Z', 'ReminderRaised', { obligationId: obligationId(13), daysBefore: 1 }],
      ['2017-12-01T23:00:00.000Z', 'DeadlineMissed', { obligationId: obligationId(13), ...nothingThere }],
      ['2018-03-27T22:00:00.000Z', 'ReminderRaised', { obligationId: obligationId(25), daysBefore: 30 }],
      ['2018-04-16T22:00:00.000Z', 'ReminderRaised', { obligationId: obligationId(25), daysBefore: 10 }],
      ['2018-04-23T22:00:00.000Z', 'ReminderRaised', { obligationId: obligationId(25), daysBefore: 3 }],
      ['2018-04-25T22:00:00.000Z', 'ReminderRaised', { obligationId: obligationId(25), daysBefore: 1 }],
      ['2018-04-27T22:00:00.000Z', 'DeadlineMissed', { obligationId: obligationId(25), ...nothingThere }],
    ]);
    expect(new Set(events.map(({ recordedAt }) => recordedAt))).toEqual(new Set(['2018-05-01T08:00:00.000Z']));
  });

  test('once more, after a restart, and after all that is kept beside the events was deleted: nothing comes twice', async () => {
    const before = await system().head();
    await system().restart();
    await system().clockTo('2018-05-01T08:00:00.000Z');
    await system().forget('views.db', 'processes.db');
    await system().clockTo('2018-05-01T08:00:00.000Z');
    expect(await system().head()).toBe(before);
  });

  test('then the days of the other duties', async () => {
    await system().clockTo('2019-06-01T08:00:00.000Z');
    const days = async (row: number) =>
      (await told(system(), row)).map(({ occurredAt, data: { daysBefore } }) => [daysBefore, occurredAt]);
    expect(await days(14)).toEqual([
      [30, '2018-10-30T23:00:00.000Z'],
      [10, '2018-11-19T23:00:00.000Z'],
      [3, '2018-11-26T23:00:00.000Z'],
      [1, '2018-11-28T23:00:00.000Z'],
      [undefined, '2018-12-01T23:00:00.000Z'],
    ]);
    expect(await days(22)).toEqual([
      [30, '2019-02-26T23:00:00.000Z'],
      [10, '2019-03-18T23:00:00.000Z'],
      [3, '2019-03-25T23:00:00.000Z'],
      [1, '2019-03-27T23:00:00.000Z'],
      [undefined, '2019-03-31T22:00:00.000Z'],
    ]);
    expect(await days(18)).toEqual([]); // nothing was paid: nothing is to be paid back
  });
});
