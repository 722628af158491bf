import 'reflect-metadata';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { openDirectory } from '#directory/directory';
import { identityContext } from '#contexts/identity/identity.context';
import { grantsOf, organisationsOf, persons } from '#contexts/identity/public';
import { mandateContext } from '#contexts/mandate/mandate.context';
import { openDemoClock, refuseDemoClock, systemAlarm, systemClock } from '#delivery/clock';
import { serveGraphiql, serveHealth, verifyTokens } from '#delivery/http';
import { demoIssuer, tokenVerifier } from '#delivery/identity-token';
import { type Platform, startPlatform } from '#delivery/platform';
import { SamverkModule } from '#delivery/samverk-module';
import { loadSecret, type Secret } from '#delivery/secret';
import { type Settings, SettingsError } from '#delivery/settings';
import { openSqliteEventStore } from '#event-store/sqlite/sqlite-event-store';
import type { Directory } from '#directory/directory';
import type { Context } from '#kernel/context';
import { openSqliteProcessStore } from '#processes/sqlite/sqlite-process-store';
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
  const store = await openSqliteEventStore({ path: settings.eventStore.path, clock });
  const directory = openDirectory({ path: join(dataDir, 'directory.db'), key: secret.derive('directory') });
  const readStore = await openSqliteReadStore({ path: settings.readStore.path });
  const processStore = await openSqliteProcessStore({ path: join(dataDir, 'processes.db') });
  const administrator = directory.personRef(
    settings.mode === 'demo' ? demoIssuer : settings.issuer,
    settings.adminSubject,
  );
  const platform = await startPlatform({
    contexts,
    store,
    readStore,
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
    report,
  });
  const demonstration = demoClock && {
    async moveTo(to: string) {
      demoClock.moveTo(to);
      await platform.processes.settled(60_000);
      await platform.projector.reached(await store.head(), 60_000);
    },
  };
  return { platform, directory, secret, demonstration };
}

/** A running API. */
export interface Server {
  readonly url: string;
  readonly installation: Installation;
  close(): Promise<void>;
}

/**
 * Serves GraphQL, GraphiQL and health on the address of the settings.
 * @throws SettingsError when the address is taken; everything opened is closed then
 */
export async function serve(settings: Settings, report: Report): Promise<Server> {
  const installation = await openInstallation(settings, report);
  try {
    const { app, url } = await listen(settings, installation, report);
    return {
      url,
      installation,
      async close() {
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
): Promise<{ readonly app: NestFastifyApplication; readonly url: string }> {
  const { platform, directory, secret, demonstration } = installation;
  const adapter = new FastifyAdapter({ logger: false, bodyLimit: 1024 * 1024, forceCloseConnections: 'idle' });
  const fastify = adapter.getInstance();
  if (settings.mode === 'demo')
    fastify.addHook('onRequest', (_, reply, done) => (reply.header('samverk-mode', 'demo'), done()));
  verifyTokens(fastify, tokenVerifier(settings, secret), directory);
  serveGraphiql(fastify);
  serveHealth(fastify, await readiness(platform));
  const broken = (error: unknown, id: string) => report(error, `request ${id}`);
  const module = SamverkModule.of(platform, demonstration, broken);
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: ['error', 'warn'],
    abortOnError: false,
  });
  await app.init();
  const url = await fastify.listen({ port: settings.port, host: settings.host });
  return { app, url };
}

/** Ready once the views have taken in what was there at the start, and while no event waits outside a view or a process. */
async function readiness({ projector, processes, store }: Platform): Promise<() => boolean> {
  const head = await store.head();
  const taken = () => [...projector.status(), ...processes.status()].every(({ parked }) => parked === 0);
  return () => projector.position >= head && taken();
}
