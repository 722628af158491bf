import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { build } from '../faults/api-survives-kill.process.ts';
import { hostile } from './hostile.ts';

/** What is refused leaves nothing behind (promise C14), and what is kept of documents is bounded. */
const folder = mkdtempSync(join(tmpdir(), 'samverk-hostile-'));
let server: ChildProcess;
let url: string;

beforeAll(async () => {
  await build();
  server = fork(join(import.meta.dirname, 'measured-server.ts'), {
    execArgv: ['--expose-gc', '--no-warnings'],
    env: { DATA_DIR: folder, PORT: '0', RATE_PER_ADDRESS: '0', RATE_PER_PERSON: '0' },
  });
  url = (await said<{ url: string }>()).url;
}, 120_000);
afterAll(async () => {
  server.kill('SIGKILL');
  await once(server, 'exit');
  rmSync(folder, { recursive: true });
});

async function said<T>(): Promise<T> {
  const [message] = (await once(server, 'message')) as [T];
  return message;
}

async function mebibytesUsed(): Promise<number> {
  const answer = said<{ heapUsed: number }>();
  server.send('How much?');
  return (await answer).heapUsed / 2 ** 20;
}

const post = async (body: string | Uint8Array<ArrayBuffer>): Promise<string> =>
  (await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })).text();

let sent = 0;
/** Everything hostile, and documents that are well formed, each a new one and compiled: more than are kept. */
async function abuse(): Promise<void> {
  for (const [, body] of hostile) await post(body);
  for (let n = 0; n < 300; n++) {
    const fields = Array.from({ length: 100 }, (_, i) => `a${i}: row`).join(' ');
    const query = `query Q${sent++} { obligations(first: 1) { edges { node { ${fields} } } } }`;
    for (let time = 0; time < 2; time++)
      expect(JSON.parse(await post(JSON.stringify({ query })))).not.toHaveProperty('errors');
  }
}

test('memory after abuse is what it was after as much abuse before', async () => {
  await abuse();
  await abuse();
  const before = await mebibytesUsed();
  await abuse();
  await abuse();
  expect((await mebibytesUsed()) - before).toBeLessThan(8);
  expect(JSON.parse(await post('{"query":"{ about { demo } }"}'))).toEqual({ data: { about: { demo: true } } });
}, 120_000);
