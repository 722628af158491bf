import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { built, cost } from './golden-steps.ts';
import type { GraphQLAnswer, Input, Token } from './harness.ts';
import { mandateId, mutationOf, newId, ore, orgId, RunningSystem, yearId } from './harness.ts';

/** Scenario 22 of domain 7.11: what a viewer may not see moves nothing that it sees. */
let quiet: RunningSystem;
let busy: RunningSystem;
beforeAll(async () => {
  quiet = await RunningSystem.start();
  await quiet.close();
  busy = await RunningSystem.start(quiet);
  await quiet.open();
});
afterAll(() => Promise.all([quiet.end(), busy.end()]));

const viewers = ['PUBLIC', 'GROUP_MEMBER', 'GOVERNMENT_RECIPIENT'] as const;
const tokenFields = /"(cursor|startCursor|endCursor|version|consistency)":"([^"]*)"/g;

/** An answer as its viewer can compare it: opaque tokens are told apart by their length alone. */
const comparable = ({ status, text }: { status: number; text: string }): string =>
  `${status} ${text.replace(tokenFields, (_, name: string, token: string) => `"${name}":<${token.length}>`)}`;

const page = '{ edges { cursor node { FIELDS } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }';
const events =
  'id type version object { type id } occurredAt recordedAt actor { role org person } concerns { id as } data redactions { field state }';
const lists: Readonly<Record<string, string>> = {
  organisations: 'orgId name kind',
  roleAssignments: 'assignmentId personRef orgId role state redactions { field state }',
  mandates: 'mandateId state title { sv }',
  obligations: 'obligationId row hasEvidence fulfilled redactions { field state }',
  fundingLedgers: 'fundingYearId ceiling { amountMinor } used { amountMinor } redactions { field state }',
  costs: 'costId amount { amountMinor }',
  requisitions: 'requisitionId amount { amountMinor }',
  reports: 'reportId state',
};

/** Everything a viewer can ask, and each page of each list from its first to its last. */
async function everythingSeen(system: RunningSystem, token: Token, meRef: string): Promise<string[]> {
  const seen: string[] = [];
  const ask = async (query: string, variables: Input = {}) => {
    const answer = await system.post(token, JSON.stringify({ query, variables }));
    seen.push(comparable(answer));
    return JSON.parse(answer.text) as GraphQLAnswer<Record<string, { pageInfo?: { endCursor: string | null } }>>;
  };
  const pages = async (field: string, args: string, fields: string) => {
    for (let after: string | null | undefined = null; after !== undefined;) {
      const query = `query ($after: String) { list: ${field}(${args} first: 7, after: $after) ${page.replace('FIELDS', fields)} }`;
      const { data } = await ask(query, { after });
      after = data?.['list']?.pageInfo?.endCursor ?? undefined;
    }
  };
  for (const [field, fields] of Object.entries(lists)) await pages(field, '', fields);
  for (const newestFirst of [false, true]) {
    await pages('history', `filter: {}, newestFirst: ${newestFirst},`, events);
    for (const object of [mandateId, yearId(2017), orgId('VINNOVA'), orgId('EXEMPELKOMMUNEN'), meRef])
      await pages('history', `filter: { object: "${object}" }, newestFirst: ${newestFirst},`, events);
  }
  await ask('{ me { personRef roles { role org scope } } about { now today demo } }');
  await ask(`{ mandateOverview(id: "${mandateId}") { state obligationsOpen total { ceiling { amountMinor } } }
    deadlines(mandateId: "${mandateId}") { obligationId status daysLeft }
    reportReadiness(mandateId: "${mandateId}") { reportId complete }
    obligationCoverage(mandateId: "${mandateId}") { obligationId hasEvidence } }`);
  const ready = await fetch(`${system.url}/health/ready`);
  seen.push(`${ready.status} ${await ready.text()}`);
  return seen;
}

const refOf = async (system: RunningSystem, token: Token) =>
  (await system.read<{ me: { personRef: string | null } }>(token, '{ me { personRef } }')).me.personRef ?? newId();

