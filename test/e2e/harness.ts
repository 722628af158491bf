import { randomUUID } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decisionId, decisionMandateId } from '#apps/api/decision-ids';
import { loadDemo } from '#apps/api/demo';
import { organisationId } from '#apps/api/load-decision';
import { serve, type Server } from '#apps/api/server';
import { mandatedOrgIdOfDecision, type OrganisationKey } from '#contexts/mandate/decision';
import { demoToken } from '#delivery/identity-token';
import { readSettings, type Settings } from '#delivery/settings';
import type { StoredEvent } from '#kernel/envelope';
import type { Money } from '#kernel/money';
import { Stores } from '../servers/stores.ts';

/** What a front end of today asks for: the answers of GraphQL, their statuses included. */
const accept = 'application/graphql-response+json, application/json;q=0.9';

export type Token = string | undefined;
export type Input = Readonly<Record<string, unknown>>;

export interface Accepted {
  readonly __typename: 'Accepted';
  readonly commandId: string;
  readonly version: string;
  readonly consistency: string;
  readonly warnings: readonly { readonly code: string; readonly details: Input }[];
}
export interface Refused {
  readonly __typename: 'Refused';
  readonly code: string;
  readonly message: string;
  readonly details: Input;
}

export interface GraphQLAnswer<Data> {
  readonly status: number;
  readonly data: Data | null;
  readonly errors?: readonly { readonly message: string; readonly extensions: Input }[];
}

export interface HistoryEvent {
  readonly id: string;
  readonly type: string;
  readonly object: { readonly type: string; readonly id: string };
  readonly occurredAt: string;
  readonly recordedAt: string;
  readonly actor: { readonly role: string; readonly org: string | null; readonly person: string | null };
  readonly custodian: string;
  readonly concerns: readonly { readonly id: string; readonly as: string }[];
  readonly data: Readonly<Record<string, unknown>>;
  readonly redactions: readonly { readonly field: string; readonly state: string }[];
}

/** The parts of the decision, by the ids that the loader builds. */
export const mandateId = decisionMandateId;
export const yearId = (year: number): string => `${mandateId}-${year}`;
export const reportId = (kind: 'INTERIM' | 'FINAL'): string => `${mandateId}-${kind}`;
export const obligationId = (row: number): string => decisionId(`obligation/${row}`);
export const objectiveId = decisionId('objective/G0');
export const orgId = (key: OrganisationKey): string => organisationId(key, { mandatedOrgId: mandatedOrgIdOfDecision });
export const newId = (): string => randomUUID();
export const ore = (amountMinor: number): Money => ({ amountMinor, currency: 'SEK' });
export const aDoc = { documentId: decisionId('a document of the tests'), version: 1, sha256: '0'.repeat(64) };

const historyFields =
  'id type object { type id } occurredAt recordedAt actor { role org person } custodian concerns { id as } data redactions { field state }';

type Environment = Readonly<Record<string, string>>;
/** A test may ask as fast as it can, from one address, of a machine that has much else to do. */
const unhurried: Environment = { RATE_PER_PERSON: '0', RATE_PER_ADDRESS: '0', MAX_EXECUTION_SECONDS: '60' };

/** The text of a command's mutation. */
export const mutationOf = (name: string): string =>
  `mutation ($input: ${name}Input!, $meta: CommandMeta!) {
    outcome: ${name.charAt(0).toLowerCase()}${name.slice(1)}(input: $input, meta: $meta) {
      __typename
      ... on Accepted { commandId version consistency warnings { code details } }
      ... on Refused { code message details }
    }
  }`;

/**
 * The whole system as its users meet it: served on a free port from a folder of its own, the demo loaded; on the stores
 * that the environment of the tests names.
 */
export class RunningSystem {
  readonly settings: Settings;
  /** A token for each role of the demo, by name. */
  readonly tokens: Readonly<Record<string, string>>;
  readonly #broken: unknown[];
  readonly #stores: Stores;
  readonly #counted = { position: 0, all: 0, byProcesses: 0 };
  #server: Server;

  private constructor(
    settings: Settings,
    stores: Stores,
    server: Server,
    tokens: Readonly<Record<string, string>>,
    broken: unknown[],
  ) {
    this.settings = settings;
    this.#stores = stores;
    this.#server = server;
    this.tokens = tokens;
    this.#broken = broken;
  }

