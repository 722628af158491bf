import { setTimeout as delay } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { Client } from 'pg';
import { history } from '#apps/bench/mandate-history';
import type { EventStore } from '#event-store/event-store';
import { historyRules } from '#read-store/history-rules';
import { openPostgresReadStore } from '#read-store/postgres/postgres-read-store';
import { historyName } from '#read-store/read-store';
import { rebuild } from '#read-store/rebuild';
import { contentOf } from '../postgres/content.ts';
import { facts, views } from './kept-views.ts';

const names = [historyName, ...views.map(({ name }) => name)];

/** Records made-up mandates, a few events at a time, until it is told to end. */
export class Load {
  readonly #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();

  start(events: EventStore): void {
    this.#running = this.#record(events);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #record(events: EventStore): Promise<void> {
    let some: Promise<unknown>[] = [];
    for (const { stream, event } of history(1_000_000)) {
      some.push(events.append(stream, [event], 'any'));
      if (some.length < 5) continue;
      await Promise.all(some);
      some = [];
      if (this.#stopping.signal.aborted) return;
      await delay(20); // the load is to last, not to be large
    }
  }
}

/** Expects that what lies there is what a new read store, built in one go from these events, holds. */
export async function expectAsRebuilt(url: string, events: EventStore): Promise<void> {
  const fresh = new URL(url);
  fresh.pathname = `rebuilt_${Date.now()}`;
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(`CREATE DATABASE ${fresh.pathname.slice(1)} TEMPLATE template0`);
  try {
    const store = await openPostgresReadStore({ url: fresh.href });
    await store.prepare(views, historyRules(facts));
    const wrong: unknown[] = [];
    await rebuild({ store, views, facts, events, names, report: (error) => wrong.push(error) });
    await store.close();
    expect(wrong).toEqual([]);
    const [there, expected] = [await contentOf(url), await contentOf(fresh.href)];
    expect([...there.keys()].sort()).toEqual([...expected.keys()].sort());
    for (const [table, rows] of expected) expect([table, there.get(table)]).toEqual([table, rows]);
  } finally {
    await client.query(`DROP DATABASE ${fresh.pathname.slice(1)} WITH (FORCE)`);
    await client.end();
  }
}
