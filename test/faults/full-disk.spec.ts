import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { loadDemo } from '#apps/api/demo';
import { serve, type Server } from '#apps/api/server';
import { mandatedOrgIdOfDecision } from '#contexts/mandate/decision';
import { readSettings } from '#delivery/settings';
import { StoreUnusable } from '#event-store/event-store';
import { mutationOf } from '../e2e/harness.ts';
import { type Command, commandNo } from './api-survives-kill.load.ts';
import { seed } from './chance.ts';

const folder = mkdtempSync(join(tmpdir(), 'samverk-full-'));
const settings = readSettings({ PORT: '0', DATA_DIR: folder }, { mandatedOrgId: mandatedOrgIdOfDecision });
const events = join(folder, 'events.db');
const reported: unknown[] = [];
let server: Server | undefined;
afterAll(async () => {
  await server?.close();
  rmSync(folder, { recursive: true });
});

async function start(maxBytes?: number): Promise<Record<string, string>> {
  await server?.close();
  const eventStore = { kind: 'sqlite', path: events, ...(maxBytes !== undefined && { maxBytes }) } as const;
  server = await serve({ ...settings, workers: 'inside', eventStore }, (error) => reported.push(error));
  return loadDemo(server.installation, settings);
}

async function ask(token: string | undefined, query: string, variables: object = {}): Promise<string> {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  const body = JSON.stringify({ query, variables });
  return (await fetch(`${server?.url}/graphql`, { method: 'POST', headers, body })).text();
}

const send = (tokens: Record<string, string>, { id, role, name, input }: Command): Promise<string> =>
  ask(tokens[role], mutationOf(name), { input, meta: { commandId: id } });

test('on a full disk a command is refused without a trace, questions are answered; with room the same command is accepted, once', async () => {
  await start();
  const tokens = await start(statSync(events).size + 200_000);
  let issued = 0;
  let answer = '';
  let command = commandNo(seed, 0);
  for (let accepted = true; accepted; accepted = answer.includes('"Accepted"')) {
    command = commandNo(seed, (issued += 2)); // each makes one event
    answer = await send(tokens, command);
  }
  expect(issued).toBeGreaterThan(2);
  expect(JSON.parse(answer)).toMatchObject({ data: null, errors: [{ extensions: { code: 'INTERNAL' } }] });
  expect(answer).not.toContain('disk');
  expect(reported).toEqual([expect.objectContaining({ originalError: expect.any(StoreUnusable) as unknown })]);
  expect(String(reported[0])).toContain('the disk is full, nothing of this was stored: make room and try again');
  expect(await ask(undefined, '{ obligations(first: 1) { edges { node { row } } } }')).toContain('"row":');

  const head = await server?.installation.platform.store.head();
  await start();
  expect(await server?.installation.platform.store.head()).toBe(head);
  expect(await send(tokens, command)).toContain('"Accepted"');
  expect(await send(tokens, command)).toContain('"Accepted"');
  expect(await server?.installation.platform.store.head()).toBe((head ?? 0) + 1);
}, 60_000);
