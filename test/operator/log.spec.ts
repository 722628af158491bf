import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { cost, requisition } from '../e2e/golden-steps.ts';
import { mutationOf, newId } from '../e2e/harness.ts';
import { build } from '../faults/api-survives-kill.process.ts';
import { type Line, Operated } from './operated.ts';

/** What the operator reads, and what is never in it (domain 3.4, 7.4). */
let system: Operated;
beforeAll(async () => {
  await build();
  system = await Operated.start();
}, 300_000);
afterAll(() => system.end());

const uuid = expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-[45]/);
const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
const request = (correlation: string) => (line: Line) =>
  line.event === 'request' && line['correlation'] === correlation;

/** The fields of each kind of line, as docs/operations.md lists them; those in brackets need not be there. */
const fields: Readonly<Record<string, string>> = {
  request: 'level time event correlation method (path) status ms (operation)',
  broken: 'level time event (correlation) what error',
  serving: 'level time event graphql (admin) mode version',
  note: 'level time event says',
  failed: 'level time event (says) (error)',
  nest: 'level time event says',
};

/** What a caller says, none of which may be in the log. */
const mark = {
  amount: 73_829_101,
  text: 'hemligaordet',
  token: 'eyJtarkt.eyJtarkt.bWFya3Q',
  cookie: 'kakmarke',
  operation: 'Operationsmarke',
  query: 'fragemarke',
};
const marked = (text: string) => Object.values(mark).filter((part) => text.includes(`${part}`));

describe('a request', () => {
  test('is one line: its id, which the caller has too, route, status, time and fields of the schema', async () => {
    const { correlation } = await system.post({ query: '{ me { personRef } about { now } }' });
    expect(await system.line(request(correlation))).toEqual({
      level: 'info',
      time,
      event: 'request',
      correlation: uuid,
      method: 'POST',
      path: '/graphql',
      status: 200,
      ms: expect.any(Number),
      operation: 'me about',
    });
  });

  test('of a command has the id that the client chose to join commands by', async () => {
    const chosen = newId();
    const headers = { authorization: `Bearer ${system.token('FINANCE')}` };
    const variables = { input: {}, meta: { commandId: newId(), correlation: chosen } };
    const query = mutationOf('RecordCost');
    const given = cost(2017, 'STAFF', '2017-01-02', 1);
    const { correlation } = await system.post({ query, variables: { ...variables, input: given } }, headers);
    expect(correlation).toBe(chosen);
    expect(await system.line(request(chosen))).toMatchObject({ operation: 'recordCost' });
  });

  test('that finds nothing, and one for health, are lines without an address', async () => {
    const url = new URL(`/nowhere/${mark.query}`, system.at('graphql'));
    const lost = await fetch(url);
    const line = await system.line(request(lost.headers.get('x-correlation-id') ?? ''));
    expect([line['status'], line['path'], line['level']]).toEqual([404, undefined, 'info']);
    const health = await fetch(new URL('/health/ready', url));
    const quiet = await system.line(request(health.headers.get('x-correlation-id') ?? ''));
    expect([quiet['path'], quiet['level']]).toEqual(['/health/ready', 'debug']);
  });
});

test('nothing that a caller says is in the log, whichever road it takes', async () => {
  const finance = { authorization: `Bearer ${system.token('FINANCE')}`, cookie: `session=${mark.cookie}` };
  const command = (name: string, input: object, meta: object = {}) => ({
    query: mutationOf(name).replace('mutation', `mutation ${mark.operation}`),
    variables: { input, meta: { commandId: newId(), ...meta } },
  });
  const amount = { amountMinor: mark.amount, currency: 'SEK' };
  const voucher = { ...cost(2017, 'OTHER', '2017-01-02', mark.amount), voucherRef: mark.text };
  const roads: [object, Record<string, string>][] = [
    [command('SubmitRequisition', requisition(2017, mark.amount)('2017-01-02T08:00:00.000Z')), finance],
    [command('RecordCost', voucher), finance],
    [command('RecordCost', { ...voucher, costDate: mark.text }), finance],
    [command('RecordCost', { ...voucher, [mark.text]: amount }), finance],
    [command('RecordCost', voucher, { correlation: mark.text }), finance],
    [command('RecordCost', voucher), { authorization: `Bearer ${mark.token}` }],
    [{ query: `{ ${mark.text} }` }, finance],
    [{ query: `{ obligations(filter: { ${mark.text}: ${mark.amount} }) { edges { cursor } } }` }, finance],
  ];
  const answers = [];
  const strict = { accept: 'application/graphql-response+json' }; // by which what did not run is 400
  for (const [body, headers] of roads)
    answers.push(await system.post(body, { ...headers, ...strict, 'user-agent': mark.text }));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 400, 400, 200, 401, 400, 400]);
  const asked = new URLSearchParams({ query: `query ${mark.query} { about { now } }`, operationName: mark.query });
  const byGet = await fetch(`${system.at('graphql')}?${asked.toString()}`);
  expect(byGet.status).toBe(200);
  for (const correlation of [...answers.map((one) => one.correlation), byGet.headers.get('x-correlation-id') ?? ''])
    await system.line(request(correlation));
  expect(marked(system.out.join('\n'))).toEqual([]);
  expect(system.out.join('\n')).not.toContain(system.token('FINANCE'));
  expect(system.out.join('\n')).not.toContain('Bearer');
});