describe('two systems of one seed and one clock', () => {
  const first: Record<string, string[]> = {};
  const nobody = newId();

  const compare = async (viewer: (typeof viewers)[number]) => {
    const [ref, other] = [await refOf(quiet, quiet.token(viewer)), await refOf(busy, busy.token(viewer))];
    if (viewer !== 'PUBLIC') expect(other).toBe(ref);
    const known = viewer === 'PUBLIC' ? nobody : ref;
    const seen = await everythingSeen(quiet, quiet.token(viewer), known);
    expect(await everythingSeen(busy, busy.token(viewer), known)).toEqual(seen);
    return seen;
  };

  test.each(viewers)('show %s the same', async (viewer) => {
    const seen = await compare(viewer);
    expect(seen.length).toBeGreaterThan(40);
    first[viewer] = seen;
  });

  test('go on doing so when 37 commands of another organisation came between, in one of them', async () => {
    const before = await busy.head();
    for (let n = 0; n < 37; n++) {
      const { token, personRef } = await busy.person(`applicant ${n}`);
      const role = { role: 'DECISION_MAKER', scope: { type: 'ORGANISATION' }, from: '2017-01-01' };
      const proposal = { ...role, personRef, assignmentId: newId(), orgId: orgId('VINNOVA') };
      const { consistency } = await busy.accepted(token, 'ProposeRole', proposal);
      if (n === 36) await busy.history(undefined, mandateId, { notBefore: consistency });
    }
    expect(await busy.head()).toBe(before + 37);
    for (const viewer of viewers) expect(await compare(viewer)).toEqual(first[viewer]);
  });

  test('a page that began before goes on behind them where it stood', async () => {
    const query = `query ($after: String) { history(filter: {}, first: 30, after: $after) ${page.replace('FIELDS', 'id')} }`;
    const variables = JSON.parse((await busy.post(undefined, JSON.stringify({ query }))).text) as {
      data: { history: { pageInfo: { endCursor: string } } };
    };
    const { endCursor: after } = variables.data.history.pageInfo;
    const { token, personRef } = await busy.person('one more');
    const role = { role: 'DECISION_MAKER', scope: { type: 'ORGANISATION' }, from: '2017-01-01' };
    await busy.accepted(token, 'ProposeRole', { ...role, personRef, assignmentId: newId(), orgId: orgId('VINNOVA') });
    const next = await busy.post(undefined, JSON.stringify({ query, variables: { after } }));
    const whole = (
      await busy.read<{ history: { edges: { node: { id: string } }[] } }>(
        undefined,
        `{ history(filter: {}, first: 60) { edges { node { id } } } }`,
      )
    ).history.edges.map(({ node }) => node.id);
    const { edges } = (JSON.parse(next.text) as { data: { history: { edges: { node: { id: string } }[] } } }).data
      .history;
    expect(edges.map(({ node }) => node.id)).toEqual(whole.slice(30, 60));
  });

  test.each(['GROUP_MEMBER', 'GOVERNMENT_RECIPIENT'] as const)('accept a command of %s alike', async (viewer) => {
    const answers = [];
    const assignmentId = built(`an application of ${viewer}`);
    for (const system of [quiet, busy]) {
      const token = system.token(viewer);
      const personRef = await refOf(system, token);
      const role = { role: 'REGISTRAR', scope: { type: 'ORGANISATION' }, from: '2017-01-01' };
      const input = { ...role, personRef, assignmentId, orgId: orgId('TILLVAXTVERKET') };
      const variables = { input, meta: { commandId: built(`its command, of ${viewer}`) } };
      const answer = await system.post(token, JSON.stringify({ query: mutationOf('ProposeRole'), variables }));
      const { consistency } = (JSON.parse(answer.text) as { data: { outcome: { consistency: string } } }).data.outcome;
      await system.history(token, personRef, { notBefore: consistency });
      answers.push(comparable(answer));
    }
    expect(answers[0]).toMatch(/^200 .*"Accepted"/);
    expect(answers[1]).toBe(answers[0]);
    expect(await compare(viewer)).not.toEqual(first[viewer]);
  });
});

describe('what is hidden answers like what is not there', () => {
  const bodies = async (token: Token, query: string, variables: readonly Input[]) =>
    Promise.all(variables.map((one) => busy.post(token, JSON.stringify({ query, variables: one }))));

  test('a command on a hidden object is NOT_FOUND with the same body as on none', async () => {
    const token = busy.token('DECISION_MAKER_EXEMPELKOMMUNEN');
    const { token: theirs, personRef } = await busy.person('hidden');
    const role = { role: 'DECISION_MAKER', scope: { type: 'ORGANISATION' }, from: '2017-01-01' };
    const assignmentId = newId();
    await busy.accepted(theirs, 'ProposeRole', { ...role, personRef, assignmentId, orgId: orgId('VINNOVA') });
    for (const [name, more] of [
      ['ApproveRole', {}],
      ['RevokeRole', { reason: 'made up' }],
    ] as const) {
      const [hidden, missing, nobodys] = await bodies(token, mutationOf(name), [
        { input: { personRef, assignmentId, ...more }, meta: { commandId: newId() } },
        { input: { personRef, assignmentId: newId(), ...more }, meta: { commandId: newId() } },
        { input: { personRef: newId(), assignmentId: newId(), ...more }, meta: { commandId: newId() } },
      ]);
      expect(JSON.parse(hidden?.text ?? '')).toMatchObject({ data: { outcome: { code: 'NOT_FOUND', details: {} } } });
      expect(missing).toEqual(hidden);
      expect(nobodys).toEqual(hidden);
    }
  });

  test('a query for a hidden row is answered like one for none', async () => {
    const hiddenCost = cost(2017, 'STAFF', '2017-01-02', 100);
    const { consistency } = await busy.accepted(busy.token('FINANCE'), 'RecordCost', hiddenCost);
    const query = 'query ($id: ID!, $notBefore: String) { cost(id: $id, notBefore: $notBefore) { costId } }';
    for (const viewer of viewers) {
      const [hidden, missing] = await bodies(busy.token(viewer), query, [
        { id: hiddenCost['costId'], notBefore: consistency },
        { id: newId(), notBefore: consistency },
      ]);
      expect(hidden).toEqual({ status: 200, text: '{"data":{"cost":null}}' });
      expect(missing).toEqual(hidden);
    }
  });
});

