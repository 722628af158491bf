import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { cost } from './golden-steps.ts';
import type { GraphQLAnswer } from './harness.ts';
import { mandateId, mutationOf, newId, RunningSystem } from './harness.ts';
import { commandBody, isRefused, saysNothingOfUs, type Wrong } from './malformed.ts';

/** Bad questions and bad requests (promise C13), and what is said of what breaks in here. */
let system: RunningSystem;
beforeAll(async () => {
  system = await RunningSystem.start();
});
afterAll(() => system.end());

describe('a malformed question', () => {
  const list = (args: string) => `{ obligations(${args}) { edges { node { row } } } }`;
  const deadlines = (args: string) => `{ deadlines(${args}) { status } }`;
  const questions: [string, string, Wrong][] = [
    ['a page of none', list('first: 0'), ['first', 'range', /1 to 100/]],
    ['a page of too many', list('first: 101'), ['first', 'range', /1 to 100/]],
    ['a page of fewer than none', list('first: -1'), ['first', 'range', /1 to 100/]],
    ['a page of a half', list('first: 0.5'), ['first', 'type']],
    ['a cursor that is none', list('after: "bm90IGEgY3Vyc29y"'), ['after', 'cursor']],
    ['an empty cursor', list('after: ""'), ['after', 'cursor']],
    ['a filter on no column', list('filter: { colour: "red" }'), ['filter.colour', 'unknown']],
    ['an order by no column', list('orderBy: { by: colour }'), ['orderBy.by', 'type']],
    ['an argument that is none', list('colour: 1'), ['colour', 'type']],
    ['a field that is none', '{ obligations { edges { node { colour } } } }', ['', 'document', /colour/]],
    ['a document that is cut', '{ obligations {', ['', 'document', /Syntax Error/]],
    ['a day that is none', deadlines(`mandateId: "${mandateId}", before: "2017-13-01"`), ['before', 'type', /a day/]],
    ['an id that is none', deadlines('mandateId: "the one"'), ['mandateId', 'id', /UUID/]],
    ['a history of nothing asked', '{ history { edges { cursor } } }', ['', 'document', /filter/]],
  ];
  test.each(questions)('%s', (_, query, wrong) => isRefused(system, undefined, JSON.stringify({ query }), wrong));
});

describe('a request that is none', () => {
  const parsed = '{"kind":"Document","definitions":[{"kind":"X"}]}';
  const bodies: [string, string][] = [
    ['that is no JSON', '{"query": "{ about '],
    ['that is empty', ''],
    ['that is text', '"{ about { now } }"'],
    ['that is a list', '[{"query": "{ about { now } }"}]'],
    ['that is null', 'null'],
    ['without a query', '{}'],
    ['whose query is empty', '{"query": ""}'],
    ['whose query is a number', '{"query": 7}'],
    ['whose query is JSON', '{"query": "{}"}'],
    ['whose query is a parsed document', JSON.stringify({ query: parsed })],
    ['whose variables are text', '{"query": "{ about { now } }", "variables": "none"}'],
    ['with two operations and no name', '{"query": "query A { about { now } } query B { about { now } }"}'],
  ];
  test.each(bodies)('a body %s', async (_, body) => {
    const { status, text } = await system.post(undefined, body);
    expect(status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
    saysNothingOfUs(text);
  });

  const kinds: [string, number, string, Record<string, string>][] = [
    ['a body above a mebibyte', 413, JSON.stringify({ query: `{ about { now } } # ${'x'.repeat(2 ** 20)}` }), {}],
    ['a body of another kind', 415, '<query/>', { 'content-type': 'application/xml' }],
  ];
  test.each(kinds)('%s', async (_, expected, body, headers) => {
    const { status, text } = await system.post(undefined, body, headers);
    expect(status).toBe(expected);
    expect(JSON.parse(text)).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
    saysNothingOfUs(text);
  });

  test('a command by GET is not executed', async () => {
    const before = await system.head();
    const variables = { input: cost(2017, 'STAFF', '2017-01-02', 1), meta: { commandId: newId() } };
    const asked = new URLSearchParams({ query: mutationOf('RecordCost'), variables: JSON.stringify(variables) });
    const headers = { authorization: `Bearer ${system.token('FINANCE')}` };
    const response = await fetch(`${system.url}/graphql?${asked.toString()}`, { headers });
    expect(response.status).toBe(405);
    saysNothingOfUs(await response.text());
    expect(await system.head()).toBe(before);
  });

  test('a question by GET that does not say which of its operations', async () => {
    const query = encodeURIComponent('query A { about { now } } query B { about { demo } }');
    const headers = { accept: 'application/graphql-response+json' };
    const ambiguous = await fetch(`${system.url}/graphql?query=${query}`, { headers });
    expect(ambiguous.status).toBe(400);
    expect(await ambiguous.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
    const named = await fetch(`${system.url}/graphql?query=${query}&operationName=B`);
    expect(await named.json()).toEqual({ data: { about: { demo: true } } });
  });

  test('is never a connection that closes while its client was told that it may be used again', async () => {
    const { headers } = await fetch(`${system.url}/health/live`);
    const [, told] = /timeout=(\d+)/.exec(headers.get('keep-alive') ?? '') ?? [];
    expect(Number(told)).toBeGreaterThan(0);
    expect(Number(told)).toBeLessThan(60); // when an idle connection is closed
  });

  test('is the fault of nothing in here', () => expect(system.takeBroken()).toEqual([]));
});

describe('what breaks in here', () => {
  test.each(['FINANCE', 'PUBLIC'])('is masked, told under a correlation id and reported under it: %s', async (role) => {
    const body = JSON.stringify({ query: '{ history(filter: {}) { edges { cursor } } }' });
    await system.installation.platform.store.close();
    try {
      const { text } = await system.post(system.token(role), role === 'PUBLIC' ? body : commandBody('RecordCost', {}));
      const { data, errors } = JSON.parse(text) as GraphQLAnswer<unknown>;
      const { code, correlationId } = errors?.[0]?.extensions ?? {};
      expect([data ?? null, code]).toEqual([null, 'INTERNAL']);
      saysNothingOfUs(text);
      expect(system.takeBroken()).toContainEqual(expect.objectContaining({ what: `request ${String(correlationId)}` }));
    } finally {
      await system.restart();
      system.takeBroken();
    }
  });
});
