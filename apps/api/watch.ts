import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { FastifyInstance } from 'fastify';
import type { Desk } from '#delivery/command-desk';
import { type HealthParts, shownHealth, type StoreHealth } from '#delivery/health';
import type { Log, Report } from '#delivery/log';
import type { Metrics } from '#delivery/metrics';
import type { Platform } from '#delivery/platform';
import type { Settings } from '#delivery/settings';
import { type Told, toldOf } from '#delivery/told';
import type { Tracing } from '#delivery/tracing';
import { type Answered, watchedDesk, watchRequests } from '#delivery/watching';
import type { EventStore } from '#event-store/event-store';
import type { Context } from '#kernel/context';
import { type Admin, serveAdmin } from './admin.ts';

/**
 * Everything that watches one server: its log, its metrics where there is an admin port, its traces where they are
 * wanted. What is not wanted is not loaded and stands in no one's way.
 */
export class Watch {
  readonly #told: Told;
  readonly #settings: Settings;
  readonly #metrics: Metrics | undefined;
  readonly #tracing: Tracing | undefined;
  readonly #requests: ((answered: Answered) => void)[];
  readonly report: Report;
  #admin: Admin | undefined;

  private constructor(
    settings: Settings,
    told: Told,
    report: Report,
    log: Pick<Log, 'request'> | undefined,
    metrics: Metrics | undefined,
    tracing: Tracing | undefined,
  ) {
    this.#settings = settings;
    this.#told = told;
    this.#metrics = metrics;
    this.#tracing = tracing;
    this.#requests = [log, metrics].flatMap((one) => (one ? [(answered: Answered) => one.request(answered)] : []));
    this.report = (error, what, correlation) => {
      metrics?.broken();
      report(error, what, correlation);
    };
  }

  static async open(
    settings: Settings,
    contexts: readonly Context[],
    report: Report,
    log?: Pick<Log, 'request'>,
  ): Promise<Watch> {
    const told = toldOf(contexts);
    const metrics =
      settings.adminPort === undefined ? undefined : new (await import('#delivery/metrics')).Metrics(told);
    const tracing = settings.traced ? new (await import('#delivery/tracing')).Tracing(told, report) : undefined;
    return new Watch(settings, told, report, log, metrics, tracing);
  }

  readonly store = (store: EventStore): EventStore => this.#tracing?.store(store) ?? store;

  readonly desk = (desk: Desk): Desk => {
    const metrics = this.#metrics;
    const counted = metrics ? watchedDesk(desk, this.#told, (name, outcome) => metrics.command(name, outcome)) : desk;
    return this.#tracing?.desk(counted) ?? counted;
  };

  requests(fastify: FastifyInstance): void {
    watchRequests(fastify, this.#told, this.#requests);
    this.#tracing?.requests(fastify);
  }

  /** Begins what needs a platform that runs. Gives the address of the admin port, if there is one. */
  async begin(system: System, ready: () => boolean): Promise<string | undefined> {
    if (this.#tracing) this.#tracing.reached = (position, ms) => system.platform.projector.reached(position, ms);
    const { adminPort, mode } = this.#settings;
    const metrics = this.#metrics;
    if (adminPort === undefined || !metrics) return undefined;
    const parts = partsOf(system);
    const health = async () => ({
      ...(await shownHealth(parts, this.#told)),
      ready: ready(),
      version,
      clock: mode === 'demo' ? 'demo, moved by hand' : 'system',
      uptimeSeconds: Math.round(process.uptime()),
    });
    const pages = {
      '/health': async () => ({ type: 'application/json', body: `${JSON.stringify(await health(), null, 2)}\n` }),
      '/metrics': async () => ({
        type: metrics.contentType,
        body: await metrics.text(await shownHealth(parts, this.#told)),
      }),
    };
    this.#admin = await serveAdmin(adminPort, pages, this.report);
    return this.#admin.url;
  }

  async close(): Promise<void> {
    await this.#admin?.close();
    this.#admin = undefined;
    await this.#tracing?.close();
  }
}

/** What runs, with what is known of its store. */
interface System {
  readonly platform: Platform;
  readonly check?: StoreHealth | undefined;
}

/** The one place where parts of the system are plugged in that can tell how they are. */
const partsOf = ({ platform: { projector, processes, store }, check }: System): HealthParts => ({
  ...(check && { store: () => check }),
  views: async () => projector.status(await store.head()),
  processes: () => processes.status(),
});

const packageFile = createRequire(import.meta.url).resolve('#root/package.json');
/** The version of the program. */
export const { version } = JSON.parse(readFileSync(packageFile, 'utf8')) as { readonly version: string };