describe('tokens are good for what they were given for, and for nothing else', () => {
  const refusedAt = async (path: string, query: string, variables: Input, token = busy.token('FINANCE')) => {
    const { data, errors } = await busy.ask<Input>(token, query, variables);
    expect(data).toBeNull();
    expect(errors).toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT', fields: [{ path, expected: expect.any(String) }] } },
    ]);
  };
  const altered = (token: string) => `${token.slice(0, -5)}${token.at(-5) === 'A' ? 'B' : 'A'}${token.slice(-4)}`;

  test('expected', async () => {
    const { version, consistency } = await busy.accepted(busy.token('FINANCE'), 'RecordCost', {
      ...cost(2017, 'IT', '2017-01-02', 1),
    });
    const correction = { fundingYearId: yearId(2017), costId: built('cost 2017 IT'), delta: ore(1), reason: 'made up' };
    const ofOtherYear = { ...correction, fundingYearId: yearId(2018) };
    for (const [input, expected] of [
      [correction, altered(version)],
      [correction, consistency],
      [correction, 'none'],
      [ofOtherYear, version],
    ] as const) {
      const meta = { commandId: newId(), expected };
      await refusedAt('meta.expected', mutationOf('CorrectCost'), { input, meta });
    }
    expect(await busy.command(busy.token('FINANCE'), 'CorrectCost', correction, { expected: version })).toMatchObject({
      __typename: 'Accepted',
    });
  });

  test('notBefore', async () => {
    const { version, consistency } = await busy.accepted(busy.token('FINANCE'), 'RecordCost', {
      ...cost(2017, 'TRAVEL', '2017-01-02', 1),
    });
    const query = 'query ($notBefore: String) { mandates(notBefore: $notBefore) { edges { node { mandateId } } } }';
    for (const notBefore of [altered(consistency), version, '0', '99999999'])
      await refusedAt('notBefore', query, { notBefore });
    expect(await busy.read(undefined, query, { notBefore: consistency })).toHaveProperty('mandates');
  });

  test('after', async () => {
    const query = `query ($after: String) { obligations(first: 3, after: $after) ${page.replace('FIELDS', 'row')} }`;
    type Answer = { obligations: { pageInfo: { endCursor: string } } };
    const { obligations } = await busy.read<Answer>(undefined, query);
    const { endCursor } = obligations.pageInfo;
    await refusedAt('after', query, { after: altered(endCursor) }, undefined);
    await refusedAt('after', query, { after: endCursor }, busy.token('GROUP_MEMBER'));
    const { errors } = await busy.ask(undefined, query, { after: endCursor });
    expect(errors).toBeUndefined();
  });
});

describe('what the outside is made of', () => {
  test('no field, argument, value or type is named after a position, revision, sequence or stream', async () => {
    type Named = { name: string; args?: Named[] };
    type Type = Named & { fields: Named[] | null; inputFields: Named[] | null; enumValues: Named[] | null };
    const { __schema } = await busy.read<{ __schema: { types: Type[] } }>(
      undefined,
      `{ __schema { types { name inputFields { name } enumValues { name }
        fields { name args { name } } } } }`,
    );
    const names = __schema.types.flatMap(({ name, fields, inputFields, enumValues }) => [
      name,
      ...[fields, inputFields, enumValues]
        .flatMap((some) => some ?? [])
        .flatMap((one) => [one, ...(one.args ?? [])])
        .map((one) => one.name),
    ]);
    expect(names.length).toBeGreaterThan(300);
    const words = (name: string) => name.split(/(?<=[a-z])(?=[A-Z])|_/).map((word) => word.toLowerCase());
    const telling = /^(position|revision|sequence|stream)s?$/;
    expect(names.filter((name) => words(name).some((word) => telling.test(word)))).toEqual([]);
  });

  test('health is one bit, and there are no metrics on this port', async () => {
    for (const path of ['live', 'ready']) {
      const response = await fetch(`${busy.url}/health/${path}`);
      expect([response.status, await response.json()]).toEqual([200, { ok: true }]);
    }
    for (const path of ['/metrics', '/health', '/health/details', '/admin'])
      expect((await fetch(`${busy.url}${path}`)).status).toBe(404);
  });
});
