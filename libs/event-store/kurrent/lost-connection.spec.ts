import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { StoredEvent } from '#kernel/envelope';
import { anEvent, events, freshName, freshStream, ids, whole } from '../under-test.contract.ts';
import { type KurrentEventStore, openKurrentEventStore } from './kurrent-event-store.ts';

const url = process.env['EVENTSTORE_URL'];
const host = /^(\w+:\/\/(?:[^@/]*@)?)([^/?,:]+):(\d+)(?=[/?].*tls=false)/;

/** Stands between a store and the server, and cuts connections when it is told to. */
class Between {
  readonly #server = createServer((here) => this.#join(here));
  readonly #to: { readonly host: string; readonly port: number };
  readonly #open = new Set<Socket>();
  /** While set, what the server answers goes nowhere. */
  deaf = false;
  #asked = Promise.withResolvers<void>();

  constructor(to: { readonly host: string; readonly port: number }) {
    this.#to = to;
  }

  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  /** Resolves when the next thing is sent to the server. */
  asked(): Promise<void> {
    this.#asked = Promise.withResolvers();
    return this.#asked.promise;
  }

  cut(): void {
    for (const socket of this.#open) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    this.#server.close();
    this.cut();
    await once(this.#server, 'close');
  }

  #join(here: Socket): void {
    const there = connect(this.#to);
    for (const [one, other] of [
      [here, there],
      [there, here],
    ] as const) {
      this.#open.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        this.#open.delete(one);
        other.destroy();
      });
    }
    here.on('data', (bytes) => {
      there.write(bytes);
      this.#asked.resolve();
    });
    there.on('data', (bytes) => {
      if (!this.deaf) here.write(bytes);
    });
  }
}

function lostConnections(server: string): void {
  const [, , address = '', port] = host.exec(server) ?? [];
  const between = new Between({ host: address, port: Number(port) });
  let store: KurrentEventStore;
  let direct: KurrentEventStore;
  const clock = { now: () => '2017-01-02T08:00:00.000Z' };
  beforeAll(async () => {
    const through = await between.listen();
    store = await openKurrentEventStore({ url: server.replace(host, `$1127.0.0.1:${through}`), clock });
    direct = await openKurrentEventStore({ url: server, clock });
  });
  afterAll(async () => {
    await Promise.all([store.close(), direct.close()]);
    await between.close();
  });

  describe('a connection that is lost', () => {
    test('after an append was written and before that was said: it is asked for again, and said to be new', async () => {
      const here = freshStream();
      const written = events(3);
      await store.append(here, written.slice(0, 1), 'none');
      between.deaf = true;
      const appending = store.append(here, written.slice(1), 0);
      while ((await whole(direct, here)).length < 3);
      between.deaf = false;
      between.cut();
      expect(await appending).toMatchObject({ revision: 2, repeated: false });
      expect(ids(await whole(direct, here))).toEqual(ids(written));
      expect(await store.append(here, written.slice(1), 0)).toMatchObject({ revision: 2, repeated: true });
    });

    test('after an append that expected nothing was written, and others wrote after it: it is not written again', async () => {
      const here = freshStream();
      const [own, others] = [events(2), events(2)];
      await store.append(here, [anEvent()], 'none');
      between.deaf = true;
      const appending = store.append(here, own, 'any');
      while ((await whole(direct, here)).length < 3);
      await direct.append(here, others, 2);
      between.deaf = false;
      between.cut();
      expect(await appending).toMatchObject({ revision: 2, repeated: false });
      expect(ids(await whole(direct, here)).slice(1)).toEqual(ids([...own, ...others]));
    });

    test('and what was written is read here, before it is asked for again: it is still said to be new', async () => {
      const here = freshStream();
      await store.append(here, [anEvent()], 'none');
      between.deaf = true;
      const appending = store.append(here, events(2), 0);
      while ((await whole(direct, here)).length < 3);
      for (let times = 0; times < 6; times++) {
        const again = between.asked();
        between.cut(); // each time it waits twice as long
        if (times < 5) await again;
      }
      between.deaf = false;
      expect(await whole(store, here)).toHaveLength(3);
      expect(await appending).toMatchObject({ revision: 2, repeated: false });
      expect(await whole(direct, here)).toHaveLength(3);
    });

    test('again and again while 64 append and many follow: each event is there once, and each sees it once, in order', async () => {
      const category = freshName();
      const filter = { categories: [category] };
      const after = await store.head();
      const callers = 64;
      const each = 12;
      const followed = Array.from({ length: 4 }, async () => {
        const seen: StoredEvent[] = [];
        for await (const { events: batch } of store.subscribe({ after, filter, batch: 10 })) {
          seen.push(...batch);
          if (seen.length >= callers * each) return seen;
        }
        return seen;
      });
      let acknowledged = 0;
      let cuts = 0;
      const called = Array.from({ length: callers }, async (_, caller) => {
        const here = freshStream(category);
        const through = caller % 4 === 0 ? direct : store; // what fails one store of a process fails no other
        for (let count = 0; count < each; count++) {
          const { repeated } = await through.append(here, [anEvent()], count === 0 ? 'none' : count - 1);
          expect(repeated).toBe(false);
          acknowledged += 1;
          if (acknowledged % 75 === 0) {
            cuts += 1;
            between.cut();
          }
        }
      });
      await Promise.all(called);
      const all = await direct.readAll({ after, limit: 10_000, filter });
      expect(all).toHaveLength(callers * each);
      expect(new Set(ids(all)).size).toBe(callers * each);
      for (const seen of await Promise.all(followed)) expect(seen).toEqual(all);
      expect(cuts).toBe(10);
    });
  });
}

if (url === undefined || !host.test(url))
  test.skip('A connection that is lost: not run, EVENTSTORE_URL names no server of one node without TLS (test/contract/README.md)', () => {});
else lostConnections(url);
