import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { openDirectory } from '#directory/directory';
import { grantsOf, organisationsOf, persons } from '#contexts/identity/public';
import { openDemoClock, refuseDemoClock, systemClock } from '#delivery/clock';
import { serveGraphiql, serveHealth, verifyTokens } from '#delivery/http';
import { demoIssuer, tokenVerifier } from '#delivery/identity-token';
import type { Log, Report } from '#delivery/log';
import { type Platform, startPlatform } from '#delivery/platform';
import { SamverkModule } from '#delivery/samverk-module';
import { loadSecret, type Secret } from '#delivery/secret';
import { type Settings, SettingsError } from '#delivery/settings';
import { openSqliteEventStore } from '#event-store/sqlite/sqlite-event-store';
import type { Directory } from '#directory/directory';
import { openSqliteReadStore } from '#read-store/sqlite/sqlite-read-store';
import type { Demonstration } from '#delivery/about-fields';
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
  const opened = await openSqliteEventStore({ path: settings.eventStore.path, clock });
  const store = watch?.store(opened) ?? opened;
  const directory = openDirectory({ path: join(dataDir, 'directory.db'), key: secret.derive('directory') });
  const projector = await startViews({
    events: settings.eventStore.path,
    views: settings.readStore.path,
    store: opened,
    report,
  });
  const readStore = await openSqliteReadStore({ path: settings.readStore.path, access: 'read' });
  const administrator = directory.personRef(
    settings.mode === 'demo' ? demoIssuer : settings.issuer,
    settings.adminSubject,
  );
  const platform = await startPlatform({
    contexts,
    store,
    readStore,
    projector,
    directory,
    people: { persons, grantsOf: grantsOf, organisationsOf: organisationsOf },
    clock,
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
      await platform.projector.reached(await store.head(), 60_000);
    },
  };
  return { platform, directory, secret, demonstration };
}

/** A running API. */
export interface Server {
  readonly url: string;
  /** Where metrics and health details are, unless they are off. */
  readonly adminUrl: string | undefined;
  readonly installation: Installation;
  close(): Promise<void>;
}

/**
 * Serves GraphQL, GraphiQL and health on the address of the settings.
 * @param log told of each request answered, and what Nest has to say
 * @throws SettingsError when an address is taken; everything opened is closed then
 */
export async function serve(settings: Settings, report: Report, log?: Pick<Log, 'request' | 'nest'>): Promise<Server> {
  const watch = await Watch.open(settings, contexts, report, log);
  const installation = await openInstallation(settings, watch.report, watch);
  try {
    const { app, ...at } = await listen(settings, installation, watch, log);
    return {
      ...at,
      installation,
      async close() {
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

async function listen(
  settings: Settings,
  installation: Installation,
  watch: Watch,
  log: Pick<Log, 'nest'> | undefined,
): Promise<Pick<Server, 'url' | 'adminUrl'> & { readonly app: NestFastifyApplication }> {
  const { platform, directory, secret, demonstration } = installation;
  const adapter = new FastifyAdapter({
    logger: false,
    genReqId: () => randomUUID(),
    bodyLimit: 1024 * 1024,
    forceCloseConnections: 'idle',
  });
  const fastify = adapter.getInstance();
  watch.requests(fastify);
  if (settings.mode === 'demo')
    fastify.addHook('onRequest', (_, reply, done) => (reply.header('samverk-mode', 'demo'), done()));
  verifyTokens(fastify, tokenVerifier(settings, secret), directory);
  serveGraphiql(fastify);
  const ready = await readiness(platform);
  serveHealth(fastify, ready);
  const broken = (error: unknown, id: string) => watch.report(error, `request ${id}`, id);
  const module = SamverkModule.of(platform, demonstration, broken);
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: log?.nest ?? ['error', 'warn'],
    abortOnError: false,
  });
  await app.init();
  const adminUrl = await watch.begin(platform, ready);
  const url = await fastify.listen({ port: settings.port, host: settings.host });
  return { app, url, adminUrl };
}

/** Ready once every view is there, with what was recorded before the start, and while no event waits outside a view. */
async function readiness({ projector, store }: Platform): Promise<() => boolean> {
  const head = await store.head();
  return () =>
    projector.position >= head &&
    projector.status(head).every(({ parked, built }) => parked === 0 && built === undefined);
}
