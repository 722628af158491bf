import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type AnotherMandate, registerAnother } from './another-mandate.ts';
import { built, cost, receipt, requisition } from './golden-steps.ts';
import type { Accepted, Input, Refused } from './harness.ts';
import { newId, ore, orgId, RunningSystem, yearId } from './harness.ts';

/** Scenario 21 of domain 7.11: the same command again has one effect and one answer, at once, later, or after a restart. */
let system: RunningSystem;
beforeAll(async () => {
  system = await RunningSystem.start();
  await system.clockTo('2017-11-30T09:00:00.000Z');
});
afterAll(() => system.end());

const FI = 'FINANCE';
const commandId = newId();
const input = requisition(2017, 200_000_000)('2017-11-30T09:00:00.000Z');
const submit = (changed: Input = {}, meta: Input = {}) =>
  system.command(system.token(FI), 'SubmitRequisition', { ...input, ...changed }, { commandId, ...meta });

/** An answer without its tokens, which may be written anew. */
const told = (outcome: Accepted | Refused) =>
  outcome.__typename === 'Refused' ? { refused: outcome.code } : { of: outcome.commandId, warnings: outcome.warnings };
const accepted = { of: commandId, warnings: [] };
const submitted = async () =>
  (await system.stored(`fundingyear-${yearId(2017)}`)).filter(({ type }) => type === 'RequisitionSubmitted');

/** The last revision of a year's stream: what timers and policies record elsewhere does not move it. */
async function endOf(year: number): Promise<number | undefined> {
  const stream = `fundingyear-${yearId(year)}`;
  const last = system.installation.platform.store.readStream(stream, { backwards: true, limit: 1 });
  return (await Array.fromAsync(last))[0]?.revision;
}

/** Costs of one öre, recorded beside the commands: as many events as they would have made, in a moment. */
async function moreCosts(year: number, count: number): Promise<void> {
  const { store } = system.installation.platform;
  const stream = `fundingyear-${yearId(year)}`;
  const one = (await system.stored(stream)).find(({ type }) => type === 'CostRecorded');
  if (!one) throw new Error('no cost was recorded yet');
  const another = () => ({ ...one, id: newId(), data: { ...one.data, costId: newId() } });
  for (let made = 0; made < count; made += 500) await store.append(stream, Array.from({ length: 500 }, another), 'any');
}

describe('the same command again', () => {
  test('sent 64 times at once, is stored once and accepted 64 times', async () => {
    const outcomes = await Promise.all(Array.from({ length: 64 }, () => submit()));
    expect(outcomes.map(told)).toEqual(Array(64).fill(accepted));
    expect(await submitted()).toHaveLength(1);
  });

  test('after a restart gives the original answer', async () => {
    await system.restart();
    expect(told(await submit())).toEqual(accepted);
    expect(await submitted()).toHaveLength(1);
  });

  test('after 1,000 later events, 999 of them on its own stream, gives the original answer', async () => {
    const costs = Array.from({ length: 999 }, (_, i) => ({
      ...cost(2017, 'STAFF', '2017-11-30', 1),
      costId: built(`one öre ${i}`),
    }));
    await Promise.all(costs.map((one) => system.accepted(system.token(FI), 'RecordCost', one)));
    await system.accepted(system.token(FI), 'AcknowledgeRequisition', receipt(2017, '2017-11-30T09:00:00.000Z'));
    expect(told(await submit())).toEqual(accepted);
    await system.restart();
    const before = await endOf(2017);
    expect(told(await submit())).toEqual(accepted);
    expect(await endOf(2017)).toBe(before);
  }, 30_000);

  test('once more when every snapshot was deleted, gives the original answer', async () => {
    const before = await endOf(2017);
    expect(await system.forgetSnapshots()).toBeGreaterThan(0);
    expect(told(await submit())).toEqual(accepted);
    expect(await endOf(2017)).toBe(before);
  });

  test('when the year is long paid and the clock elsewhere, gives the original answer', async () => {
    const payment = { fundingYearId: yearId(2017), paidOn: '2017-12-15', amount: ore(200_000_000), bankRef: 'made up' };
    await system.clockTo('2017-12-15T09:00:00.000Z');
    await system.accepted(system.token(FI), 'RecordPayment', payment);
    expect(told(await submit())).toEqual(accepted);
  });

  test('with another amount, or with occurredAt added, is refused: the id was used', async () => {
    const before = await endOf(2017);
    const reused = { refused: 'COMMAND_ID_REUSED' };
    expect(told(await submit({ amount: ore(199_999_999) }))).toEqual(reused);
    expect(told(await submit({}, { occurredAt: '2017-11-30T09:00:00.000Z' }))).toEqual(reused);
    expect(await endOf(2017)).toBe(before);
  });

  test('with another correlation or expectation gives the original answer', async () => {
    expect(told(await submit({}, { correlation: newId() }))).toEqual(accepted);
    const repeated = await submit();
    if (repeated.__typename === 'Refused') throw new Error(repeated.code);
    // The version of then is not the year's now: a new command that expects it is refused, this one is not.
    const { version } = repeated;
    expect(told(await submit({}, { expected: version }))).toEqual(accepted);
    const another = cost(2017, 'IT', '2017-11-30', 1);
    const outcome = await system.command(system.token(FI), 'RecordCost', another, { expected: version });
    expect(told(outcome)).toEqual({ refused: 'CONCURRENCY_CONFLICT' });
  });

  test('keeps its warning', async () => {
    await system.clockTo('2018-12-01T10:05:00.000Z');
    await system.accepted(system.token(FI), 'SubmitRequisition', requisition(2018, 1)('2018-11-30T15:00:00.000Z'));
    const acknowledge = (meta: Input) =>
      system.command(system.token(FI), 'AcknowledgeRequisition', receipt(2018, '2018-12-01T10:00:00.000Z'), meta);
    const meta = { commandId: newId() };
    const first = told(await acknowledge(meta));
    expect(first).toMatchObject({ of: meta.commandId, warnings: [{ code: 'AFTER_SAFE_DEADLINE' }] });
    await system.accepted(system.token(FI), 'RecordCost', cost(2018, 'STAFF', '2018-11-30', 1));
    expect(told(await acknowledge(meta))).toEqual(first);

    // And with 100,000 events in its stream, before and after restarts, with snapshots and without.
    const early = { ...cost(2018, 'STAFF', '2018-11-30', 1), costId: built('early') };
    const late = { ...cost(2018, 'STAFF', '2018-11-30', 1), costId: built('late') };
    const [earlyMeta, lateMeta] = [{ commandId: newId() }, { commandId: newId() }];
    const record = (one: Input, which: Input) => system.command(system.token(FI), 'RecordCost', one, which);
    await record(early, earlyMeta);
    await moreCosts(2018, 100_000);
    await record(late, lateMeta);
    const before = await endOf(2018);
    const answers = async () => {
      expect(told(await acknowledge(meta))).toEqual(first);
      expect(told(await record(early, earlyMeta))).toEqual({ of: earlyMeta.commandId, warnings: [] });
      expect(told(await record(late, lateMeta))).toEqual({ of: lateMeta.commandId, warnings: [] });
      expect(told(await record({ ...late, costId: built('early') }, {}))).toEqual({ refused: 'ALREADY_EXISTS' });
    };
    await answers();
    await system.restart();
    await answers();
    expect(await system.forgetSnapshots()).toBeGreaterThan(100_000);
    await answers();
    expect(await endOf(2018)).toBe(before);
  }, 240_000);
});

