import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { organisationView } from '#contexts/identity/views/organisation.view';
import { demoIssuer } from '#delivery/identity-token';
import { issue } from '#delivery/in-process';
import { publicCaller } from '#delivery/people';
import { built, cost, draft, statement } from './golden-steps.ts';
import type { Input, Token } from './harness.ts';
import { mandateId, newId, ore, reportId, RunningSystem, yearId } from './harness.ts';

/** Pages, cursors, redactions, reading what one has just written, and many callers on one stream. */
let system: RunningSystem;
beforeAll(async () => {
  system = await RunningSystem.start();
  await system.clockTo('2017-12-31T09:00:00.000Z');
});
afterAll(() => system.end());

interface Page {
  readonly edges: readonly { readonly cursor: string; readonly node: Readonly<Record<string, unknown>> }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly endCursor: string | null;
  };
}

const pageOf = async (token: Token, field: string, args: string, fields: string, variables: Input = {}) => {
  const query = `query ($after: String, $notBefore: String) { page: ${field}(${args} after: $after, notBefore: $notBefore) {
    edges { cursor node { ${fields} } } pageInfo { hasNextPage hasPreviousPage endCursor } } }`;
  return (await system.read<{ page: Page }>(token, query, variables)).page;
};

/** Every page of a list, one after the other; `between` runs after each. */
async function pagesOf(token: Token, field: string, args: string, fields: string, between = () => Promise.resolve()) {
  const nodes: Readonly<Record<string, unknown>>[] = [];
  for (let after: string | null = null; ; await between()) {
    const page: Page = await pageOf(token, field, args, fields, { after });
    nodes.push(...page.edges.map(({ node }) => node));
    expect(page.pageInfo.hasPreviousPage).toBe(after !== null);
    if (!page.pageInfo.hasNextPage) return nodes;
    after = page.pageInfo.endCursor;
  }
}

const book = (costDate: string, amount: number, more: Input = {}) =>
  system.accepted(system.token('FINANCE'), 'RecordCost', {
    ...cost(2017, 'STAFF', costDate, amount),
    costId: newId(),
    ...more,
  });

describe('pages', () => {
  const days = Array.from({ length: 25 }, (_, i) => `2017-03-${String(i + 1).padStart(2, '0')}`);
  beforeAll(async () => {
    // In another order than their days: 7 and 25 have no factor in common.
    for (const i of days.keys()) await book(days[(i * 7) % days.length] ?? '', 1);
  });

  test.each([false, true])('stand still while rows come before and after them, descending %s', async (descending) => {
    const token = system.token('FINANCE');
    const args = `orderBy: { by: costDate, descending: ${descending} }, first: 4,`;
    const seen = await pagesOf(token, 'costs', args, 'costId costDate', async () => {
      await book('2017-01-01', 1);
      await book('2017-12-31', 1);
    });
    const ofMarch = seen.map(({ costDate }) => costDate).filter((day) => days.includes(String(day)));
    expect(ofMarch).toEqual(descending ? [...days].reverse() : days);
    expect(new Set(seen.map(({ costId }) => costId)).size).toBe(seen.length);
  });

  test('of rows of one value follow by id, each once', async () => {
    const obligations = await pagesOf(
      undefined,
      'obligations',
      'orderBy: { by: hardDeadline }, first: 3,',
      'obligationId hardDeadline',
    );
    const ids = obligations.map(({ obligationId }) => obligationId);
    expect([ids.length, new Set(ids).size]).toEqual([29, 29]);
    const dates = obligations.map(({ hardDeadline }) => (typeof hardDeadline === 'string' ? hardDeadline : ''));
    expect(dates).toEqual([...dates].sort());
  });

  test('hold only what the filter asks for, and all of it', async () => {
    const all = await pagesOf(undefined, 'obligations', 'first: 100,', 'obligationId kind modality');
    for (const filter of [{ kind: 'REPORT' }, { modality: 'SHALL' }, { kind: 'ACTIVITY', modality: 'SHOULD' }]) {
      const text = Object.entries(filter).map(([name, value]) => `${name}: ${value}`);
      const found = await pagesOf(undefined, 'obligations', `filter: { ${text.join()} }, first: 2,`, 'obligationId');
      const expected = all.filter((node) => Object.entries(filter).every(([name, value]) => node[name] === value));
      const ids = (nodes: typeof all) => nodes.map(({ obligationId }) => String(obligationId)).sort();
      expect(ids(found)).toEqual(ids(expected));
      expect(found.length).toBeGreaterThan(1);
    }
  });

  test('of history go both ways, and by type', async () => {
    const args = (more: string) =>
      `filter: { object: "${mandateId}", types: ["ObligationRegistered"] }, first: 5, ${more}`;
    const forwards = await pagesOf(undefined, 'history', args(''), 'id type');
    const backwards = await pagesOf(undefined, 'history', args('newestFirst: true,'), 'id type');
    expect(forwards).toHaveLength(29);
    expect(backwards).toEqual([...forwards].reverse());
  });

  test('take no cursor of another filter, order, list or viewer', async () => {
    const args = 'filter: { modality: SHALL }, first: 2,';
    const { endCursor: after } = (await pageOf(undefined, 'obligations', args, 'row')).pageInfo;
    const others: [Token, string, string, string][] = [
      [undefined, 'obligations', 'filter: { modality: SHOULD }, first: 2,', 'row'],
      [undefined, 'obligations', `${args} orderBy: { by: row },`, 'row'],
      [undefined, 'obligations', 'first: 2,', 'row'],
      [undefined, 'mandates', 'first: 2,', 'state'],
      [undefined, 'history', 'filter: {}, first: 2,', 'id'],
      [system.token('FINANCE'), 'obligations', args, 'row'],
    ];
    for (const [token, field, differently, fields] of others) {
      const asked = pageOf(token, field, differently, fields, { after });
      await expect(asked).rejects.toThrow(/BAD_USER_INPUT.*"path":"after","rule":"cursor"/);
    }
    // How many are asked for is no part of it.
    const longer = await pageOf(undefined, 'obligations', 'filter: { modality: SHALL }, first: 9,', 'row', { after });
    expect(longer.edges).toHaveLength(9);
  });
});

