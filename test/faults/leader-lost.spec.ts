import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { contexts } from '#apps/api/contexts';
import { history } from '#apps/bench/mandate-history';
import { factsOf } from '#delivery/checks';
import { systemClock } from '#delivery/clock';
import { type KurrentEventStore, openKurrentEventStore } from '#event-store/kurrent/kurrent-event-store';
import type { StoredEvent } from '#kernel/envelope';
import { Projector } from '#read-store/projector';
import { openSqliteReadStore } from '#read-store/sqlite/sqlite-read-store';
import { contentOf } from './api-survives-kill.stores.ts';
import { asked, chosen, seed } from './chance.ts';
import { Cluster } from './leader-lost.cluster.ts';

const command = process.env['EVENTSTORE_NODE_COMMAND'];
/** SAMVERK_KILLS=20 asks for as many: each costs half a minute, until the cluster is whole again. */
const kills = Math.min(asked('SAMVERK_KILLS', 3), 100);
const callers = 16;

/** An event that was acknowledged. */
interface Acknowledged {
  readonly id: string;
  readonly stream: string;
  readonly revision: number;
  readonly position: number;
}

if (command === undefined)
  test.skip('A leader that is lost: not run, EVENTSTORE_NODE_COMMAND tells no way to start a node of a cluster (test/contract/README.md)', () => {});
else {
  const folder = mkdtempSync(join(tmpdir(), 'samverk-cluster-'));
  const cluster = new Cluster(command, folder);
  let store: KurrentEventStore;
  beforeAll(async () => {
    await cluster.whole();
    store = await openKurrentEventStore({ url: cluster.url, clock: systemClock });
  }, 300_000);
  afterAll(async () => {
    await store?.close();
    await cluster.end();
    rmSync(folder, { recursive: true });
  });

  test(
    'a leader that is killed again and again, while many append, costs no event, doubles none, and every view is as if nothing had been',
    async () => {
      const acknowledged: Acknowledged[] = [];
      const wrong: unknown[] = [];
      let last = performance.now();
      let longest = 0;
      let told = Promise.withResolvers<void>();
      const reached = async (count: number) => {
        while (acknowledged.length < count && wrong.length === 0) await told.promise;
      };
      let stopping = false;
      const call = async () => {
        const revisions = new Map<string, number>();
        for (const { stream, event } of history(Infinity)) {
          if (stopping) return;
          const { revision, position, repeated } = await store.append(stream, [event], revisions.get(stream) ?? 'none');
          if (repeated) wrong.push(`${event.id} was new and is said to have been there`);
          revisions.set(stream, revision);
          acknowledged.push({ id: event.id, stream, revision, position });
          longest = Math.max(longest, performance.now() - last);
          last = performance.now();
          told.resolve();
          told = Promise.withResolvers();
        }
      };
      const failed = (error: unknown) => {
        wrong.push(error);
        told.resolve();
      };

      const seen: StoredEvent[] = [];
      const reading = new AbortController();
      const following = (async () => {
        for await (const { events } of store.subscribe({ after: 0, signal: reading.signal })) seen.push(...events);
      })().catch(failed);
      const live = await projected(store, join(folder, 'live.db'), () => {});
      const calling = Array.from({ length: callers }, () => call().catch(failed));

      for (let times = 0; times < kills; times++) {
        await reached(acknowledged.length + callers + chosen(500));
        const killed = await cluster.killLeader();
        await reached(acknowledged.length + callers * 4);
        cluster.restart(killed);
        await cluster.whole();
      }
      stopping = true;
      await Promise.all(calling);
      expect(wrong).toEqual([]);

      const all = await everything(store);
      const stored = new Map(all.map((event) => [event.id, event]));
      expect(stored.size).toBe(all.length);
      const lost = acknowledged.filter(({ id, stream, revision, position }) => {
        const there = stored.get(id);
        return there?.stream !== stream || there.revision !== revision || there.position !== position;
      });
      expect(lost).toEqual([]);
      expect(all).toHaveLength(acknowledged.length);
      const next = new Map<string, number>();
      for (const { stream, revision } of all) {
        expect([stream, revision]).toEqual([stream, next.get(stream) ?? 0]);
        next.set(stream, revision + 1);
      }

      expect(await live.reached(await store.head(), 60_000)).toBe(true);
      await live.end();
      reading.abort();
      await following;
      expect(seen).toEqual(all);
      const fresh = await projected(store, join(folder, 'fresh.db'), failed);
      expect(await fresh.reached(await store.head(), 60_000)).toBe(true);
      await fresh.end();
      expect(wrong).toEqual([]);
      expect(contentOf(join(folder, 'live.db'))).toEqual(contentOf(join(folder, 'fresh.db')));
      console.log(
        `seed ${seed}: ${kills} leaders killed, ${acknowledged.length} events acknowledged, none lost, none doubled; ` +
          `${seen.length} seen once each and in order; at most ${Math.round(longest)} ms without an answer`,
      );
    },
    120_000 + kills * 120_000,
  );
}

/** All views, kept up to date with a store in a file of their own. */
async function projected(events: KurrentEventStore, path: string, report: (error: unknown) => void) {
  const store = await openSqliteReadStore({ path });
  const projector = await Projector.start({
    events,
    store,
    views: contexts.flatMap(({ views }) => views),
    facts: Object.fromEntries(factsOf(contexts)),
    report,
  });
  return {
    reached: (position: number, withinMs: number) => projector.reached(position, withinMs),
    async end() {
      await projector.stop();
      await store.close();
    },
  };
}

async function everything(store: KurrentEventStore): Promise<StoredEvent[]> {
  const all: StoredEvent[] = [];
  for (let after = 0; ;) {
    const page = await store.readAll({ after, limit: 1_000 });
    all.push(...page);
    after = page.at(-1)?.position ?? after;
    if (page.length < 1_000) return all;
  }
}
