import { setTimeout as milliseconds } from 'node:timers/promises';
import { decisionId } from '#apps/api/decision-ids';
import type { StoredEvent } from '#kernel/envelope';
import { type Accepted, type Input, mutationOf, ore, type Refused, yearId } from '../e2e/harness.ts';
import type { ApiProcess } from './api-survives-kill.process.ts';

/** A command, and the types of the events that it makes, in order. */
export interface Command {
  readonly id: string;
  readonly role: string;
  readonly name: string;
  readonly input: Input;
  readonly makes: readonly string[];
}

export interface Sent {
  readonly command: Command;
  readonly acknowledged: boolean;
}

/**
 * The n-th command of a load: by turns a cost of one öre, all of them on one stream, and an organisation, with a stream
 * and a number of its own.
 */
export const commandNo = (seed: number, n: number): Command => (n % 2 === 0 ? aCost(seed, n) : anOrganisation(seed, n));

const idOf = (what: string, seed: number, n: number) => decisionId(`${what} ${n} of load ${seed}`);

const aCost = (seed: number, n: number): Command => ({
  id: idOf('command', seed, n),
  role: 'FINANCE',
  name: 'RecordCost',
  input: {
    fundingYearId: yearId(2017),
    costId: idOf('cost', seed, n),
    amount: ore(1),
    costDate: '2017-01-02',
    category: 'STAFF',
    voucherRef: `VER-${n} (påhittad)`,
  },
  makes: ['CostRecorded'],
});

const anOrganisation = (seed: number, n: number): Command => ({
  id: idOf('command', seed, n),
  role: 'SYSTEM_ADMIN',
  name: 'RegisterOrganisation',
  input: {
    orgId: idOf('organisation', seed, n),
    orgNo: organisationNumber(n),
    name: `Påhittade kommunen ${n}`,
    kind: 'CONTRACTING_AUTHORITY',
    level: 'LOCAL',
    contactPoints: [],
    soleTrader: false,
  },
  makes: ['OrganisationNumberReserved', 'OrganisationRegistered'],
});

/** Numbers that begin with 4 are given to nobody. */
function organisationNumber(n: number): string {
  const digits = String(402_000_000 + n); // the third and fourth from 20: no personal number
  const sum = [...digits].reduce((total, digit, place) => {
    const weighed = Number(digit) * (place % 2 === 0 ? 2 : 1);
    return total + (weighed > 9 ? weighed - 9 : weighed);
  }, 0);
  return `${digits.slice(0, 6)}-${digits.slice(6)}${(10 - (sum % 10)) % 10}`;
}

/** Whether exactly the events of a command are there, and hold what was sent. */
export const isWhole = ({ input, makes }: Command, events: readonly StoredEvent[]): boolean =>
  String(events.map(({ type }) => type)) === String(makes) &&
  Object.entries(input).every(([name, sent]) => JSON.stringify(events.at(-1)?.data[name]) === JSON.stringify(sent));

/** Whether of a command's own events none is there; a number may already be held for the organisation that is to come. */
export const isNotThere = ({ input }: Command, events: readonly StoredEvent[]): boolean =>
  events.length === 0 ||
  (events.length === 1 &&
    events[0]?.type === 'OrganisationNumberReserved' &&
    events[0].data['orgId'] === input['orgId']);

/** The process that was to answer is gone. */
class Unanswered extends Error {}

/** Sends commands until the API is killed, some milliseconds after so many answers. Gives all that was sent. */
export async function loadUntilKilled(
  api: ApiProcess,
  nextCommand: () => Command,
  { answers, delay }: { readonly answers: number; readonly delay: number },
): Promise<Sent[]> {
  const { send } = await clientOf(api);
  const sent: Sent[] = [];
  let left = answers;
  await severalCallers(
    () => (api.killed ? undefined : nextCommand()),
    async (command) => {
      const answer = await send(command).catch((error: unknown) => {
        if (!(api.killed && error instanceof Unanswered)) throw error;
      });
      sent.push({ command, acknowledged: answer !== undefined });
      if (--left === 0) void milliseconds(delay).then(() => api.kill());
    },
  );
  return sent;
}

/** Sends all of these commands. @throws unless each is accepted, under its own id */
export async function sendAll(api: ApiProcess, commands: readonly Command[]): Promise<void> {
  const { send } = await clientOf(api);
  const queue = commands.values();
  await severalCallers(() => queue.next().value, send);
}

/** Sends a command, and waits until the views hold what it made, and so everything before. */
export async function sendAndSee(api: ApiProcess, command: Command): Promise<void> {
  const { send, ask } = await clientOf(api);
  const { consistency } = await send(command);
  const query = 'query ($notBefore: String!) { organisations(first: 1, notBefore: $notBefore) { edges { cursor } } }';
  await ask(command.role, query, { notBefore: consistency });
}

/** Each caller sends its next command when its last was answered, until there are no more. */
export async function severalCallers(
  next: () => Command | undefined,
  send: (command: Command) => Promise<unknown>,
  callers = 8,
): Promise<void> {
  const caller = async () => {
    for (let command = next(); command; command = next()) await send(command);
  };
  await Promise.all(Array.from({ length: callers }, caller));
}

/** How to speak to the API where it listens now. */
async function clientOf(api: ApiProcess) {
  const url = await api.ready;
  if (url === undefined) throw new Error(`the API did not start: ${(await api.ended).complaints}`);
  const tokens = api.tokens();

  async function ask<Data>(role: string, query: string, variables: Input): Promise<Data> {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${tokens[role]}` };
    const body = JSON.stringify({ query, variables });
    const text = await fetch(`${url}`, { method: 'POST', headers, body })
      .then((response) => response.text())
      .catch((cause: unknown) => {
        throw new Unanswered('the API did not answer', { cause });
      });
    const { data } = JSON.parse(text) as { readonly data?: Data | null };
    if (!data) throw new Error(text);
    return data;
  }

  async function send({ id, role, name, input }: Command): Promise<Accepted> {
    const variables = { input, meta: { commandId: id } };
    const { outcome } = await ask<{ outcome: Accepted | Refused }>(role, mutationOf(name), variables);
    if (outcome.__typename === 'Accepted' && outcome.commandId === id) return outcome;
    throw new Error(`${name} ${id}: ${JSON.stringify(outcome)}`);
  }

  return { ask, send };
}
