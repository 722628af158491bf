import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { cost } from './golden-steps.ts';
import { authorization, mutationOf, newId, RunningSystem, type Token, yearId } from './harness.ts';

/** Those who ask too much, or read too slowly, take nothing from the others (promise C14). */
let system: RunningSystem;
beforeAll(async () => {
  system = await RunningSystem.start(undefined, {
    RATE_PER_PERSON: '20',
    RATE_PER_ADDRESS: '20',
    TRUSTED_PROXIES: '127.0.0.0/8',
  });
});
afterAll(() => system.end());

interface Told {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly body: { readonly data?: unknown; readonly errors?: readonly { readonly extensions: object }[] };
}

async function ask(address: string, token: Token, query: string, variables: object = {}): Promise<Told> {
  const response = await fetch(`${system.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': address, ...authorization(token) },
    body: JSON.stringify({ query, variables }),
  });
  const body = (await response.json()) as Told['body'];
  return { status: response.status, retryAfter: response.headers.get('retry-after'), body };
}

const head = 'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n';
const about = '{ about { demo } }';
/** So many requests, some at a time. */
async function flood(count: number, from: (n: number) => [address: string, token: Token]): Promise<Told[]> {
  const told: Told[] = [];
  while (told.length < count)
    told.push(...(await Promise.all(Array.from({ length: 25 }, (_, n) => ask(...from(told.length + n), about)))));
  return told;
}

/** Sends the beginning of something and then does nothing more, nor reads. */
async function idler(text: string, url = system.url): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.on('error', () => undefined); // the server may lose its patience
  await once(socket, 'connect');
  socket.pause();
  socket.write(text);
  return socket;
}

const isRefused = ({ status, retryAfter, body }: Told): void => {
  expect(status).toBe(429);
  expect(Number(retryAfter)).toBeGreaterThan(0);
  expect(body.errors?.[0]?.extensions).toEqual({ code: 'RATE_LIMITED', retryAfter: Number(retryAfter) });
  expect(body).not.toHaveProperty('data');
};

test('a server that is closed waits for nobody who does not finish', async () => {
  const other = await RunningSystem.start();
  const socket = await idler(`${head}content-length: 100\r\n\r\n{`, other.url);
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  socket.once('close', () => resolve());
  socket.resume();
  await other.end();
  await closed;
}, 20_000); // less than the server's patience with one who sends slowly

describe('a flood', () => {
  test('from one address is refused from some time on, and told when to come back', async () => {
    const answers = await flood(400, () => ['192.0.2.1', undefined]);
    const refused = answers.filter(({ status }) => status !== 200);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(300);
    refused.forEach(isRefused);
  });

  test('of one person is refused from wherever it comes', async () => {
    const answers = await flood(400, (n) => [`198.51.100.${n % 200}`, system.token('GROUP_MEMBER')]);
    const refused = answers.filter(({ status }) => status !== 200);
    expect(refused.length).toBeGreaterThan(0);
    refused.forEach(isRefused);
  });

  test('of tokens that are bad is refused like any other', async () => {
    const answers = await flood(300, () => ['192.0.2.2', 'not.a.token']);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401, 429]));
  });

  test('of new documents is over sooner than one of the same document', async () => {
    const documents = Array.from({ length: 150 }, (_, n) => `query Q${n} { about { demo } } # ${'x'.repeat(1_000)}`);
    const answers = await Promise.all(documents.map((document) => ask('192.0.2.3', undefined, document)));
    expect(answers.some(({ status }) => status === 429)).toBe(true);
    const same = await Promise.all(documents.map(() => ask('192.0.2.4', undefined, about)));
    expect(same.every(({ status }) => status === 200)).toBe(true);
  });

  test('does not keep health from being told', async () => {
    await flood(300, () => ['192.0.2.5', undefined]);
    const response = await fetch(`${system.url}/health/live`, { headers: { 'x-forwarded-for': '192.0.2.5' } });
    expect(response.status).toBe(200);
  });
});

test('while 200 readers are slow, 100 writers never finish and a flood is on, every command and question of others is answered', async () => {
  const page = '{ obligations(first: 100) { edges { node { obligationId text { sv } row modality kind } } } }';
  const body = JSON.stringify({ query: page });
  const asking = `${head}content-length: ${body.length}\r\nx-forwarded-for: 203.0.113.`;
  const readers = Array.from({ length: 200 }, (_, n) => idler(`${asking}${n}\r\n\r\n${body}`.repeat(5)));
  const writers = Array.from({ length: 100 }, (_, n) => idler(n % 2 ? head : `${head}content-length: 100\r\n\r\n{`));
  const idle = await Promise.all([...readers, ...writers]);

  let over = false;
  let floods = 0;
  const flooding = (async () => {
    for (; !over; floods++) await flood(25, () => ['192.0.2.9', undefined]);
  })();

  const finance = system.token('FINANCE');
  const wanted = Array.from({ length: 20 }, (_, n) => ({
    ...cost(2017, 'STAFF', '2017-01-02', n + 1),
    costId: newId(),
  }));
  try {
    for (const [n, input] of wanted.entries()) {
      const variables = { input, meta: { commandId: newId() } };
      const { status, body } = await ask(`2001:db8::${n}`, finance, mutationOf('RecordCost'), variables);
      expect({ status, body }).toMatchObject({ status: 200, body: { data: { outcome: { __typename: 'Accepted' } } } });
      const found = await ask(`2001:db8::${n}`, finance, `{ fundingLedger(id: "${yearId(2017)}") { year } }`);
      expect(found).toMatchObject({ status: 200, body: { data: { fundingLedger: { year: 2017 } } } });
    }
  } finally {
    over = true;
    await flooding;
    for (const socket of idle) socket.destroy();
  }
  expect(floods).toBeGreaterThan(0);
  const list = `{ costs(first: 100, filter: { fundingYearId: "${yearId(2017)}" }) { edges { node { costId } } } }`;
  const { data } = (await ask('192.0.2.10', finance, list)).body as {
    readonly data?: { readonly costs: { readonly edges: readonly { readonly node: { readonly costId: string } }[] } };
  };
  const ids = data?.costs.edges.map(({ node }) => node.costId);
  expect(new Set(ids)).toEqual(new Set(wanted.map(({ costId }) => costId)));
});
