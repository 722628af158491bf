import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Connection } from './connection.ts';
import type { Figure } from './figures.ts';
import { type Bench, inTurns, p99Of, rateOf, roundMs } from './rounds.ts';
import { residentMiB } from './scratch.ts';

const connections = 64;
/** As long as a server is let to warm up: its first thousands of requests are no measure of it. */
const warmUpMs = 3_000;

/** As it is in use: each request a line of the log, the metrics counting. */
const whole = { PORT: '0', HOST: '127.0.0.1', LOG_FORMAT: 'json' };

/** Does one pair of requests. */
type Pair = (connection: Connection) => Promise<void>;

/** P3: the whole server in a process of its own, as it is started by hand; this process is its clients. */
export async function mutations(bench: Bench): Promise<Figure> {
  const { scratch, progress } = bench;
  progress.show('P3 starting the servers', 0);
  const dataDir = join(scratch.folder, 'P3');
  const server = await scratch.start('#apps/api/main', { ...whole, DATA_DIR: dataDir });
  const hello = await scratch.start('#apps/bench/hello', {});
  const atRest = residentMiB(server.process);
  const tokens = JSON.parse(readFileSync(join(dataDir, 'demo-tokens.json'), 'utf8')) as Record<string, string>;
  const administrator = tokens['SYSTEM_ADMIN'];
  if (administrator === undefined) throw new Error('the demo has no token for SYSTEM_ADMIN');
  const ours = await callers(server.url, administrator);
  const theirs = await callers(hello.url);
  const waits: number[] = [];
  try {
    const rates = await inTurns(
      bench,
      'P3 mutations and queries',
      (round) => {
        if (round === 1) waits.length = 0;
        return load(ours, registerAndRead, round === 0 ? warmUpMs : roundMs(bench), waits);
      },
      (round) => load(theirs, greetAndRead, round === 0 ? warmUpMs : roundMs(bench), []),
    );
    return { ...rates, p99: p99Of(waits), notes: memoryNote(atRest, residentMiB(server.process)) };
  } finally {
    for (const connection of [...ours, ...theirs]) connection.close();
    await Promise.all([scratch.stop(server.process), scratch.stop(hello.process)]);
  }
}

const callers = (url: string, token?: string): Promise<Connection[]> =>
  Promise.all(Array.from({ length: connections }, () => Connection.open(url, token)));

/** Every connection does one pair after another until the time is over. */
function load(open: readonly Connection[], pair: Pair, ms: number, waits: number[]): Promise<number> {
  return rateOf(async () => {
    let done = 0;
    const over = performance.now() + ms;
    const calls = open.map(async (connection) => {
      for (let begun = performance.now(); begun < over; done++) {
        await pair(connection);
        const answered = performance.now();
        waits.push(answered - begun);
        begun = answered;
      }
    });
    await Promise.all(calls);
    return done;
  });
}

const register = `mutation Register($input: RegisterOrganisationInput!, $meta: CommandMeta!) {
  registerOrganisation(input: $input, meta: $meta) { __typename ... on Accepted { consistency } ... on Refused { code message } }
}`;
const read = `query Read($id: ID!, $notBefore: String) {
  organisation(id: $id, notBefore: $notBefore) { name kind level }
}`;

/** @throws Error unless the command is accepted and the row is there in the answer to the query that follows */
async function registerAndRead(connection: Connection): Promise<void> {
  const orgId = randomUUID();
  const name = `Exempelkommunen ${orgId.slice(0, 8)} (påhittad)`;
  const input = { orgId, soleTrader: false, name, kind: 'CONTRACTING_AUTHORITY', level: 'LOCAL', contactPoints: [] };
  const registered = await ask<{ registerOrganisation?: { __typename: string; consistency?: string } }>(
    connection,
    register,
    { input, meta: { commandId: randomUUID() } },
  );
  const { __typename: outcome, consistency } = registered.data?.registerOrganisation ?? {};
  if (outcome !== 'Accepted') throw new Error(`a mutation was not accepted: ${JSON.stringify(registered)}`);
  const found = await ask<{ organisation?: { name: string } }>(connection, read, { id: orgId, notBefore: consistency });
  if (found.data?.organisation?.name !== name) throw new Error(`the row is not there: ${JSON.stringify(found)}`);
}

async function greetAndRead(connection: Connection): Promise<void> {
  const id = randomUUID();
  const greet = 'mutation Greet($id: ID!, $name: String!) { greet(id: $id, name: $name) { id name } }';
  const greeted = await ask<{ greet?: { id: string } }>(connection, greet, { id, name: 'world' });
  if (greeted.data?.greet?.id !== id) throw new Error(`no greeting: ${JSON.stringify(greeted)}`);
  const found = await ask<{ hello?: { id: string } }>(
    connection,
    'query Hello($id: ID!) { hello(id: $id) { id name } }',
    {
      id,
    },
  );
  if (found.data?.hello?.id !== id) throw new Error(`no greeting: ${JSON.stringify(found)}`);
}

const ask = async <T>(
  connection: Connection,
  query: string,
  variables: object,
): Promise<{ readonly data?: T | null }> =>
  JSON.parse(await connection.post(JSON.stringify({ query, variables }))) as { data?: T | null };

const memoryNote = (atRest: number | undefined, loaded: number | undefined): string[] =>
  atRest === undefined || loaded === undefined
    ? []
    : [
        `memory of the server (P13): ${Math.round(atRest)} MiB at rest, promised 200; ${Math.round(loaded)} MiB under this load, promised 512.`,
      ];
