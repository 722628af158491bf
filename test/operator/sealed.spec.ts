import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setImmediate as turn } from 'node:timers/promises';
import { join } from 'node:path';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Watch } from '#apps/api/watch';
import { identityContext } from '#contexts/identity/identity.context';
import { grantsOf, organisationsOf, persons } from '#contexts/identity/public';
import { mandatedOrgIdOfDecision } from '#contexts/mandate/decision';
import { factsOf } from '#delivery/checks';
import { contextOf, verifyTokens } from '#delivery/http';
import { demoToken, tokenVerifier } from '#delivery/identity-token';
import { type Platform, startPlatform } from '#delivery/platform';
import { RateLimits } from '#delivery/rate-limits';
import { SamverkModule } from '#delivery/samverk-module';
import { loadSecret } from '#delivery/secret';
import { readSettings } from '#delivery/settings';
import { toldOf } from '#delivery/told';
import type { Answered } from '#delivery/watching';
import { openSqliteDirectory } from '#directory/sqlite/sqlite-directory';
import { openSqliteEventStore } from '#event-store/sqlite/sqlite-event-store';
import { Projector } from '#read-store/projector';
import { historyName } from '#read-store/read-store';
import { openSqliteProcessStore } from '#processes/sqlite/sqlite-process-store';
import { openSqliteSnapshots } from '#read-store/sqlite/sqlite-snapshots';
import { openSqliteReadStore } from '#read-store/sqlite/sqlite-read-store';
import { mutationOf, newId } from '../e2e/harness.ts';
import { Collector } from './collector.ts';
import { sealedContext } from './sealed.ts';

/** What is sealed leaves nothing for the operator either (domain 3.4.6): as if the request had never come. */
const contexts = [identityContext, sealedContext];
const folder = mkdtempSync(join(tmpdir(), 'samverk-sealed-'));
const collector = new Collector();
const logged: Answered[] = [];
const broken: unknown[] = [];
let platform: Platform;
let watch: Watch;
let app: NestFastifyApplication;
let url: string;
let admin: string;
let token: string;

beforeAll(async () => {
  const endpoint = await collector.start();
  process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = endpoint; // the exporter reads it there, as the standard has it
  const env = { PORT: '0', DATA_DIR: folder, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint };
  const settings = readSettings(env, { mandatedOrgId: mandatedOrgIdOfDecision });
  const report = (error: unknown) => broken.push(error);
  watch = await Watch.open(settings, contexts, report, { request: (answered) => logged.push(answered) });
  const secret = loadSecret(settings.secretFile);
  const clock = { now: () => '2017-01-02T08:00:00.000Z' };
  const directory = await openSqliteDirectory({ path: join(folder, 'directory.db'), key: secret.derive('directory') });
  const store = watch.store(await openSqliteEventStore({ path: join(folder, 'events.db'), clock }));
  const readStore = await openSqliteReadStore({ path: join(folder, 'views.db') });
  const views = contexts.flatMap((context) => context.views);
  const facts = Object.fromEntries(factsOf(contexts));
  platform = await startPlatform({
    contexts,
    store,
    readStore,
    projector: await Projector.start({ events: store, store: readStore, views, facts, report }),
    processStore: await openSqliteProcessStore({ path: join(folder, 'processes.db') }),
    snapshots: await openSqliteSnapshots({ path: join(folder, 'views.db') }),
    directory,
    people: { persons, grantsOf, organisationsOf },
    clock,
    secret,
    mandatedOrgId: settings.mandatedOrgId,
    watched: watch.desk,
    report,
  });
  const adapter = new FastifyAdapter({ logger: false, genReqId: () => randomUUID() });
  const fastify = adapter.getInstance();
  watch.requests(fastify);
  verifyTokens(fastify, tokenVerifier(settings, secret), directory, new RateLimits(settings.rates));
  const module = SamverkModule.of(platform, undefined, {
    limits: settings.limits,
    report,
    contextOf: contextOf(platform.callers),
    charge: () => undefined,
  });
  app = await NestFactory.create<NestFastifyApplication>(module, adapter, { logger: false, bodyParser: false });
  await app.init();
  admin = (await watch.begin({ platform }, () => true)) ?? '';
  url = await fastify.listen({ port: 0, host: '127.0.0.1' });
  token = await demoToken(secret, 'leverantör');
}, 30_000);

