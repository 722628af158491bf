import { networkInterfaces } from 'node:os';
import { connect } from 'node:net';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { cost, requisition } from '../e2e/golden-steps.ts';
import { mutationOf, newId } from '../e2e/harness.ts';
import { build } from '../faults/api-survives-kill.process.ts';
import { Operated } from './operated.ts';

/** The admin port: metrics and health details on loopback, and nothing there that counts what is stored. */
let system: Operated;
beforeAll(async () => {
  await build();
  system = await Operated.start();
}, 300_000);
afterAll(() => system.end());

const command = async (name: string, input: object, role = 'FINANCE') => {
  const body = { query: mutationOf(name), variables: { input, meta: { commandId: newId() } } };
  const { text } = await system.post(body, { authorization: `Bearer ${system.token(role)}` });
  return (JSON.parse(text) as { data: { outcome: { code?: string } } }).data.outcome;
};

/** The samples of a metric, by its name and labels. */
async function samples(name: string): Promise<Record<string, number>> {
  const { text } = await system.admin('/metrics');
  const lines = text.split('\n').filter((line) => line.startsWith(name));
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );
}

test('commands are counted by name and by what came of them', async () => {
  const count = (name: string, outcome: string) => `samverk_commands_total{command="${name}",outcome="${outcome}"}`;
  const before = await samples('samverk_commands_total');
  await command('RecordCost', cost(2017, 'STAFF', '2017-01-02', 5));
  await command('RecordCost', cost(2017, 'STAFF', '2017-01-02', 5));
  const refused = await command('RecordCost', { ...cost(2017, 'OTHER', '2017-01-02', 5) }, 'REGISTRAR');
  expect(refused.code).toBe('FORBIDDEN');
  const after = await samples('samverk_commands_total');
  expect(before[count('RecordCost', 'ACCEPTED')]).toBe(0);
  expect(after[count('RecordCost', 'ACCEPTED')]).toBe(1);
  expect(after[count('RecordCost', 'ALREADY_EXISTS')]).toBe(1);
  expect(after[count('RecordCost', 'FORBIDDEN')]).toBe(1);
});

test('requests are timed by route and status', async () => {
  const key = 'samverk_request_duration_seconds_count{route="/graphql",status="401"}';
  expect((await samples(key))[key]).toBeUndefined();
  const { correlation } = await system.post({ query: '{ about { now } }' }, { authorization: 'Bearer none' });
  await system.line((line) => line.event === 'request' && line['correlation'] === correlation);
  expect((await samples(key))[key]).toBe(1);
});

test('the process itself is measured: its memory, its loop', async () => {
  expect((await samples('process_resident_memory_bytes'))['process_resident_memory_bytes']).toBeGreaterThan(2 ** 25);
  expect(await samples('nodejs_eventloop_lag_p99_seconds')).not.toEqual({});
});

test('health details say how each part is, public health says ok or not', async () => {
  const { status, text } = await system.admin('/health');
  expect(status).toBe(200);
  const view = { view: expect.any(String), behindAtMost: expect.any(Number), parked: 0 };
  expect(JSON.parse(text)).toMatchObject({
    ok: true,
    ready: true,
    version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    clock: 'demo, moved by hand',
    uptimeSeconds: expect.any(Number),
    views: expect.arrayContaining([expect.objectContaining({ ...view, view: 'cost' })]),
  });
  for (const path of ['live', 'ready']) {
    const response = await fetch(new URL(`/health/${path}`, system.at('graphql')));
    expect([response.status, await response.text()]).toEqual([200, '{"ok":true}']);
  }
});

test('no position, revision or number of stored events is in the details', async () => {
  await command('SubmitRequisition', requisition(2017, 73_829_101)('2017-01-02T08:00:00.000Z'));
  const { text: health } = await system.admin('/health');
  const { text: metrics } = await system.admin('/metrics');
  expect(`${health}${metrics}`).not.toMatch(/position|revision|sequence|head|flush|append|73829101/i);
  const behind = Object.values(await samples('samverk_view_behind_at_most'));
  expect(behind.filter((value) => value !== 0 && !Number.isInteger(Math.log10(value)))).toEqual([]);
});

test('the details are on the loopback port alone', async () => {
  for (const path of ['/metrics', '/health']) {
    expect((await system.admin(path)).status).toBe(200);
    expect((await fetch(new URL(path, system.at('graphql')))).status).toBe(404);
  }
  for (const path of ['/', '/graphql', '/toString', '/metrics?x=1'])
    expect((await system.admin(path)).status).toBe(404);
  const { port, hostname } = new URL(system.at('admin'));
  expect(hostname).toBe('127.0.0.1');
  const others = Object.values(networkInterfaces()).flatMap((all = []) =>
    all
      .filter(({ internal }) => !internal)
      .map(({ address, scopeid }) => (scopeid ? `${address}%${scopeid}` : address)),
  );
  for (const host of [...others, '127.0.0.2', '::1']) {
    const socket = connect({ port: Number(port), host });
    await expect(once(socket, 'connect')).rejects.toThrow(/ECONNREFUSED|EADDRNOTAVAIL|EINVAL|ENETUNREACH|EHOSTUNREACH/);
  }
});

test('a page in a browser cannot read them under another name, and nobody can write', async () => {
  const { port } = new URL(system.at('admin'));
  const ask = async (host: string, method = 'GET') => {
    const socket = connect(Number(port), '127.0.0.1');
    socket.end(`${method} /metrics HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    return /^HTTP\/1\.1 (\d+)/.exec(answer.toString())?.[1];
  };
  expect(await ask('attacker.example')).toBe('421');
  expect(await ask('127.0.0.1.attacker.example:9464')).toBe('421');
  expect(await ask(`localhost:${port}`)).toBe('200');
  expect(await ask(`127.0.0.1:${port}`)).toBe('200');
  expect(await ask(`127.0.0.1:${port}`, 'POST')).toBe('405');
});

test('a port that is taken is named, with the way out; and the operator may do without', async () => {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const port = `${(holder.address() as AddressInfo).port}`;
  const refused = await Operated.start({ ADMIN_PORT: port });
  expect(await refused.ended()).toBe(1);
  expect(refused.lines.at(-1)?.['says']).toMatch(new RegExp(`^ADMIN_PORT ${port} on 127\\.0\\.0\\.1 is taken: .*off$`));
  await refused.end();
  holder.close();
  const without = await Operated.start({ ADMIN_PORT: 'off' });
  expect(without.lines.find(({ event }) => event === 'serving')).not.toHaveProperty('admin');
  await without.end();
}, 60_000);
