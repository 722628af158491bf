import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { issue } from '#delivery/in-process';
import * as given from './golden-steps.ts';
import { type HistoryEvent, type Input, mandateId, newId, ore, reportId, RunningSystem, yearId } from './harness.ts';
import { onFiles } from '../servers/stores.ts';

let system: RunningSystem;
beforeAll(async () => {
  system = await RunningSystem.start();
});
afterAll(() => system.end());

interface Finding {
  readonly rule: string;
  readonly message: string;
  readonly object: { readonly type: string; readonly id: string };
  readonly event: Pick<HistoryEvent, 'id' | 'type'>;
  readonly unseen: readonly Pick<HistoryEvent, 'id' | 'type'>[];
}
interface Page {
  readonly edges: readonly { readonly cursor: string; readonly node: Finding }[];
  readonly pageInfo: { readonly hasNextPage: boolean };
}

async function page(role: string, args: Input = {}): Promise<Page> {
  const query = `query ($filter: DataQualityFilter, $first: Int, $after: String) {
    dataQuality(filter: $filter, first: $first, after: $after) {
      edges { cursor node { rule message object { type id } event { id type } unseen { id type } } }
      pageInfo { hasNextPage }
    } }`;
  return (await system.read<{ dataQuality: Page }>(system.token(role), query, args)).dataQuality;
}
const found = async (role: string, args: Input = {}) => (await page(role, args)).edges.map(({ node }) => node);
const done = async () => expect(await system.installation.platform.processes.settled(10_000)).toBe(true);

/** Issues a command as a role of the demo, from within the process: it begins at once, in this turn. */
async function now(role: string, name: string, input: Input) {
  const { me } = await system.read<{ me: { personRef: string } }>(system.token(role), '{ me { personRef } }');
  return () => issue(system.installation.platform, me.personRef, name, input, newId());
}

/** A race is made on purpose: that needs what happens at once to happen in one process, in a known order. */
const where = onFiles ? describe : describe.skip;

