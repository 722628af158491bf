import 'reflect-metadata';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { openDirectory } from '#directory/directory';
import { identityContext } from '#contexts/identity/identity.context';
import { grantsOf, organisationsOf, persons } from '#contexts/identity/public';
import { mandateContext } from '#contexts/mandate/mandate.context';
import { openDemoClock, refuseDemoClock, systemClock } from '#delivery/clock';
import { drainable, serveGraphiql, serveHealth, verifyTokens } from '#delivery/http';
import { demoIssuer, tokenVerifier } from '#delivery/identity-token';
import { type Platform, startPlatform } from '#delivery/platform';
import { SamverkModule } from '#delivery/samverk-module';
import { loadSecret, type Secret } from '#delivery/secret';
import { type Settings, SettingsError } from '#delivery/settings';
import { StoreUnusable } from '#event-store/event-store';
import type { Check } from '#event-store/sqlite/background-check';
import { openSqliteEventStore } from '#event-store/sqlite/sqlite-event-store';
import type { Directory } from '#directory/directory';
import type { Context } from '#kernel/context';
import { openSqliteReadStore } from '#read-store/sqlite/sqlite-read-store';
import type { Demonstration } from '#delivery/about-fields';

/** Every context of the system. */
export const contexts: readonly Context[] = [identityContext, mandateContext];

/** Stores, people and clock as the settings say: what serves, and what the command line uses. */
export interface Installation {
  readonly platform: Platform;
  readonly directory: Directory;
  readonly secret: Secret;
  readonly demonstration: Demonstration | undefined;
  /** What is known of the event store as a whole: after an unclean stop it is checked in the background. */
  readonly check: Check;
}

export type Report = (error: unknown, what: string) => void;

/** @throws SettingsError, StoreUnusable, ReadStoreUnusable, DirectoryUnusable: each says what was found and the way out */
export async function openInstallation(settings: Settings, report: Report): Promise<Installation> {
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
  const checked = ({ state, problems }: Check) => {
    if (state !== 'clean') report(new StoreUnusable(`${path}: ${problems.join('; ')}`), 'the check of the whole store');
  };
  const store = await openSqliteEventStore({ path, clock, checked, ...(maxBytes !== undefined && { maxBytes }) });
  opened.defer(() => store.close());
  const directory = openDirectory({ path: join(dataDir, 'directory.db'), key: secret.derive('directory') });
  opened.defer(() => directory.close());
  const readStore = await openSqliteReadStore({ path: settings.readStore.path });
  const administrator = directory.personRef(
    settings.mode === 'demo' ? demoIssuer : settings.issuer,
    settings.adminSubject,
  );
  const platform = await startPlatform({
    contexts,
    store,
    readStore,
    directory,
    people: { persons, grantsOf: grantsOf, organisationsOf: organisationsOf },
    clock,
    secret,
    mandatedOrgId,
    firstAdministrator: {
      person: administrator,
      grant: { role: 'SYSTEM_ADMIN', org: mandatedOrgId, for: mandatedOrgId },
    },
    report,
  });
  const demonstration = demoClock && {
    async moveTo(to: string) {
      demoClock.moveTo(to);
      await platform.projector.reached(await store.head(), 60_000);
    },
  };
  opened.move(); // from here on by the platform
  return { platform, directory, secret, demonstration, check: store.check };
}

/** A running API. */
export interface Server {
  readonly url: string;
  readonly installation: Installation;
  /** Every request that has come is answered, and what was acknowledged is stored. */
  close(): Promise<void>;
}

/**
 * Serves GraphQL, GraphiQL and health on the address of the settings.
 * @throws SettingsError when the address is taken; everything opened is closed then
 */
export async function serve(settings: Settings, report: Report): Promise<Server> {
  const installation = await openInstallation(settings, report);
  try {
    const { app, url, drain } = await listen(settings, installation, report);
    return {
      url,
      installation,
      async close() {
        await drain();
        await app.close();
        await installation.platform.close();
      },
    };
  } catch (error) {
    await installation.platform.close();
    if ((error as { code?: unknown }).code !== 'EADDRINUSE') throw error;
    throw new SettingsError([
      `PORT ${settings.port} on ${settings.host} is taken: stop what listens there, or set another PORT`,
    ]);
  }
}

async function listen(
  settings: Settings,
  installation: Installation,
  report: Report,
): Promise<{ readonly app: NestFastifyApplication; readonly url: string; readonly drain: () => Promise<void> }> {
  const { platform, directory, secret, demonstration } = installation;
  const adapter = new FastifyAdapter({ logger: false, bodyLimit: 1024 * 1024, forceCloseConnections: 'idle' });
  const fastify = adapter.getInstance();
  if (settings.mode === 'demo')
    fastify.addHook('onRequest', (_, reply, done) => (reply.header('samverk-mode', 'demo'), done()));
  const drain = drainable(fastify);
  verifyTokens(fastify, tokenVerifier(settings, secret), directory);
  serveGraphiql(fastify);
  serveHealth(fastify, await readiness(installation));
  const broken = (error: unknown, id: string) => report(error, `request ${id}`);
  const module = SamverkModule.of(platform, demonstration, broken);
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: ['error', 'warn'],
    abortOnError: false,
  });
  await app.init();
  const url = await fastify.listen({ port: settings.port, host: settings.host });
  return { app, url, drain };
}

/**
 * Ready once the views have taken in what was there at the start and the store was seen to be whole, and while no event
 * waits outside a view.
 */
async function readiness({ platform: { projector, store }, check }: Installation): Promise<() => boolean> {
  const head = await store.head();
  return () =>
    check.state === 'clean' && projector.position >= head && projector.status().every(({ parked }) => parked === 0);
}
