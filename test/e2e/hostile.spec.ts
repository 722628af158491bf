import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { getIntrospectionQuery } from 'graphql';
import { cost } from './golden-steps.ts';
import { type GraphQLAnswer, RunningSystem } from './harness.ts';
import { hostile } from './hostile.ts';
import { saysNothingOfUs } from './malformed.ts';

/** Abuse is cheap to refuse (promise C14): what somebody sends to hurt is refused before anything runs. */
let system: RunningSystem;
beforeAll(async () => {
  system = await RunningSystem.start();
});
afterAll(() => system.end());

const url = () => `${system.url}/graphql`;
const accept = 'application/graphql-response+json';

test.each(hostile)('%s', async (_, body, { status, code, limit }) => {
  for (let time = 0; time < 3; time++) {
    const response = await fetch(url(), {
      method: 'POST',
      headers: { accept, 'content-type': 'application/json' },
      body,
    });
    const text = await response.text();
    saysNothingOfUs(text);
    const { data, errors } = JSON.parse(text) as GraphQLAnswer<unknown>;
    expect({ status: response.status, data, code: errors?.[0]?.extensions['code'] }).toEqual({
      status,
      data: undefined,
      code,
    });
    expect(errors?.length).toBeLessThan(20);
    expect(text.length).toBeLessThan(20_000);
    if (limit !== undefined) {
      const { limit: named, allowed, found } = errors?.[0]?.extensions ?? {};
      expect([named, typeof allowed, typeof found]).toEqual([limit, 'number', 'number']);
      expect(Number(found)).toBeGreaterThan(Number(allowed));
    }
  }
});

describe('afterwards', () => {
  test('questions and commands are answered as before', async () => {
    expect(await system.read(undefined, '{ about { demo } }')).toEqual({ about: { demo: true } });
    await system.accepted(system.token('FINANCE'), 'RecordCost', cost(2017, 'STAFF', '2017-01-02', 100));
  });
  test('nothing of it broke anything', () => expect(system.takeBroken()).toEqual([]));
});

test('what GraphiQL asks of the schema is answered', async () => {
  const query = getIntrospectionQuery({
    ...{ descriptions: true, specifiedByUrl: true, directiveIsRepeatable: true, schemaDescription: true },
    ...{ inputValueDeprecation: true, oneOf: true },
  });
  const { data } = await system.ask<{ __schema: { types: readonly unknown[] } }>(undefined, query);
  expect(data?.__schema.types.length).toBeGreaterThan(50);
});

describe('no page of another origin acts here', () => {
  const mutation = JSON.stringify({ query: 'mutation { moveDemoClock(to: "2017-01-03T08:00:00.000Z") { now } }' });
  const form = new FormData();
  form.set('operations', mutation);
  test.each<[string, RequestInit['body'], Record<string, string>]>([
    ['text', mutation, { 'content-type': 'text/plain' }],
    ['a form', new URLSearchParams({ query: 'mutation { a }' }), {}],
    ['a form of many parts', form, {}],
    ['GraphQL as it is', 'mutation { a }', { 'content-type': 'application/graphql' }],
    ['a body of no kind', new Uint8Array(Buffer.from(mutation)), {}],
  ])('a command sent as %s is not taken', async (_, body, headers) => {
    const response = await fetch(url(), { method: 'POST', headers, ...(body && { body }) });
    expect(response.status).toBe(415);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  });

  test('a command by GET is not executed, whichever of two operations was asked for before', async () => {
    const both = 'query A { about { now } } mutation B { moveDemoClock(to: "2017-01-03T08:00:00.000Z") { now } }';
    const ask = async (operationName: string) =>
      fetch(`${url()}?${new URLSearchParams({ query: both, operationName }).toString()}`);
    for (const [name, status] of [
      ['A', 200],
      ['A', 200],
      ['B', 405],
      ['A', 200],
      ['B', 405],
    ] as const) {
      const response = await ask(name);
      expect([name, response.status]).toEqual([name, status]);
    }
    const { about } = await system.read<{ about: { now: string } }>(undefined, '{ about { now } }');
    expect(about.now).toBe('2017-01-02T08:00:00.000Z');
  });

  test('no other origin is given leave, and no cookie is set', async () => {
    const headers = { origin: 'https://elsewhere.example', 'access-control-request-method': 'POST' };
    for (const method of ['OPTIONS', 'GET']) {
      const response = await fetch(`${url()}?query=${encodeURIComponent('{ about { now } }')}`, { method, headers });
      expect(response.headers.get('access-control-allow-origin')).toBeNull();
      expect(response.headers.get('set-cookie')).toBeNull();
    }
  });
});
