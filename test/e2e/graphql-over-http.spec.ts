import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { serverAudits } from 'graphql-http';
import { RunningSystem } from './harness.ts';

/** GraphQL over HTTP as the standard wants it (promise U4), from the real server with its limits on. */
let system: RunningSystem;
beforeAll(async () => {
  system = await RunningSystem.start();
});
afterAll(() => system.end());

const audits = serverAudits({ url: () => `${system.url}/graphql` });
test('there are 61 audits', () => expect(audits).toHaveLength(61));
test.each(audits.map(({ id, name, fn }) => ({ id, name, fn })))('audit $id: $name', async ({ fn }) => {
  const { status, ...result } = await fn();
  expect({ status, reason: 'reason' in result ? result.reason : undefined }).toEqual({ status: 'ok' });
});

test('of a document with several operations the one that is named is answered, however often', async () => {
  const query = 'query A { about { demo } } query B { about { today } } query C { about { now } }';
  const answered = async (operationName: string) => {
    const { text } = await system.post(undefined, JSON.stringify({ query, operationName }));
    return Object.keys((JSON.parse(text) as { data: { about: object } }).data.about);
  };
  for (let time = 0; time < 4; time++)
    expect([await answered('A'), await answered('B'), await answered('C')]).toEqual([['demo'], ['today'], ['now']]);
});

describe('the media type of an answer', () => {
  const [graphql, json] = ['application/graphql-response+json', 'application/json'];
  test.each([
    [`${graphql}, ${json};q=0.9`, graphql, 400],
    [`${json}, ${graphql}`, json, 200],
    [`${json};q=0.5, ${graphql};q=0.8`, graphql, 400],
    [`${graphql};q=0, */*;q=0.1`, json, 200],
    ['application/*', json, 200],
    [`${graphql}; charset=utf-8`, graphql, 400],
  ])('to %s is %s, and a document that cannot be read HTTP %s', async (accept, type, status) => {
    const response = await fetch(`${system.url}/graphql?query={`, { headers: { accept } });
    expect([response.headers.get('content-type'), response.status]).toEqual([`${type}; charset=utf-8`, status]);
  });

  test('that nobody could read is not sent', async () => {
    const response = await fetch(`${system.url}/graphql?query={__typename}`, { headers: { accept: 'text/html' } });
    expect(response.status).toBe(406);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  });
});

test.each([
  ['query={__typename}&variables=nothing', 'variables'],
  ['query={__typename}&variables=[1]', 'variables'],
  ['query={__typename}&variables={}&variables={}', 'variables'],
  ['query={__typename}&variables={"__proto__":{}}', 'variables'],
  ['query={__typename}&extensions=1', 'extensions'],
  ['query={__typename}&operationName=a&operationName=b', 'operationName'],
  ['query={__typename}&query={__typename}', 'query'],
  ['', 'query'],
])('the parameters %s are refused for %s', async (parameters, path) => {
  const response = await fetch(`${system.url}/graphql?${parameters}`);
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { fields: [{ path, rule: 'request' }] } }] });
});

test.each(['PUT', 'PATCH', 'DELETE'])('%s is told what is allowed', async (method) => {
  const response = await fetch(`${system.url}/graphql`, { method });
  expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, POST']);
});

test('an answer that does not come in time is HTTP 504, and others go on', async () => {
  const hurried = await RunningSystem.start(undefined, { MAX_EXECUTION_SECONDS: '1' });
  const { readStore } = hurried.installation.platform;
  const rows = readStore.rows.bind(readStore);
  readStore.rows = () => Promise.withResolvers<never>().promise;
  const { status, data, errors } = await hurried.ask(undefined, '{ organisations { edges { cursor } } }');
  expect({ status, data, code: errors?.[0]?.extensions['code'] }).toEqual({
    status: 504,
    data: undefined,
    code: 'TIMED_OUT',
  });
  readStore.rows = rows;
  expect(await hurried.read(undefined, '{ about { demo } }')).toEqual({ about: { demo: true } });
  await hurried.end();
});