test('the address of a calendar feed is not in the log, though whoever has it reads as its person', async () => {
  const asked = await system.post(
    { query: '{ calendarFeed { path } }' },
    { authorization: `Bearer ${system.token('FINANCE')}` },
  );
  const { path } = (JSON.parse(asked.text) as { data: { calendarFeed: { path: string } } }).data.calendarFeed;
  const read = await fetch(new URL(path, system.at('graphql')));
  expect(read.status).toBe(200);
  const line = await system.line(request(read.headers.get('x-correlation-id') ?? ''));
  expect([line['path'], line['status']]).toEqual(['/calendar.ics', 200]);
  const [, feed = path] = path.split('feed=');
  expect(system.out.join('\n')).not.toContain(feed);
});

test('what breaks is told to the caller under the id that the log has it by, with its stack', async () => {
  const views = new DatabaseSync(join(system.folder, 'views.db'));
  const [{ body }] = views.prepare('SELECT _body AS body FROM objective').all() as unknown as [{ body: string }];
  const write = views.prepare('UPDATE objective SET _body = ?');
  write.run(`{ ${mark.text}`);
  const answer = await system.post({ query: '{ objectives(first: 1) { edges { node { code } } } }' });
  write.run(body);
  views.close();
  const [error] = (JSON.parse(answer.text) as { errors: { extensions: Record<string, string> }[] }).errors;
  expect(error?.extensions).toEqual({ code: 'INTERNAL', correlationId: answer.correlation });
  expect(await system.line(({ event }) => event === 'broken')).toEqual({
    level: 'error',
    time,
    event: 'broken',
    correlation: answer.correlation,
    what: `request ${answer.correlation}`,
    error: {
      name: 'SyntaxError',
      stack: expect.arrayContaining([expect.stringMatching(/^at .*read-store/)]),
    },
  });
  expect(await system.line(request(answer.correlation))).toMatchObject({ operation: 'objectives' });
});

test('every line is JSON with the fields that are documented, and stderr is silent to the end', async () => {
  expect(await system.stop()).toBe(0);
  for (const line of system.lines) {
    const documented = (fields[line.event] ?? '').split(' ');
    const needed = documented.filter((name) => !name.startsWith('('));
    const known = documented.map((name) => name.replaceAll(/[()]/g, ''));
    expect(Object.keys(line).filter((name) => !known.includes(name))).toEqual([]);
    expect(Object.keys(line)).toEqual(expect.arrayContaining(needed));
  }
  expect(new Set(system.lines.map(({ event }) => event))).toEqual(
    new Set([
      'serving',
      'request',
      'broken',
      'note',
      ...(system.lines.some(({ event }) => event === 'nest') ? ['nest'] : []),
    ]),
  );
  expect(system.errors).toEqual([]);
});

test.each<[string, Record<string, string>, RegExp]>([
  ['settings', { PORT: 'x' }, /^PORT is "x": expected/],
  ['a folder of another kind', { DATA_DIR: '/dev/null' }, /./],
])(
  'what cannot start says so in one line: %s',
  async (_, settings, says) => {
    const failed = await Operated.start(settings);
    expect(await failed.ended()).toBe(1);
    expect(failed.lines).toEqual([expect.objectContaining({ level: 'error', event: 'failed' })]);
    if (settings['PORT']) expect(failed.lines[0]?.['says']).toMatch(says);
    expect(failed.errors).toEqual([]);
    await failed.end();
  },
  60_000,
);
