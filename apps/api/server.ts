import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { NestFactory } from '@nestjs/core';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { serveCatalogue } from '#delivery/catalogue-http';
import { closeInTime, contextOf, drainable, personOf, serveGraphiql, serveHealth, verifyTokens } from '#delivery/http';
import { tokenVerifier } from '#delivery/identity-token';
import type { Log, Report } from '#delivery/log';
import { RateLimits } from '#delivery/rate-limits';
import { SamverkModule } from '#delivery/samverk-module';
import { type Settings, SettingsError } from '#delivery/settings';
import { serveCalendar } from './calendar.ts';
import { contexts } from './contexts.ts';
import { type Installation, openInstallation } from './installation.ts';
import { Watch } from './watch.ts';

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
  const installation = await openInstallation(settings, watch.report, 'api', watch);
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
  keepAliveTimeout: 50_000, // told to clients: one that asks again within it must find the connection open
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
 * no event waits outside a view or a process that is kept here: where workers are apart, one event that waits takes no
 * API out of service.
 */
async function readiness({ platform, check, keeps }: Installation): Promise<() => boolean> {
  const { projector, processes, store } = platform;
  const head = await store.head();
  const takenIn = ({ parked }: { readonly parked: number }) => parked === 0 || !keeps;
  const viewed = () => projector.status(head).every((view) => view.built === undefined && takenIn(view));
  const sound = () => check === undefined || check.state === 'clean';
  return () => sound() && projector.position >= head && viewed() && processes.status().every(takenIn);
}