where(`data quality${onFiles ? '' : ' (skipped: on servers nobody knows in which order a race is run)'}`, () => {
  describe('a fact that a race let through', () => {
    const cost = given.cost(2017, 'STAFF', '2017-06-15', 100);
    const statement = {
      ...given.statement('INTERIM', 2017, 0, 0, {}),
      paid: ore(0),
    };

    test('is found: a statement made while a cost was booked is not what the ledger says', async () => {
      await system.clockTo('2017-07-01T08:00:00.000Z');
      await system.accepted(system.token('MANDATE_OWNER'), 'DraftReport', given.draft('INTERIM'));
      const book = await now('FINANCE', 'RecordCost', cost);
      const attach = await now('FINANCE', 'AttachFinancialStatement', statement);
      await Promise.all([book(), attach()]);
      await done();

      const [booked] = await system.stored(`fundingyear-${yearId(2017)}`).then((events) => events.slice(-1));
      const [attached] = await system.stored(`report-${reportId('INTERIM')}`).then((events) => events.slice(-1));
      expect([booked?.type, attached?.type]).toEqual(['CostRecorded', 'FinancialStatementAttached']);
      expect(booked?.position).toBeLessThan(attached?.position ?? 0);
      expect(await found('MANDATE_OWNER')).toEqual([
        {
          rule: 'STATEMENT_DIFFERS',
          message: "The statement's figures are not the ledger's. `details` has the fields that differ.",
          object: { type: 'Report', id: reportId('INTERIM') },
          event: { id: attached?.id, type: 'FinancialStatementAttached' },
          unseen: [{ id: booked?.id, type: 'CostRecorded' }],
        },
      ]);
    });

    test('was not undone', async () => {
      const [last] = (await system.stored(`report-${reportId('INTERIM')}`)).slice(-1);
      expect(last?.type).toBe('FinancialStatementAttached');
    });

    test('is shown to whoever may see what is internal there, with the events that they may know of', async () => {
      expect((await found('FACILITATOR')).map(({ rule, unseen }) => [rule, unseen])).toEqual([
        ['STATEMENT_DIFFERS', []],
      ]);
      expect(await found('FINANCE')).toEqual(await found('MANDATE_OWNER'));
      for (const role of [
        'PUBLIC',
        'SYSTEM_ADMIN',
        'GOVERNMENT_RECIPIENT',
        'DECISION_MAKER_EXEMPELKOMMUNEN',
        'GROUP_MEMBER',
      ])
        expect([role, await found(role)]).toEqual([role, []]);
    });
  });

  describe('what two commands at once did not break', () => {
    test('is no finding: a cost booked while an objective was defined', async () => {
      const before = await found('MANDATE_OWNER');
      const objective = {
        mandateId,
        objectiveId: newId(),
        code: 'G9',
        text: { sv: 'Påhittat.' },
        source: { paragraph: '1' },
      };
      const define = await now('MANDATE_OWNER', 'DefineObjective', objective);
      const book = await now('FINANCE', 'RecordCost', given.cost(2017, 'TRAVEL', '2017-06-15', 100));
      await Promise.all([define(), book()]);
      await done();
      const [last] = (await system.stored(`fundingyear-${yearId(2017)}`)).slice(-1);
      const [defined] = (await system.stored(`mandate-${mandateId}`)).slice(-1);
      expect(last?.basedOn[`mandate-${mandateId}`]).toBe((defined?.revision ?? 0) - 1);
      expect(await found('MANDATE_OWNER')).toEqual(before);
    });
  });

  describe('what is recorded late', () => {
    test('more than 30 days after it happened is found, for whoever may know of it', async () => {
      await system.clockTo('2017-09-01T08:00:00.000Z');
      const late = { occurredAt: '2017-08-02T07:59:59.999Z', backdatingReason: 'Påhittad.' };
      const onTime = { occurredAt: '2017-08-02T08:00:00.000Z' };
      const token = system.token('FINANCE');
      await system.accepted(token, 'RecordCost', given.cost(2017, 'IT', '2017-08-02', 100), late);
      await system.accepted(token, 'RecordCost', given.cost(2017, 'OTHER', '2017-08-02', 100), onTime);
      await done();
      expect(await found('FINANCE', { filter: { rule: 'RECORDED_LATE' } })).toMatchObject([
        { message: 'Recorded more than 30 days after it happened.', event: { type: 'CostRecorded' }, unseen: [] },
      ]);
      expect((await found('FINANCE')).map(({ rule }) => rule)).toEqual(['STATEMENT_DIFFERS', 'RECORDED_LATE']);
      expect((await found('FACILITATOR')).map(({ rule }) => rule)).toEqual(['STATEMENT_DIFFERS']);
    });
  });

  describe('the list', () => {
    test('comes in pages, by cursors that nobody else can use', async () => {
      const first = await page('FINANCE', { first: 1 });
      expect(first).toMatchObject({
        edges: [{ node: { rule: 'STATEMENT_DIFFERS' } }],
        pageInfo: { hasNextPage: true },
      });
      const after = first.edges[0]?.cursor;
      const second = await page('FINANCE', { first: 1, after });
      expect(second).toMatchObject({ edges: [{ node: { rule: 'RECORDED_LATE' } }], pageInfo: { hasNextPage: false } });
      expect((await page('FACILITATOR', { first: 1 })).pageInfo.hasNextPage).toBe(false);
      const query = 'query ($after: String) { dataQuality(after: $after) { edges { cursor } } }';
      const stolen = await system.ask(system.token('MANDATE_OWNER'), query, { after });
      expect(stolen.errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT');
    });

    test('is the same when it is made anew, on another day', async () => {
      const before = await found('FINANCE');
      await system.clockTo('2017-09-20T08:00:00.000Z');
      await system.forget('processes.db', 'views.db');
      await done();
      const { projector, store } = system.installation.platform;
      expect(await projector.reached(await store.head(), 10_000)).toBe(true);
      expect(await found('FINANCE')).toEqual(before);
    });
  });
});
