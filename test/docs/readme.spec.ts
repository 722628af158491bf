import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { loadDemo } from '#apps/api/demo';
import { serve, type Server } from '#apps/api/server';
import { readSettings, settingsHelp } from '#delivery/settings';
import { mandatedOrgIdOfDecision } from '#contexts/mandate/decision';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const scripts = (
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { scripts: object }
).scripts;
const run = promisify(execFile);

/** Blocks in order: a shell block is asked of the server, and the JSON block after it is the answer. */
const blocks = [...readme.matchAll(/```(sh|json)\n([\s\S]*?)```/g)].map(([, kind = '', text = '']) => ({ kind, text }));
const steps = blocks.flatMap(({ kind, text }, index) => {
  const answer = blocks[index + 1];
  return kind === 'sh' && answer?.kind === 'json' ? [{ shell: text, answer: answer.text }] : [];
});
const starting = blocks.filter(({ kind, text }) => kind === 'sh' && text.startsWith('npm'));

describe('the README', () => {
  let server: Server;
  let folder: string;
  const reported: unknown[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'samverk-readme-'));
    mkdirSync(join(folder, 'data'));
    writeFileSync(join(folder, 'package.json'), '{"type":"commonjs"}');
    const env = { DATA_DIR: join(folder, 'data'), PORT: '0' };
    const settings = readSettings(env, { mandatedOrgId: mandatedOrgIdOfDecision });
    server = await serve(settings, (error) => reported.push(error));
    await loadDemo(server.installation, settings);
  }, 30_000);

  afterAll(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
    expect(reported).toEqual([]);
  });

  test('names two commands to begin with, and both are scripts of the package', () => {
    expect(starting.map(({ text }) => text.trim())).toEqual(['npm ci && npm start', 'npm ci && npm test']);
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(['start', 'test']));
  });

  test('has an answer for each of its steps', () => {
    expect(steps.length).toBe(blocks.filter(({ kind }) => kind === 'json').length);
    expect(steps.length + starting.length).toBe(blocks.filter(({ kind }) => kind === 'sh').length);
  });

  test.each(steps.map((step, index) => ({ ...step, number: index + 1 })))(
    'step $number gives the answer that stands under it',
    async ({ shell, answer }) => {
      const script = shell.replaceAll('http://127.0.0.1:3000', server.url);
      const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', script], { cwd: folder });
      expect(JSON.parse(stdout)).toEqual(JSON.parse(answer));
    },
  );

  test('names only scripts that there are, and every script that a user runs', () => {
    const named = [...readme.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name);
    expect(named.filter((name) => name !== undefined && !(name in scripts))).toEqual([]);
  });

  test('names only settings that there are', () => {
    const known = settingsHelp.map(({ name }) => name);
    const named = [...readme.matchAll(/`((?:OIDC|ADMIN|DATA|EVENT|READ|SECRET)_[A-Z_]+)`/g)].map(
      ([, name]) => name ?? '',
    );
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
  });
});
