import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as milliseconds } from 'node:timers/promises';
import { afterAll, expect, test } from '@jest/globals';
import { systemClock } from '#delivery/clock';
import { openSqliteEventStore } from '#event-store/sqlite/sqlite-event-store';
import { openPostgresReadStore } from '#read-store/postgres/postgres-read-store';
import { Projector } from '#read-store/projector';
import { PostgresServer, whyNoPostgres } from '../postgres/server.ts';
import { asked, chosen, seed } from './chance.ts';
import { facts, views } from './kept-views.ts';
import { expectAsRebuilt, Load } from './postgres-views.ts';

/** Many more are asked for by SAMVERK_KILLS=100; SAMVERK_SEED repeats the moments, as far as processes can. */
const restarts = asked('SAMVERK_KILLS', 3);
const folder = mkdtempSync(join(tmpdir(), 'samverk-restarts-'));
afterAll(() => rmSync(folder, { recursive: true }));

const missing = whyNoPostgres();
const says = 'views go on by themselves after every restart of PostgreSQL, and hold what a rebuild gives';
const when = missing === undefined || process.env['CI'] ? test : test.skip;

when(
  missing === undefined ? says : `${says} (skipped: ${missing})`,
  async () => {
    const server = await PostgresServer.start({ durable: true });
    const events = await openSqliteEventStore({ path: join(folder, 'events.db'), clock: systemClock });
    const load = new Load();
    try {
      const store = await openPostgresReadStore({ url: server.url });
      let reports = 0;
      const projector = await Projector.start({ events, store, views, facts, report: () => (reports += 1) });
      load.start(events);
      for (let times = 0; times < restarts; times++) {
        while (!(await projector.reached((await events.head()) + 100, 60_000)));
        await milliseconds(chosen(50));
        await server.stop('immediate');
        const before = reports;
        while (reports === before) await milliseconds(10); // it was met without the server
        await server.start();
      }
      await load.stop();
      const head = await events.head();
      while (!(await projector.reached(head, 60_000)));
      // the last commits may be undone, and no event comes that would tell of it
      await server.stop('immediate');
      await server.start();
      const behind = async () => [...(await store.checkpoints()).values()].some(({ position }) => position < head);
      while (await behind().catch(() => true)) await milliseconds(10);
      await projector.stop();
      await store.close();
      console.log(`seed ${seed}: ${restarts} restarts, ${head} events`);
      await expectAsRebuilt(server.url, events);
    } finally {
      await load.stop();
      await events.close();
      await server.remove();
    }
    expect.hasAssertions();
  },
  60_000 + restarts * 20_000,
);