describe('what was just accepted', () => {
  test('is in every view that is asked for with its consistency, 200 times over', async () => {
    const token = system.token('FINANCE');
    for (let n = 0; n < 200; n++) {
      const costId = newId();
      const { consistency: notBefore } = await book('2017-06-15', 1, { costId });
      const query = 'query ($id: ID!, $notBefore: String) { cost(id: $id, notBefore: $notBefore) { costId } }';
      expect(await system.read(token, query, { id: costId, notBefore })).toEqual({ cost: { costId } });
    }
  });

  test('is waited for where the views are thousands of events behind', async () => {
    const { platform, directory } = system.installation;
    const admin = await directory.personRef(demoIssuer, system.settings.adminSubject);
    const stream = `fundingyear-${yearId(2017)}`;
    const model = (await system.stored(stream)).findLast(({ type }) => type === 'CostRecorded');
    if (!model) throw new Error('no cost was recorded');
    const { position: _, revision: __, recordedAt: ___, stream: ____, ...event } = model;
    const copies = () =>
      Array.from({ length: 700 }, () => ({ ...event, id: newId(), data: { ...event.data, costId: newId() } }));
    const backlog = Array.from({ length: 4 }, () => platform.store.append(stream, copies(), 'any'));

    const organisation = { orgId: newId(), name: 'Påhittad', kind: 'OTHER', level: 'NOT_PUBLIC' };
    const input = { ...organisation, soleTrader: false, contactPoints: [] };
    const { consistency } = await issue(platform, admin, 'RegisterOrganisation', input, newId());
    await platform.reader.waitFor(consistency);
    expect(await platform.reader.one(organisationView, input.orgId, publicCaller)).toMatchObject({ row: organisation });
    await Promise.all(backlog);
  });

  test('is in history too, and a viewer who may not see it waits for it and sees nothing', async () => {
    const { consistency: notBefore } = await book('2017-06-16', 1);
    const types = async (token: Token) =>
      (await system.history(token, yearId(2017), { first: 1, notBefore })).map(({ type }) => type);
    expect(await types(system.token('FINANCE'))).toEqual(['CostRecorded']);
    expect(await types(undefined)).toEqual(['FundingYearAllocated']);
  });
});

