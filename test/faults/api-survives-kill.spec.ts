import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { v5 } from 'uuid';
import { contexts } from '#apps/api/server';
import { decisionMandateId } from '#apps/api/decision-ids';
import { factsOf } from '#delivery/checks';
import { openSqliteEventStore } from '#event-store/sqlite/sqlite-event-store';
import type { EventStore } from '#event-store/event-store';
import type { StoredEvent } from '#kernel/envelope';
import { mayKnow } from '#read-store/may-know';
import { Projector } from '#read-store/projector';
import type { ReadStore } from '#read-store/read-store';
import { openSqliteReadStore } from '#read-store/sqlite/sqlite-read-store';
import { ApiProcess, build } from './api-process.ts';

/**
 * Promise C1 and C3 for the whole program: under a load of commands it is killed at random instants, while serving and
 * while starting, and started again on the same folder. What it had accepted is there, once, and no view is off.
 * `SAMVERK_KILLS` asks for more kills, `SAMVERK_SEED` for the same ones again.
 */
const kills = Number(process.env['SAMVERK_KILLS'] ?? 6);
const seed = Number(process.env['SAMVERK_SEED'] ?? randomInt(2 ** 31));
const callers = 16;

interface Sent {
  readonly role: string;
  readonly body: string;
  readonly commandId: string;
}

const folder = mkdtempSync(join(tmpdir(), 'samverk-kill-'));
const sent: Sent[] = [];
const acknowledged: Sent[] = [];
const living = new Set<ApiProcess>();

beforeAll(build, 120_000);
afterAll(async () => {
  await Promise.all([...living].map((api) => api.end('SIGKILL')));
  rmSync(folder, { recursive: true, force: true });
});

test(
  `what was accepted survives ${kills} kills`,
  async () => {
    const random = randomNumbers(seed);
    const started = Date.now();
    for (let kill = 0; kill < kills; kill++) {
      if (kill % 3 === 2) await killedWhileStarting(random(900));
      const api = run();
      const url = await api.serving();
      await sameAgain(api, url, acknowledged.slice(-200));
      const load = Promise.all(
        Array.from({ length: callers }, (_, caller) => issueUntilItDies(api, url, caller, kill)),
      );
      await delay(50 + random(700)); // the instant of the kill
      await api.end('SIGKILL');
      await load;
    }
    const api = run();
    await sameAgain(api, await api.serving(), acknowledged);
    expect(await api.end('SIGTERM')).toBe(0);

    const store = await openSqliteEventStore({ path: join(folder, 'events.db'), clock: noClock, readOnly: true });
    const events = await store.readAll({ after: 0, limit: 1_000_000 });
    const stored = Map.groupBy(events, ({ command }) => command?.id);
    const lost = acknowledged.filter(({ commandId }) => stored.get(commandId)?.length !== 1);
    const twice = sent.filter(({ commandId }) => (stored.get(commandId)?.length ?? 0) > 1);
    const figures = `${kills} kills, seed ${seed}, ${Date.now() - started} ms: ${sent.length} sent, ${acknowledged.length} accepted`;
    console.log(`${figures}, ${lost.length} lost, ${twice.length} doubled; ${events.length} events`);
    expect({ figures, lost, twice }).toEqual({ figures, lost: [], twice: [] });
    expect(acknowledged.length).toBeGreaterThan(kills * 20);
    expect(events.map(({ position }) => position)).toEqual(events.map((_, index) => index + 1));
    for (const [stream, ofStream = []] of Map.groupBy(events, ({ stream }) => stream))
      expect([stream, ofStream.map(({ revision }) => revision)]).toEqual([stream, ofStream.map((_, i) => i)]);
    await viewsAreAsIfFoldedAnew(store, events);
    await store.close();
  },
  kills * 20_000 + 30_000,
);

function run(): ApiProcess {
  const api = new ApiProcess(folder);
  living.add(api);
  return api;
}

async function killedWhileStarting(afterMs: number): Promise<void> {
  const api = run();
  await delay(afterMs); // the instant of the kill
  await api.end('SIGKILL');
}

/** Costs on one stream and organisations on streams of their own, one after the other, until nobody answers. */
async function issueUntilItDies(api: ApiProcess, url: string, caller: number, kill: number): Promise<void> {
  for (let n = 0; ; n++) {
    const command = n % 2 === 0 ? recordCost(`${kill}/${caller}/${n}`) : registerOrganisation(`${kill}/${caller}/${n}`);
    sent.push(command);
    const outcome = await answerTo(api, url, command).catch(() => undefined);
    if (outcome === undefined) return;
    expect(outcome).toBe('Accepted');
    acknowledged.push(command);
  }
}

