import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openEvents } from '#apps/api/stores';
import { mandatedOrgIdOfDecision } from '#contexts/mandate/decision';
import { systemClock } from '#delivery/clock';
import type { StoredEvent } from '#kernel/envelope';
import { type Accepted, newId } from '../e2e/harness.ts';
import type { Operated } from '../operator/operated.ts';
import { Apart, healthOf, turnsOf, until } from '../servers/apart.ts';
import { noPostgres, sql } from '../servers/databases.ts';
import { noEventServer } from '../servers/event-server.ts';
import { type Command, commandNo, isWhole, severalCallers } from './api-survives-kill.load.ts';
import { build, samverk } from './api-survives-kill.process.ts';
import { seed } from './chance.ts';

const says = 'two APIs and two workers on EventStoreDB and PostgreSQL';
const missing = noEventServer ?? (await noPostgres());
const together = missing === undefined ? describe : describe.skip;

together(missing === undefined ? says : `${says} (skipped: ${missing})`, () => {
  let system: Apart;
  let apis: readonly [Operated, Operated];
  let workers: Operated[];
  const sent: Command[] = [];
  let issued = 1;
  /** Answers that were none: each command was sent again until it was acknowledged. */
  let failures = 0;
  /** An organisation, with a stream and a number of its own. */
  const nextCommand = () => commandNo(seed, (issued += 2));

  beforeAll(async () => {
    await build();
    system = await Apart.start();
    // all at once, on servers that hold nothing yet
    const [one, other, ...others] = await Promise.all([
      system.run('api'),
      system.run('api'),
      system.run('worker'),
      system.run('worker'),
    ]);
    apis = [one, other];
    workers = others;
    await until(async () => (await Promise.all(apis.map(isReady))).every(Boolean));
  }, 180_000);
  afterAll(() => system.end(), 60_000);

  const isReady = async (api: Operated) => (await fetch(new URL('/health/ready', api.at('graphql')))).ok;
  const apiOf = (n: number): Operated => apis[n % 2 === 0 ? 0 : 1];

  async function send(n: number, command: Command): Promise<Accepted> {
    const accepted = await system.send(apiOf(n), 'admin', command.name, command.input, command.id);
    sent.push(command);
    return accepted;
  }

  /** Whether an organisation is there, as one API reads it, not before a command was taken in. */
  async function isThere(api: Operated, orgId: unknown, notBefore: string) {
    const query = 'query ($id: ID!, $notBefore: String!) { organisation(id: $id, notBefore: $notBefore) { orgId } }';
    const { data, errors } = await system.ask<{ organisation: object | null }>(api, 'admin', query, {
      id: orgId,
      notBefore,
    });
    return errors === undefined ? data?.organisation !== null : JSON.stringify(errors);
  }

  const holder = (work: 'views' | 'processes') =>
    until(async () => {
      for (const worker of workers) if ((await turnsOf(worker))[work]) return worker;
      return undefined;
    });

  test('start all at once; of each work one worker has the turn, and both are ready', async () => {
    await holder('views');
    await holder('processes');
    const turns = await Promise.all(workers.map(turnsOf));
    expect(turns.filter(({ views }) => views)).toHaveLength(1);
    expect(turns.filter(({ processes }) => processes)).toHaveLength(1);
    expect(await Promise.all(workers.map(async (worker) => (await healthOf(worker)).ready))).toEqual([true, true]);
  }, 60_000);

  test('what one API acknowledged, the other reads when it is told not to answer before', async () => {
    for (let n = 0; n < 20; n++) {
      const command = nextCommand();
      const { consistency } = await send(n, command);
      expect(await isThere(apiOf(n + 1), command.input['orgId'], consistency)).toBe(true);
    }
  }, 60_000);

  test('the same person and the same command are known to both', async () => {
    const [one, other] = await Promise.all(
      apis.map(
        async (api) => (await system.ask<{ me: { personRef: string } }>(api, 'anna', '{ me { personRef } }')).data,
      ),
    );
    expect(one?.me.personRef).toMatch(/^[0-9a-f-]{36}$/);
    expect(other).toEqual(one);
    const command = nextCommand();
    const { commandId } = await send(0, command);
    expect(await system.send(apis[1], 'admin', command.name, command.input, command.id)).toMatchObject({ commandId });
  }, 60_000);

  test('a worker that is killed under load is followed by the other: nothing is lost, doubled or skipped', async () => {
    const killed = await holder('views');
    const [other] = workers.filter((worker) => worker !== killed);
    const loaded = await load(
      () => killed.kill(),
      async () => {
        workers = other ? [other] : [];
        const turns = other && (await turnsOf(other));
        return turns?.views === true && turns.processes;
      },
    );
    await nothingIsLost(loaded);
    expect(failures).toBe(0);
    console.info(`seed ${seed}: ${sent.length} commands, one worker killed under load`);
  }, 180_000);

  test('its views are what a rebuild gives, and their check agrees', async () => {
    await viewsAreAsRebuilt();
  }, 180_000);

  test('a worker that is told to stop gives its turn back to one that stands by', async () => {
    const [before] = workers;
    const next = await system.run('worker');
    workers = [next];
    expect(await before?.stop()).toBe(0);
    await holder('views');
    await holder('processes');
    const command = nextCommand();
    const { consistency } = await send(0, command);
    expect(await isThere(apis[1], command.input['orgId'], consistency)).toBe(true);
  }, 60_000);

  test('the decision is loaded beside all of them, by the tool', async () => {
    const [api] = apis;
    const refOf = async (subject: string) =>
      (await system.ask<{ me: { personRef: string } }>(api, subject, '{ me { personRef } }')).data?.me.personRef;
    const give = async (role: string, personRef: string | undefined, proposer: string, approver: string) => {
      const assignmentId = newId();
      const role_ = { assignmentId, personRef, orgId: mandatedOrgIdOfDecision, role, scope: { type: 'ORGANISATION' } };
      await system.send(api, proposer, 'ProposeRole', { ...role_, from: '2017-01-01' });
      await system.send(api, approver, 'ApproveRole', { personRef, assignmentId });
    };
    const load = () => samverk(system.folder, ['load-decision', '--as', 'owner'], undefined, system.settings);
    // the organisations come first; nobody can hold a role before there is one
    expect(await load()).toMatchObject({
      code: 1,
      complaints: expect.stringMatching(/RegisterMandate was refused: FORBIDDEN/),
    });
    await give('DECISION_MAKER', await refOf('maker'), 'maker', 'admin');
    await give('MANDATE_OWNER', await refOf('owner'), 'admin', 'maker');
    await give('REGISTRAR', await refOf('owner'), 'admin', 'maker');
    expect(await load()).toMatchObject({ code: 0, says: expect.stringMatching(/29 obligations, 20 copies/) });
    const query = '{ obligations(first: 100) { edges { node { row } } } }';
    await until(async () => {
      const { data } = await system.ask<{ obligations: { edges: object[] } }>(apis[1], 'owner', query);
      return data?.obligations.edges.length === 29;
    });
  }, 120_000);

  test('none of the processes complained of anything', async () => {
    for (const one of [...apis, ...workers]) expect(one.lines.filter(({ event }) => event === 'broken')).toEqual([]);
  });

  test('PostgreSQL that fails under load and comes back: nothing is lost, doubled or skipped either', async () => {
    const last = await load(
      async () => {
        await system.postgres.stop('immediate');
        await system.postgres.start();
      },
      async () => {
        for (const worker of workers) {
          const turns = await turnsOf(worker);
          if (turns.views && turns.processes) return true;
        }
        return false;
      },
    );
    await nothingIsLost(last);
    await viewsAreAsRebuilt();
    for (const worker of workers) expect(await worker.stop()).toBe(0);
    for (const api of apis) expect(await api.stop()).toBe(0);
    console.info(
      `seed ${seed}: ${sent.length} commands, PostgreSQL killed once under load, ${failures} of them sent more than once`,
    );
  }, 180_000);

  interface Last {
    readonly consistency: string;
    readonly orgId: unknown;
  }

  /**
   * Sends commands to both APIs, each until it is acknowledged; after a hundred something is done to the system. Ends
   * when that is over. Gives the last command that was acknowledged.
   */
  async function load(harm: () => Promise<void>, isOver: () => Promise<boolean>): Promise<Last> {
    let answered = 0;
    let over = false;
    let last: Last | undefined;
    let harmed: Promise<void> | undefined;
    const callers = severalCallers(
      () => (over ? undefined : nextCommand()),
      async (command) => {
        const { consistency } = await until(() => send(answered, command).catch(() => void (failures += 1)));
        last = { consistency, orgId: command.input['orgId'] };
        if (++answered === 100) harmed = harm();
      },
    );
    await until(async () => harmed !== undefined);
    await harmed;
    const enough = answered + 100;
    await until(async () => answered >= enough && (await isOver()));
    over = true;
    await callers;
    if (!last) throw new Error('nothing was sent');
    return last;
  }

  async function nothingIsLost({ consistency, orgId }: Last): Promise<void> {
    for (const api of apis) await until(async () => (await isThere(api, orgId, consistency)) === true);
    const events = Map.groupBy(await allEvents(), ({ correlation }) => correlation);
    expect(sent.filter((command) => !isWhole(command, events.get(command.id) ?? []))).toEqual([]);
    const organisations = [...events.values()].flat().filter(({ type }) => type === 'OrganisationRegistered');
    const rows = await sql<{ count: string }>(system.postgres.url, 'SELECT count(*) FROM samverk_views.organisation');
    expect(rows).toEqual([{ count: `${organisations.length}` }]);
    const byLoad = organisations.filter(({ correlation }) => sent.some(({ id }) => id === correlation));
    expect(byLoad).toHaveLength(sent.length);
  }

  async function viewsAreAsRebuilt(): Promise<void> {
    const [left] = workers;
    if (!left) throw new Error('no worker is left');
    await until(async () =>
      (await healthOf(left)).views.every(({ check, behindAtMost }) => check === 'ok' && behindAtMost === 0),
    );
    const kept = await contentOf(system.postgres.url);
    expect(await samverk(system.folder, ['rebuild'], undefined, system.settings)).toMatchObject({ code: 0 });
    expect(await contentOf(system.postgres.url)).toEqual(kept);
    expect(await healthOf(left)).toMatchObject({ ok: true });
  }

  async function allEvents(): Promise<StoredEvent[]> {
    const store = await openEvents({ kind: 'kurrent', url: system.eventServer.url }, { clock: systemClock });
    const all: StoredEvent[] = [];
    for (let read = [undefined]; read.length > 0;)
      all.push(...(read = (await store.readAll({ after: all.at(-1)?.position ?? 0, limit: 1_000 })) as never[]));
    await store.close();
    return all;
  }
});

/**
 * Every row of every table of the views, as text: but for how often a view was replaced, and with each object of history
 * by its name, since a batch that was not written leaves a gap in their numbers.
 */
async function contentOf(database: string): Promise<Record<string, readonly string[]>> {
  const named = "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'samverk_views'";
  const objects = await sql<{ number: string; name: string }>(
    database,
    'SELECT number, name FROM samverk_views._object',
  );
  const names = new Map(objects.map(({ number, name }) => [Number(number), name]));
  const content: Record<string, readonly string[]> = {};
  for (const { name } of await sql<{ name: string }>(database, named)) {
    const rows = await sql<{ row: { epoch?: number; number?: number; object?: number } }>(
      database,
      `SELECT to_jsonb(one) AS row FROM samverk_views."${name}" one`,
    );
    content[name] = rows
      .map(({ row: { epoch: _, number: __, object, ...row } }) =>
        JSON.stringify({ ...row, ...(object !== undefined && { object: names.get(object) }) }),
      )
      .sort();
  }
  return content;
}