describe('a draft report', () => {
  const interim = reportId('INTERIM');
  let notBefore: string;
  beforeAll(async () => {
    await system.clockTo('2018-03-01T09:00:00.000Z');
    const drafted = await system.accepted(system.token('MANDATE_OWNER'), 'DraftReport', draft('INTERIM'));
    notBefore = drafted.consistency;
  });

  test('is there for the registrar, its content withheld and listed', async () => {
    const [event] = await system.history(system.token('REGISTRAR'), interim, { notBefore });
    expect(event).toMatchObject({ type: 'ReportDrafted', object: { type: 'Report', id: interim } });
    expect(event?.data).toEqual({});
    const withheld = ['/reportId', '/mandateId', '/kind', '/obligationId', '/recipientOrgId'];
    expect(event?.redactions.map(({ field }) => field).sort()).toEqual([...withheld].sort());
    expect(event?.redactions.every(({ state }) => state === 'REDACTED')).toBe(true);
    const query = 'query ($id: ID!) { report(id: $id) { kind state redactions { field state } } }';
    type Answer = { report: { kind: null; state: null; redactions: { field: string }[] } };
    const { report } = await system.read<Answer>(system.token('REGISTRAR'), query, { id: interim });
    expect(report).toMatchObject({ kind: null, state: null });
    const fields = report.redactions.map(({ field }) => field);
    expect(fields).toEqual(expect.arrayContaining(['kind', 'state', 'statements', 'followUps']));
  });

  test('is whole for who writes it, and is not there for anyone outside', async () => {
    const [event] = await system.history(system.token('MANDATE_OWNER'), interim);
    expect(event?.data).toEqual(draft('INTERIM'));
    expect(event?.redactions).toEqual([]);
    for (const role of ['PUBLIC', 'GOVERNMENT_RECIPIENT_REGERINGSKANSLIET', 'PROGRAMME_EVALUATOR', 'GROUP_MEMBER']) {
      expect(await system.history(system.token(role), interim)).toEqual([]);
      const query = 'query ($id: ID!) { report(id: $id) { state } }';
      expect(await system.read(system.token(role), query, { id: interim })).toEqual({ report: null });
    }
  });

  test('lacks what it lacks, by the same rules that refuse its approval', async () => {
    const query = `query ($id: ID!) { reportReadiness(mandateId: $id) { reportId complete missingStatements } }`;
    const readiness = { reportId: interim, complete: false, missingStatements: [2017] };
    const answer = await system.read(system.token('MANDATE_OWNER'), query, { id: mandateId });
    expect(answer).toEqual({ reportReadiness: [readiness] });
    expect(await system.read(undefined, query, { id: mandateId })).toEqual({ reportReadiness: [] });
  });
});

describe('64 callers at once', () => {
  test('on one stream: each cost is counted once, and nobody is told to come back', async () => {
    const FI = system.token('FINANCE');
    const fundingYearId = yearId(2018);
    const of2018 = (n: number) => ({ fundingYearId, costDate: '2018-02-01', costId: built(`cost ${n} of 2018`) });
    const callers = Array.from({ length: 64 }, async (_, caller) => {
      for (let n = 0; n < 8; n++) await book('2018-02-01', 1_000 + caller, of2018(caller * 8 + n));
    });
    await Promise.all(callers);
    const used = 8 * callers.reduce((sum, _, caller) => sum + 1_000 + caller, 0);

    const stored = await system.stored(`fundingyear-${fundingYearId}`);
    expect(stored.map(({ revision }) => revision)).toEqual(stored.map((_, index) => index));
    expect(stored.filter(({ type }) => type === 'CostRecorded')).toHaveLength(512);

    // The decisions' own fold and the view agree: what the ledger says is what a statement must say.
    const { consistency: notBefore } = await system.accepted(
      system.token('MANDATE_OWNER'),
      'DraftReport',
      draft('FINAL'),
    );
    const ledger = `query ($id: ID!, $notBefore: String) {
      fundingLedger(id: $id, notBefore: $notBefore) { used { amountMinor } unused { amountMinor } } }`;
    expect(await system.read(FI, ledger, { id: fundingYearId, notBefore })).toEqual({
      fundingLedger: { used: { amountMinor: used }, unused: { amountMinor: -used } },
    });
    const stated = { ...statement('FINAL', 2018, used, -used, { STAFF: used }), paid: ore(0) };
    await system.accepted(FI, 'AttachFinancialStatement', stated);
  });

  test('on 64 streams: each organisation is there for who registered it', async () => {
    const query = `query ($id: ID!, $notBefore: String) { organisation(id: $id, notBefore: $notBefore) { orgId } }`;
    const callers = Array.from({ length: 64 }, async (_, n) => {
      const organisation = { orgId: built(`organisation ${n}`), kind: 'OTHER', level: 'NOT_PUBLIC', name: 'Påhittad' };
      const input = { ...organisation, soleTrader: false, contactPoints: [] };
      const { consistency } = await system.accepted(system.token('FACILITATOR'), 'RegisterOrganisation', input);
      return system.read(undefined, query, { id: input.orgId, notBefore: consistency });
    });
    const expected = callers.map((_, n) => ({ organisation: { orgId: built(`organisation ${n}`) } }));
    expect(await Promise.all(callers)).toEqual(expected);
  });
});
