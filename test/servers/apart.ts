import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Accepted, type Input, mutationOf, type Refused } from '../e2e/harness.ts';
import { Operated } from '../operator/operated.ts';
import { PostgresServer } from '../postgres/server.ts';
import { EventServer } from './event-server.ts';
import { Issuer } from './issuer.ts';

/** An installation for when one machine is not enough: both stores on servers, an issuer, and processes that share a secret. */
export class Apart {
  readonly folder: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly postgres: PostgresServer;
  readonly eventServer: EventServer;
  readonly #issuer: Issuer;
  readonly #processes: Operated[] = [];

  private constructor(folder: string, eventServer: EventServer, postgres: PostgresServer, issuer: Issuer) {
    this.folder = folder;
    this.eventServer = eventServer;
    this.postgres = postgres;
    this.#issuer = issuer;
    this.settings = {
      EVENT_STORE: eventServer.url,
      READ_STORE: postgres.url,
      WORKERS: 'apart',
      SECRET_FILE: join(folder, 'secret'),
      OIDC_ISSUER: issuer.url,
      OIDC_AUDIENCE: 'samverk',
      ADMIN_SUBJECT: 'admin',
      DECISION_DIARY_NUMBER: 'PÅHITTAT 2017/1',
      RATE_PER_PERSON: '0',
      RATE_PER_ADDRESS: '0',
    };
  }

  /** The servers; no process of the program yet. */
  static async start(): Promise<Apart> {
    const folder = mkdtempSync(join(tmpdir(), 'samverk-apart-'));
    const [events, postgres, issuer] = await Promise.all([
      EventServer.start(join(folder, 'events')),
      PostgresServer.start(),
      Issuer.start(),
    ]);
    return new Apart(folder, events, postgres, issuer);
  }

  async run(app: 'api' | 'worker'): Promise<Operated> {
    const started = await Operated.start({ ...this.settings, ADMIN_PORT: '0' }, app);
    this.#processes.push(started);
    return started;
  }

  /** What GraphQL answers a person. */
  async ask<Data>(api: Operated, subject: string, query: string, variables: Input = {}) {
    const authorization = `Bearer ${await this.#issuer.token(subject)}`;
    const { text } = await api.post({ query, variables }, { authorization });
    return JSON.parse(text) as { readonly data: Data | null; readonly errors?: readonly object[] };
  }

  /** Issues a command that must be accepted. */
  async send(
    api: Operated,
    subject: string,
    name: string,
    input: Input,
    commandId: string = randomUUID(),
  ): Promise<Accepted> {
    const variables = { input, meta: { commandId } };
    const { data, errors } = await this.ask<{ outcome: Accepted | Refused }>(api, subject, mutationOf(name), variables);
    if (data?.outcome.__typename === 'Accepted') return data.outcome;
    throw new Error(`${name}: ${JSON.stringify(errors ?? data)}`);
  }

  async end(): Promise<void> {
    for (const one of this.#processes) await one.end();
    await this.#issuer.stop();
    await this.eventServer.stop();
    await this.postgres.remove();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Which turns a worker has: only who keeps the views knows how their check stands, and only who runs processes how they are. */
export async function turnsOf(worker: Operated): Promise<{ readonly views: boolean; readonly processes: boolean }> {
  const { views, processes } = await healthOf(worker);
  return { views: views.some(({ check }) => check !== undefined), processes: processes !== undefined };
}

export interface Health {
  readonly ok: boolean;
  readonly ready: boolean;
  readonly views: readonly { readonly view: string; readonly behindAtMost: number; readonly check?: string }[];
  readonly processes?: readonly { readonly process: string; readonly behind: boolean }[];
}

export const healthOf = async (worker: Operated): Promise<Health> =>
  JSON.parse((await worker.admin('/health')).text) as Health;

/** Waits until something is so. */
export async function until<T>(found: () => Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const one = await found();
    if (one !== undefined && one !== false) return one;
    await delay(50);
  }
}
