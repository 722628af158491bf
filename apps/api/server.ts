import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { NestFactory } from '@nestjs/core';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { openDirectory } from '#directory/directory';
import { grantsOf, organisationsOf, persons } from '#contexts/identity/public';
import { serveCatalogue } from '#delivery/catalogue-http';
import { openDemoClock, refuseDemoClock, systemAlarm, systemClock } from '#delivery/clock';
import { closeInTime, contextOf, drainable, personOf, serveGraphiql, serveHealth, verifyTokens } from '#delivery/http';
import { demoIssuer, tokenVerifier } from '#delivery/identity-token';
import type { Log, Report } from '#delivery/log';
import { type Platform, startPlatform } from '#delivery/platform';
import { RateLimits } from '#delivery/rate-limits';
import { SamverkModule } from '#delivery/samverk-module';
import { loadSecret, type Secret } from '#delivery/secret';
import { type Settings, SettingsError } from '#delivery/settings';
import { StoreUnusable } from '#event-store/event-store';
import type { Check } from '#event-store/sqlite/background-check';
import { openSqliteEventStore } from '#event-store/sqlite/sqlite-event-store';
import type { Directory } from '#directory/directory';
import { openSqliteProcessStore } from '#processes/sqlite/sqlite-process-store';
import { openSqliteReadStore } from '#read-store/sqlite/sqlite-read-store';
import { openSqliteSnapshots } from '#read-store/sqlite/sqlite-snapshots';
import type { Demonstration } from '#delivery/about-fields';
import { serveCalendar } from './calendar.ts';
import { contexts } from './contexts.ts';
import { startViews } from './views-thread.ts';
import { Watch } from './watch.ts';

export { contexts };

/** Stores, people and clock as the settings say: what serves, and what the command line uses. */
export interface Installation {
  readonly platform: Platform;
  readonly directory: Directory;
  readonly secret: Secret;
  readonly demonstration: Demonstration | undefined;
  /** What is known of the event store as a whole: after an unclean stop it is checked in the background. */
  readonly check: Check;
}

/** @throws SettingsError, StoreUnusable, ReadStoreUnusable, DirectoryUnusable: each says what was found and the way out */
export async function openInstallation(settings: Settings, report: Report, watch?: Watch): Promise<Installation> {
  const { dataDir, mandatedOrgId } = settings;
  process.umask(0o077); // what is kept here is for its owner alone
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const demo = settings.mode === 'demo';
  if (!demo) refuseDemoClock(dataDir);
  const demoClock = demo ? openDemoClock(dataDir) : undefined;
  const clock = demoClock ?? systemClock;
  const secret = loadSecret(settings.secretFile);
  await using opened = new AsyncDisposableStack(); // closed again when a later step fails
  const { path, maxBytes } = settings.eventStore;
  const checked = ({ state }: Check) => {
    const found = state === 'damaged' ? 'it is damaged' : 'not all of it could be looked at';
    // The places are for the operator who asks for them, not for every reader of the log (domain 3.4).
    const says = `${path}: ${found}. samverk fsck names what is wrong, and the way out`;
    if (state !== 'clean') report(new StoreUnusable(says), 'the check of the whole store');
  };
  const limit = maxBytes === undefined ? {} : { maxBytes };
  const events = await openSqliteEventStore({ path, clock, checked, ...limit });
  opened.defer(() => events.close());
  const store = watch?.store(events) ?? events;
  const directory = openDirectory({ path: join(dataDir, 'directory.db'), key: secret.derive('directory') });
  opened.defer(() => directory.close());
  const projector = await startViews({
    events: settings.eventStore.path,
    views: settings.readStore.path,
    store: events,
    report,
  });
  opened.defer(() => projector.stop());
  const readStore = await openSqliteReadStore({ path: settings.readStore.path, access: 'read' });
  opened.defer(() => readStore.close());
  const snapshots = await openSqliteSnapshots({ path: settings.readStore.path });
  opened.defer(() => snapshots.close());
  const processStore = await openSqliteProcessStore({ path: join(dataDir, 'processes.db') });
  opened.defer(() => processStore.close());
  const administrator = directory.personRef(
    settings.mode === 'demo' ? demoIssuer : settings.issuer,
    settings.adminSubject,
  );
  const platform = await startPlatform({
    contexts,
    store,
    readStore,
    projector,
    snapshots,
    processStore,
    directory,
    people: { persons, grantsOf: grantsOf, organisationsOf: organisationsOf },
    clock,
    ...(demo ? {} : { alarm: systemAlarm }),
    secret,
    mandatedOrgId,
    firstAdministrator: {
      person: administrator,
      grant: { role: 'SYSTEM_ADMIN', org: mandatedOrgId, for: mandatedOrgId },
    },
    ...(watch && { watched: watch.desk }),
    report,
  });
  const demonstration = demoClock && {
    async moveTo(to: string) {
      demoClock.moveTo(to);
      await platform.processes.settled(60_000);
      await platform.projector.reached(await store.head(), 60_000);
    },
  };
  opened.move(); // from here on by the platform
  return { platform, directory, secret, demonstration, check: events.check };
}

