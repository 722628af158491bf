import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';

/** So often, in milliseconds, the server is asked whether it is still there: a connection may end without a word. */
const askedEvery = 5_000;
const patience = 5_000;
const firstWait = 100;
const longestWait = 2_000;

/** See `Database.listen`. */
export async function* notifications(
  connect: () => Client,
  channel: string,
  signal: AbortSignal,
): AsyncGenerator<void, void> {
  for (let wait = firstWait; !signal.aborted; wait = Math.min(wait * 2, longestWait)) {
    const client = connect();
    const lost = new AbortController();
    const over = AbortSignal.any([signal, lost.signal]);
    let heard = true;
    let wake = Promise.withResolvers<void>();
    client.on('error', () => lost.abort());
    client.on('end', () => lost.abort());
    client.on('notification', () => {
      heard = true;
      wake.resolve();
    });
    over.addEventListener('abort', () => wake.resolve());
    let asking: NodeJS.Timeout | undefined;
    try {
      await client.connect();
      await client.query(`LISTEN ${channel}`);
      asking = setInterval(() => {
        const question = { text: 'SELECT 1', query_timeout: patience } as { text: string };
        client.query(question).catch(() => lost.abort());
      }, askedEvery);
      wait = firstWait;
      while (!over.aborted) {
        wake = Promise.withResolvers();
        if (heard) {
          heard = false;
          yield;
        } else await wake.promise;
      }
    } catch {
      // the server is away: it is tried again
    } finally {
      clearInterval(asking);
      client.end().catch(() => undefined);
    }
    await delay(wait, undefined, { signal }).catch(() => undefined);
  }
}