afterAll(async () => {
  await app.close();
  await platform.close();
  await watch.close();
  await collector.stop();
  rmSync(folder, { recursive: true, force: true });
  expect(broken).toEqual([]);
});

async function send(name: string, input: object): Promise<string> {
  const body = { query: mutationOf(name), variables: { input, meta: { commandId: newId() } } };
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify(body) });
  return response.text();
}

/** All that Prometheus and health tell, but for the process itself and the time that is up. */
async function told(): Promise<string> {
  const text = async (path: string) => (await fetch(`${admin}${path}`)).text();
  const metrics = (await text('/metrics')).split('\n').filter((line) => line.includes('samverk_'));
  return [...metrics, (await text('/health')).replace(/"uptimeSeconds": \d+/, '')].join('\n');
}

/** The self-check has come to an end: what it says does not change by itself any more. */
async function judged(): Promise<void> {
  const head = await platform.store.head();
  while (platform.projector.status(head).some(({ check }) => check === 'running')) await turn();
}

test('a sealed command leaves no line, no count, no time and no span, accepted, refused or malformed', async () => {
  expect(await send('PublishNotice', { noticeId: newId() })).toContain('Accepted');
  await judged();
  const before = [await told(), logged.length];
  const tenderId = newId();
  expect(await send('SubmitTender', { tenderId, price: 'hemligt' })).toContain('Accepted');
  expect(await send('SubmitTender', { tenderId, price: 'hemligt' })).toContain('ALREADY_EXISTS');
  expect(await send('SubmitTender', { tenderId, price: 'x'.repeat(2_001) })).toContain('BAD_USER_INPUT');
  await platform.projector.reached(await platform.store.head(), 10_000);
  expect([await told(), logged.length]).toEqual(before);
});

test('one that is told leaves all of them, beside it', async () => {
  const [before, lines] = [await told(), logged.length];
  expect(await send('PublishNotice', { noticeId: newId() })).toContain('Accepted');
  const after = await told();
  expect(before).toContain('samverk_commands_total{command="PublishNotice",outcome="ACCEPTED"} 1');
  expect(after).toContain('samverk_commands_total{command="PublishNotice",outcome="ACCEPTED"} 2');
  expect(logged.slice(lines)).toMatchObject([{ operation: 'publishNotice', path: '/graphql' }]);
});

test('neither the command nor its view is named, nor the history that holds it', async () => {
  const all = await told();
  expect(all).not.toMatch(/tender|submission|SEALED|_history/i);
  expect(all).toContain('samverk_other_views_ok 1');
  const { command, silent, view, facts, commands } = toldOf(contexts);
  expect([command('SubmitTender'), silent('submitTender'), view('submission_inbox')]).toEqual([false, true, false]);
  expect([command('PublishNotice'), silent('publishNotice'), view('organisation')]).toEqual([true, false, true]);
  expect([view(historyName), facts(['NoticePublished']), facts(['NoticePublished', 'TenderReceived'])]).toEqual([
    false,
    true,
    false,
  ]);
  expect(commands).not.toContain('SubmitTender');
});

test('what waits in a sealed view is one bit', async () => {
  const [health] = [JSON.parse(await (await fetch(`${admin}/health`)).text()) as { otherViews: object }];
  expect(health.otherViews).toEqual({ ok: true });
});

test('the collector got the spans of the other commands, and none of the sealed', async () => {
  await watch.close();
  const names = collector.spans.map(({ name }) => name);
  expect(names.filter((name) => name === 'command PublishNotice')).toHaveLength(2);
  expect(names.filter((name) => name === 'POST /graphql')).toHaveLength(2);
  expect(names.filter((name) => name === 'append')).toHaveLength(2);
  expect(JSON.stringify(collector.sent)).not.toMatch(/tender|hemligt/i);
});