test('a first application for a role, sent 64 times at once, is one proposal', async () => {
  const { token, personRef } = await system.person('applies once');
  const meta = { commandId: newId() };
  const role = { role: 'REGISTRAR', scope: { type: 'ORGANISATION' }, from: '2017-01-01' };
  const proposal = { ...role, personRef, assignmentId: newId(), orgId: orgId('VINNOVA') };
  const outcomes = await Promise.all(
    Array.from({ length: 64 }, () => system.command(token, 'ProposeRole', proposal, meta)),
  );
  expect(outcomes.map(told)).toEqual(Array(64).fill({ of: meta.commandId, warnings: [] }));
  expect(await system.stored(`person-${personRef}`)).toHaveLength(1);
});

describe('the same command id', () => {
  test('on another stream is another command', async () => {
    const before = (await endOf(2018)) ?? 0;
    const outcome = await system.command(system.token(FI), 'RecordCost', cost(2018, 'TRAVEL', '2018-11-30', 1), {
      commandId,
    });
    expect(told(outcome)).toEqual(accepted);
    expect(await endOf(2018)).toBe(before + 1);
  });

  test('from another organisation is another command, on the same stream too', async () => {
    const { token, personRef } = await system.person('holds roles at two authorities');
    const meta = { commandId: newId() };
    const before = await system.stored(`person-${personRef}`);
    for (const [org, decisionMaker] of [
      ['UPPHANDLINGSMYNDIGHETEN', 'DECISION_MAKER'],
      ['EXEMPELKOMMUNEN', 'DECISION_MAKER_EXEMPELKOMMUNEN'],
    ] as const) {
      const assignmentId = built(`assignment at ${org}`);
      const role = { role: 'REGISTRAR', scope: { type: 'ORGANISATION' }, from: '2017-01-01' };
      await system.accepted(token, 'ProposeRole', { ...role, personRef, assignmentId, orgId: orgId(org) });
      const approval = { personRef, assignmentId };
      expect(told(await system.command(system.token(decisionMaker), 'ApproveRole', approval, meta))).toEqual({
        of: meta.commandId,
        warnings: [],
      });
    }
    expect(await system.stored(`person-${personRef}`)).toHaveLength(before.length + 4);
  });
});

describe('a command that was refused', () => {
  let mandate: AnotherMandate;
  beforeAll(async () => {
    mandate = await registerAnother(system, 'a mandate without a diary number');
  });
  const ofIts = (amount: number) => ({ fundingYearId: mandate.fundingYearId, amount: ore(amount) });
  const ask = (meta: Input, amount: number) =>
    system.command(system.token(FI), 'SubmitRequisition', { ...input, ...ofIts(amount) }, meta);
  const [unchanged, changed] = [{ commandId: newId() }, { commandId: newId() }];

  test('is decided anew: accepted once the diary number is known, whether unchanged or with another amount', async () => {
    const missing = { refused: 'MISSING_DECISION_REFERENCE' };
    expect(told(await ask(unchanged, 60))).toEqual(missing);
    expect(told(await ask(unchanged, 60))).toEqual(missing);
    expect(told(await ask(changed, 60))).toEqual(missing);
    await system.accepted(system.token('REGISTRAR'), 'RecordDecisionReference', {
      mandateId: mandate.mandateId,
      decisionDiaryNumber: 'DEMO 0000/0000 (påhittat)',
    });
    expect(told(await ask(unchanged, 60))).toEqual({ of: unchanged.commandId, warnings: [] });
    const other = { ...input, ...ofIts(40), requisitionId: newId() };
    const outcome = await system.command(system.token(FI), 'SubmitRequisition', other, changed);
    expect(told(outcome)).toEqual({ of: changed.commandId, warnings: [] });
    const stored = await system.stored(`fundingyear-${mandate.fundingYearId}`);
    expect(stored.map(({ type }) => type)).toEqual([
      'FundingYearAllocated',
      'RequisitionSubmitted',
      'RequisitionSubmitted',
    ]);
  });
});