/** Each gets the answer it got before; that it did nothing again shows in the store. */
async function sameAgain(api: ApiProcess, url: string, commands: readonly Sent[]): Promise<void> {
  const queue = commands.values();
  const caller = async () => {
    for (const command of queue) expect([command, await answerTo(api, url, command)]).toEqual([command, 'Accepted']);
  };
  await Promise.all(Array.from({ length: callers }, caller));
}

/** `Accepted`, or what else was said. @throws when the connection is cut before all is said */
async function answerTo(api: ApiProcess, url: string, { role, body, commandId }: Sent): Promise<string> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${api.token(role)}` };
  const response = await fetch(url, { method: 'POST', headers, body });
  const text = await response.text();
  const { data } = JSON.parse(text) as { data?: { outcome?: { __typename: string; commandId?: string } } };
  return data?.outcome?.__typename === 'Accepted' && data.outcome.commandId === commandId ? 'Accepted' : text;
}

const built = (name: string): string => v5(`${seed}/${name}`, v5.URL);
const outcome = '__typename ... on Accepted { commandId } ... on Refused { code details }';

function command(role: string, name: string, what: string, input: object): Sent {
  const commandId = built(`command/${what}`);
  const field = `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
  const query = `mutation ($input: ${name}Input!, $meta: CommandMeta!) { outcome: ${field}(input: $input, meta: $meta) { ${outcome} } }`;
  return { role, commandId, body: JSON.stringify({ query, variables: { input, meta: { commandId } } }) };
}
const recordCost = (what: string): Sent =>
  command('FINANCE', 'RecordCost', what, {
    ...{ fundingYearId: `${decisionMandateId}-2017`, costId: built(what), costDate: '2017-01-02', category: 'STAFF' },
    ...{ amount: { amountMinor: 1, currency: 'SEK' }, voucherRef: 'made up' },
  });
const registerOrganisation = (what: string): Sent =>
  command('FACILITATOR', 'RegisterOrganisation', what, {
    ...{ orgId: built(what), soleTrader: false, name: `Påhittad ${what}`, contactPoints: [] },
    ...{ kind: 'OTHER', level: 'NOT_PUBLIC' },
  });

const views = contexts.flatMap((context) => context.views);
const everything = mayKnow(() => 'yes', { person: undefined, grants: [] });

/** Compares the views that the killed process kept with those that one folding of all events gives. */
async function viewsAreAsIfFoldedAnew(events: EventStore, all: readonly StoredEvent[]): Promise<void> {
  const [kept, anew] = await Promise.all(
    ['views.db', 'anew.db'].map((name) => openSqliteReadStore({ path: join(folder, name) })),
  );
  if (!kept || !anew) throw new TypeError('two stores were opened');
  const facts = Object.fromEntries(factsOf(contexts));
  const failures: unknown[] = [];
  const report = (error: unknown) => failures.push(error);
  const projector = await Projector.start({ events, store: anew, views, facts, report });
  expect(await projector.reached(all.length, 60_000)).toBe(true);
  await kept.prepare(views);
  for (const { name } of views) {
    const rows = await rowsOf(kept, name);
    expect(rows).toEqual(await rowsOf(anew, name));
    if (['cost', 'organisation'].includes(name)) expect(rows.length).toBeGreaterThan(100);
  }
  const history = (store: ReadStore) => store.history({ mayKnow: everything, limit: 1_000_000 });
  expect(await history(kept)).toEqual(all.map(({ position }) => position));
  expect(await history(anew)).toEqual(await history(kept));
  expect(await kept.checkpoints()).toEqual(await anew.checkpoints());
  expect([await kept.parked(), await anew.parked(), failures]).toEqual([[], [], []]);
  await projector.stop();
  await Promise.all([kept.close(), anew.close()]);
}

const rowsOf = (store: ReadStore, view: string) => store.rows(view, { mayKnow: everything, limit: 1_000_000 });

/** The same numbers for the same seed: each below `limit`. */
function randomNumbers(from: number): (limit: number) => number {
  let state = from;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

const noClock = {
  now(): never {
    throw new TypeError('who only reads needs no time');
  },
};
