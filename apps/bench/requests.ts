import { randomUUID } from 'node:crypto';
import { Connection } from './connection.ts';
import { type History, serving, tokenOf, viewsOf } from './histories.ts';
import type { Found } from './figures.ts';
import type { MeasureId } from './promises.ts';
import { type Bench, inTurns, p99Of, rateOf, roundMs } from './rounds.ts';
import { residentMiB } from './scratch.ts';

const connections = 64;
/** As long as a server is let to warm up: its first thousands of requests are no measure of it. */
const warmUpMs = 3_000;

/** What is asked on a connection again and again. */
type Exchange = (connection: Connection) => Promise<void>;

/** P3, P4 and P13: the whole server in a process of its own, a bare one beside it; this process is their clients. */
export async function requests(bench: Bench, history: History, wanted: ReadonlySet<MeasureId>): Promise<Found> {
  const { scratch, progress } = bench;
  progress.show('P3 and P4 starting the servers', 0);
  const server = await serving(bench, history);
  const bare = await scratch.start('#apps/bench/bare', { VIEWS: viewsOf(history) });
  const found: Found = {};
  const memory = (id: MeasureId) => {
    const value = residentMiB(server.process);
    if (wanted.has(id) && value !== undefined) found[id] = { value };
  };
  memory('P13 at rest');
  const theirs = await callers(bare.url);
  const atMost = history.place.commandsAtMost?.(connections);
  const compared = async (id: 'P3' | 'P4', role: string, ask: Exchange, limit: (ms: number) => Promise<number>) => {
    const ours = await callers(server.url, tokenOf(history, role));
    const waits: number[] = [];
    const ms = (round: number) => (round === 0 ? warmUpMs : roundMs(bench));
    const rates = await inTurns(
      bench,
      `${id} requests`,
      (round) => {
        if (round === 1) waits.length = 0;
        return load(ours, ask, ms(round), waits);
      },
      (round) => limit(ms(round)),
    );
    for (const connection of ours) connection.close();
    found[id] = { ...rates, p99: p99Of(waits) };
  };
  try {
    if (wanted.has('P4')) await compared('P4', 'FINANCE', readPage, (ms) => load(theirs, readPage, ms, []));
    if (wanted.has('P3') || wanted.has('P13 loaded'))
      await compared('P3', 'SYSTEM_ADMIN', registerAndRead, (ms) =>
        atMost ? rateOf(() => atMost.until(performance.now() + ms)) : load(theirs, greetAndRead, ms, []),
      );
    memory('P13 loaded');
    return found;
  } finally {
    for (const connection of theirs) connection.close();
    await atMost?.close();
    await Promise.all([scratch.stop(server.process), scratch.stop(bare.process)]);
  }
}

const callers = (url: string, token?: string): Promise<Connection[]> =>
  Promise.all(Array.from({ length: connections }, () => Connection.open(url, token)));

/** Every connection asks, and asks again when it is answered, until the time is over. */
function load(open: readonly Connection[], ask: Exchange, ms: number, waits: number[]): Promise<number> {
  return rateOf(async () => {
    let done = 0;
    const over = performance.now() + ms;
    const calls = open.map(async (connection) => {
      for (let begun = performance.now(); begun < over; done++) {
        await ask(connection);
        const answered = performance.now();
        waits.push(answered - begun);
        begun = answered;
      }
    });
    await Promise.all(calls);
    return done;
  });
}

const page = JSON.stringify({
  query: `{ costs(first: 20) {
    edges { node { costId fundingYearId mandateId costDate category amount { amountMinor currency } } }
    pageInfo { hasNextPage endCursor }
  } }`,
});

/** Asks for the same page each time; that it is whole, its length tells. */
async function readPage(connection: Connection): Promise<void> {
  const text = await connection.post(page);
  if (text.length < 20 * 200 || !text.includes('"hasNextPage":true') || text.includes('"amount":null'))
    throw new Error(`no whole page: ${text}`);
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
  const registered = await connection.ask<{ registerOrganisation?: { __typename: string; consistency?: string } }>(
    register,
    { input, meta: { commandId: randomUUID() } },
  );
  const { __typename: outcome, consistency } = registered.data?.registerOrganisation ?? {};
  if (outcome !== 'Accepted') throw new Error(`a mutation was not accepted: ${JSON.stringify(registered)}`);
  const found = await connection.ask<{ organisation?: { name: string } }>(read, { id: orgId, notBefore: consistency });
  if (found.data?.organisation?.name !== name) throw new Error(`the row is not there: ${JSON.stringify(found)}`);
}

async function greetAndRead(connection: Connection): Promise<void> {
  const id = randomUUID();
  const greet = 'mutation Greet($id: ID!, $name: String!) { greet(id: $id, name: $name) { id name } }';
  const greeted = await connection.ask<{ greet?: { id: string } }>(greet, { id, name: 'world' });
  if (greeted.data?.greet?.id !== id) throw new Error(`no greeting: ${JSON.stringify(greeted)}`);
  const found = await connection.ask<{ hello?: { id: string } }>(
    'query Hello($id: ID!) { hello(id: $id) { id name } }',
    {
      id,
    },
  );
  if (found.data?.hello?.id !== id) throw new Error(`no greeting: ${JSON.stringify(found)}`);
}
