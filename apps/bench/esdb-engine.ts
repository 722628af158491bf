import { randomUUID } from 'node:crypto';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { EventStoreDBClient, jsonEvent, NO_STREAM, START, streamNameFilter } from '@eventstore/db-client';
import { demoStart } from '#delivery/clock';
import { openKurrentEventStore } from '#event-store/kurrent/kurrent-event-store';
import type { Engine, RawAppends } from './engine.ts';
import { aCost } from './mandate-history.ts';
import { promisesOnEsdb } from './promises.ts';

/**
 * A real server, started for each history by what EVENTSTORE_COMMAND says: an empty one in the foreground, on `{port}`,
 * with its data in `{folder}`. Beside us stands the client alone, on the same server.
 */
export const esdbEngine = (command: string): Engine => ({
  promised: promisesOnEsdb,
  async placeIn(scratch, folder) {
    const port = await freePort();
    scratch.run(command.replaceAll('{port}', `${port}`).replaceAll('{folder}', `${folder}/esdb`));
    const url = `esdb://127.0.0.1:${port}?tls=false`;
    await answering(`http://127.0.0.1:${port}/health/live`);
    return {
      settings: { EVENT_STORE: url },
      open: () => openKurrentEventStore({ url, clock: { now: () => demoStart } }), // a demo refuses other time
      rawAppends: (_, callers) => clientAppends(url, callers),
      rawRead: () => readAndParse(url),
      commandsAtMost: (connections) => clientAppends(url, connections),
    };
  },
});

/** The client alone: as many callers, each on a stream of its own, whose revision each append checks. */
function clientAppends(url: string, callers: number): RawAppends {
  const client = EventStoreDBClient.connectionString(url);
  const { event } = aCost();
  const { id: _, type, data, ...metadata } = event;
  const callersOf = Array.from({ length: callers }, () => {
    const { stream } = aCost();
    let expectedRevision: bigint | typeof NO_STREAM = NO_STREAM;
    return async (time: number): Promise<number> => {
      let done = 0;
      for (; performance.now() < time; done++) {
        const proposed = jsonEvent({ id: randomUUID(), type, data, metadata });
        ({ nextExpectedRevision: expectedRevision } = await client.appendToStream(stream, [proposed], {
          expectedRevision,
        }));
      }
      return done;
    };
  });
  return {
    async until(time) {
      const done = await Promise.all(callersOf.map((caller) => caller(time)));
      return done.reduce((sum, one) => sum + one, 0);
    },
    close: () => client.dispose(),
  };
}

/** Every event that is not the server's own, by the client's subscription, until it has caught up. */
async function readAndParse(url: string): Promise<number> {
  const client = EventStoreDBClient.connectionString(url);
  const filter = streamNameFilter({ regex: '^[a-z]+-' });
  const reading = client.subscribeToAll({ fromPosition: START, filter });
  let read = 0;
  reading.on('data', ({ event }) => (read += event ? 1 : 0));
  await once(reading, 'caughtUp');
  await reading.unsubscribe();
  await client.dispose();
  return read;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

/** @throws Error when it does not answer within half a minute */
async function answering(url: string): Promise<void> {
  for (const until = performance.now() + 30_000; ; await delay(200)) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    if (performance.now() > until) throw new Error(`EVENTSTORE_COMMAND was run, and nothing answers at ${url}`);
  }
}