  /** Starts on a new folder; or on a copy of another system's, which must have stopped. */
  static async start(copyOf?: RunningSystem, environment: Environment = {}): Promise<RunningSystem> {
    const folder = mkdtempSync(join(tmpdir(), 'samverk-e2e-'));
    if (copyOf) cpSync(copyOf.settings.dataDir, folder, { recursive: true });
    const stores = await Stores.make(folder, copyOf ? copyOf.#stores : undefined);
    const settings = readSettings(
      { ...unhurried, ...stores.environment, ...environment, PORT: '0', DATA_DIR: folder },
      { mandatedOrgId: mandatedOrgIdOfDecision },
    );
    const broken: unknown[] = [];
    const server = await serve(settings, (error, what) => broken.push({ what, error }));
    try {
      return new RunningSystem(settings, stores, server, await loadDemo(server.installation, settings), broken);
    } catch (error) {
      await server.close();
      await stores.remove();
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** The settings of another process that is to work on the same stores. */
  get environment(): Environment {
    return { ...this.#stores.environment, DATA_DIR: this.settings.dataDir };
  }

  /** What broke and was reported until now; it is forgotten with this, so that `end` does not throw. */
  takeBroken(): unknown[] {
    return this.#broken.splice(0);
  }

  get url(): string {
    return this.#server.url;
  }
  get installation(): Server['installation'] {
    return this.#server.installation;
  }

  async close(): Promise<void> {
    await this.#server.close();
  }

  /** Serves again what the folder holds, after `close`. */
  async open(): Promise<void> {
    this.#server = await serve(this.settings, (error, what) => this.#broken.push({ what, error }));
  }

  async restart(): Promise<void> {
    await this.close();
    await this.open();
  }

  /** Restarts without these files of the folder, or without what they would hold. */
  async forget(...names: readonly string[]): Promise<void> {
    await this.close();
    await this.#stores.forget(names);
    for (const name of names)
      for (const suffix of ['', '-wal', '-shm'])
        rmSync(join(this.settings.dataDir, `${name}${suffix}`), { force: true });
    await this.open();
  }

  /** Deletes every snapshot while the system is stopped, and gives how many there were. */
  async forgetSnapshots(): Promise<number> {
    await this.close();
    const deleted = await this.#stores.forgetSnapshots(this.settings.dataDir);
    await this.open();
    return deleted;
  }

  /** Ends the system, closed or not, and its folder. @throws when anything broke while it ran */
  async end(closed: 'open' | 'closed' = 'open'): Promise<void> {
    if (closed === 'open') await this.close();
    await this.#stores.remove();
    rmSync(this.settings.dataDir, { recursive: true, force: true });
    if (this.#broken.length > 0) throw new AggregateError(this.#broken, `broke: ${this.#broken.map(said).join('; ')}`);
  }

  /** What a role of the demo sends as its token; the public sends none. */
  token(role: string): Token {
    if (role === 'PUBLIC') return undefined;
    const token = this.tokens[role];
    if (token === undefined) throw new TypeError(`the demo has no token for ${role}`);
    return token;
  }

  /** Any request body, as it is. */
  async post(token: Token, body: string, headers: Readonly<Record<string, string>> = {}) {
    const response = await fetch(`${this.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept, ...authorization(token), ...headers },
      body,
    });
    return { status: response.status, text: await response.text() };
  }

  async ask<Data>(token: Token, query: string, variables: Input = {}): Promise<GraphQLAnswer<Data>> {
    const { status, text } = await this.post(token, JSON.stringify({ query, variables }));
    return { status, ...(JSON.parse(text) as Omit<GraphQLAnswer<Data>, 'status'>) };
  }

  /** The data of a query that must succeed. */
  async read<Data>(token: Token, query: string, variables: Input = {}): Promise<Data> {
    const { status, data, errors } = await this.ask<Data>(token, query, variables);
    if (status !== 200 || errors || !data) throw new Error(`${status} ${JSON.stringify(errors)}`);
    return data;
  }

  /** Issues a command; with a new id unless `meta` brings one. */
  async command(token: Token, name: string, input: Input, meta: Input = {}): Promise<Accepted | Refused> {
    const variables = { input, meta: { commandId: newId(), ...meta } };
    return (await this.read<{ outcome: Accepted | Refused }>(token, mutationOf(name), variables)).outcome;
  }

  /** Issues a command that must be accepted. */
  async accepted(token: Token, name: string, input: Input, meta: Input = {}): Promise<Accepted> {
    const outcome = await this.command(token, name, input, meta);
    if (outcome.__typename === 'Accepted') return outcome;
    throw new Error(`${name} was refused: ${outcome.code} ${JSON.stringify(outcome.details)}`);
  }

  async clockTo(to: string): Promise<void> {
    await this.read(undefined, 'mutation ($to: DateTime!) { moveDemoClock(to: $to) { now } }', { to });
  }

  /** The newest events of an object, the last first, as the bearer of a token sees them. */
  async history(token: Token, object: string, { first = 100, notBefore = null as string | null } = {}) {
    const query = `query ($object: ID!, $first: Int!, $notBefore: String) {
      history(filter: { object: $object }, newestFirst: true, first: $first, notBefore: $notBefore) {
        edges { node { ${historyFields} } }
      }
    }`;
    type Page = { history: { edges: readonly { node: HistoryEvent }[] } };
    const { history } = await this.read<Page>(token, query, { object, first, notBefore });
    return history.edges.map(({ node }) => node);
  }

  /** A person whom nobody knows yet: a token, and its reference in the directory. */
  async person(subject: string): Promise<{ readonly token: string; readonly personRef: string }> {
    const token = await demoToken(this.installation.secret, subject);
    const { me } = await this.read<{ me: { personRef: string } }>(token, '{ me { personRef } }');
    return { token, personRef: me.personRef };
  }

  /** How many events there are: the same before and after what changes nothing. */
  async head(): Promise<number> {
    return (await this.counts()).all;
  }

  /** How many events there are now, and how many of them processes made in answer to others. */
  async counts(): Promise<{ readonly all: number; readonly byProcesses: number }> {
    const { store } = this.installation.platform;
    const counted = this.#counted;
    for (const head = await store.head(); counted.position < head;) {
      const read = await store.readAll({ after: counted.position, limit: 1_000 });
      const events = read.filter(({ position }) => position <= head);
      counted.all += events.length;
      counted.byProcesses += events.filter(({ actor }) => 'system' in actor).length;
      counted.position = events.at(-1)?.position ?? head;
    }
    return { all: counted.all, byProcesses: counted.byProcesses };
  }

  /** The events of a stream as stored, which no caller ever sees whole. */
  stored(stream: string): Promise<StoredEvent[]> {
    return Array.fromAsync(this.installation.platform.store.readStream(stream));
  }
}

export const authorization = (token: Token): Record<string, string> =>
  token === undefined ? {} : { authorization: `Bearer ${token}` };

const said = (broken: unknown): string => {
  const { what, error } = broken as { what: string; error: unknown };
  return `${what}: ${String(error)}`;
};