/** A running API. */
export interface Server {
  readonly url: string;
  /** Where metrics and health details are, unless they are off. */
  readonly adminUrl: string | undefined;
  readonly installation: Installation;
  /** Every request that has come is answered, and what was acknowledged is stored. */
  close(): Promise<void>;
}

/**
 * Serves GraphQL, GraphiQL, the catalogue, the calendar and health on the address of the settings.
 * @param log told of each request answered, and what Nest has to say
 * @param before done before anything is answered
 * @throws SettingsError when an address is taken; everything opened is closed then
 */
export async function serve(
  settings: Settings,
  report: Report,
  log?: Pick<Log, 'request' | 'nest'>,
  before?: (installation: Installation) => Promise<void>,
): Promise<Server> {
  const watch = await Watch.open(settings, contexts, report, log);
  const installation = await openInstallation(settings, watch.report, watch);
  try {
    await before?.(installation);
    const { app, drain, ...at } = await listen(settings, installation, watch, log);
    return {
      ...at,
      installation,
      async close() {
        await drain();
        await app.close();
        await installation.platform.close();
        await watch.close();
      },
    };
  } catch (error) {
    await installation.platform.close();
    await watch.close();
    if ((error as { code?: unknown }).code !== 'EADDRINUSE') throw error;
    throw new SettingsError([
      `PORT ${settings.port} on ${settings.host} is taken: stop what listens there, or set another PORT`,
    ]);
  }
}

/** How long a connection may take over what it sends or reads: one that is slow costs its own memory and nobody's time. */
const patience = {
  requestTimeout: 30_000,
  connectionTimeout: 60_000,
  http: { headersTimeout: 10_000 },
  forceCloseConnections: 'idle',
} as const;

async function listen(
  settings: Settings,
  installation: Installation,
  watch: Watch,
  log: Pick<Log, 'nest'> | undefined,
): Promise<
  Pick<Server, 'url' | 'adminUrl'> & { readonly app: NestFastifyApplication; readonly drain: () => Promise<void> }
> {
  const { platform, directory, secret, demonstration } = installation;
  const { limits, rates, trustedProxies } = settings;
  const options = { ...patience, logger: false, genReqId: () => randomUUID(), trustProxy: [...trustedProxies] };
  const adapter = new FastifyAdapter(options);
  const fastify = adapter.getInstance();
  watch.requests(fastify);
  const rateLimits = new RateLimits(rates);
  rateLimits.guard(fastify);
  closeInTime(fastify);
  if (settings.mode === 'demo')
    fastify.addHook('onRequest', (_, reply, done) => (reply.header('samverk-mode', 'demo'), done()));
  const drain = drainable(fastify);
  verifyTokens(fastify, tokenVerifier(settings, secret), directory, rateLimits);
  serveGraphiql(fastify);
  const ready = await readiness(installation);
  serveHealth(fastify, ready);
  const broken = (error: unknown, id: string) => watch.report(error, `request ${id}`, id);
  serveCalendar(fastify, { platform, directory, broken });
  const module = SamverkModule.of(platform, demonstration, {
    limits,
    report: broken,
    contextOf: contextOf(platform.callers),
    charge: (request, units) => rateLimits.charge(request, personOf(request), units),
  });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: log?.nest ?? ['error', 'warn'],
    abortOnError: false,
    bodyParser: false,
  });
  await app.init();
  serveCatalogue(fastify, contexts, app.get(GraphQLSchemaHost).schema);
  const adminUrl = await watch.begin(installation, ready);
  const url = await fastify.listen({ port: settings.port, host: settings.host });
  return { app, url, adminUrl, drain };
}

/**
 * Ready once the store was seen to be whole and every view is there, with what was recorded before the start, and while
 * no event waits outside a view or a process.
 */
async function readiness({ platform, check }: Installation): Promise<() => boolean> {
  const { projector, processes, store } = platform;
  const head = await store.head();
  const viewed = () => projector.status(head).every(({ parked, built }) => parked === 0 && built === undefined);
  const heard = () => processes.status().every(({ parked }) => parked === 0);
  return () => check.state === 'clean' && projector.position >= head && viewed() && heard();
}
