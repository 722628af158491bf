import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mutationOf } from '../e2e/harness.ts';
import { commandNo, isNotThere, isWhole, sendAll, severalCallers } from './api-survives-kill.load.ts';
import type { Command } from './api-survives-kill.load.ts';
import { ApiProcess, build } from './api-survives-kill.process.ts';
import { EventsOfCommands } from './api-survives-kill.stores.ts';
import { chosen, seed } from './chance.ts';

const stops = 2;
const callers = 64;

const folder = mkdtempSync(join(tmpdir(), 'samverk-stopped-'));
const events = new EventsOfCommands(join(folder, 'events.db'));
let api: ApiProcess | undefined;
let issued = 0;
beforeAll(build, 180_000);
afterAll(async () => {
  api?.kill();
  await api?.ended;
  rmSync(folder, { recursive: true });
});

/** What came of a request: its answer, or on what kind of connection it failed. */
type Fate = { readonly answer: string } | { readonly failed: string; readonly connection: 'new' | 'in use' };

/** Over connections that are kept open, so that it is known whether the API had taken one. */
function post(agent: Agent, url: string, token: string | undefined, body: string): Promise<Fate> {
  const { promise, resolve } = Promise.withResolvers<Fate>();
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const asked = request(url, { agent, method: 'POST', headers });
  const failed = (error: Error) =>
    resolve({ failed: String(error), connection: asked.reusedSocket ? 'in use' : 'new' });
  asked.once('error', failed);
  asked.once('response', (response) => void text(response).then((answer) => resolve({ answer }), failed));
  asked.end(body);
  return promise;
}

/** Many callers, each until it cannot connect any more; after so many answers the API is told to stop. */
async function loadUntilStopped(running: ApiProcess, answers: number) {
  const url = await running.ready;
  if (url === undefined) throw new Error((await running.ended).complaints);
  const tokens = running.tokens();
  const agent = new Agent({ keepAlive: true });
  const answered: Command[] = [];
  const refused: Command[] = [];
  const lost: Fate[] = [];
  let over = false;
  await severalCallers(
    () => (over ? undefined : commandNo(seed, issued++)),
    async (command) => {
      const { id: commandId, role, name, input } = command;
      const variables = { input, meta: { commandId } };
      const fate = await post(agent, url, tokens[role], JSON.stringify({ query: mutationOf(name), variables }));
      if ('answer' in fate) {
        expect(fate.answer).toContain('"__typename":"Accepted"');
        if (answered.push(command) === answers) void running.stop();
        return;
      }
      over = true;
      if (fate.connection === 'new') refused.push(command);
      else lost.push(fate);
    },
    callers,
  );
  agent.destroy();
  return { answered, refused, lost };
}

test('an API that is told to stop in the middle of its work answers all that it took, stores what it acknowledged, and says that all is well', async () => {
  for (let times = 0; times < stops; times++) {
    api = new ApiProcess(folder);
    const { answered, refused, lost } = await loadUntilStopped(api, 200 + chosen(300));
    expect(await api.ended).toEqual({ code: 0, signal: null, complaints: '' });
    expect(lost).toEqual([]);
    expect(refused.length).toBeGreaterThan(0);
    await events.readOn();
    expect(answered.filter((command) => !isWhole(command, events.of(command)))).toEqual([]);
    expect(refused.filter((command) => !isNotThere(command, events.of(command)))).toEqual([]);
    console.log(`seed ${seed}: ${answered.length} commands answered, ${refused.length} could not connect`);

    api = new ApiProcess(folder);
    await sendAll(api, answered.slice(-100));
    expect(await events.readOn()).toBe(0);
    expect(await api.isReady()).toBe(true); // it was closed in order: nothing is left to be checked
    expect(await api.stop()).toMatchObject({ code: 0, complaints: '' });
  }
}, 120_000);
