import { describe, expect } from '@jest/globals';
import type { StoredEvent } from '#kernel/envelope';
import type { Batch, Subscribe } from './event-store.ts';
import { anEvent, events, freshName, freshStream, ids } from './under-test.contract.ts';
import type { UnderTest } from './under-test.contract.ts';

export function subscribingContract({ sentence, store, reopen }: UnderTest): void {
  /** Follows a subscription until it has come as far as wanted. */
  const follow = async (options: Subscribe, until: (batches: readonly Batch[]) => boolean): Promise<Batch[]> => {
    const batches: Batch[] = [];
    for await (const batch of store().subscribe(options)) {
      batches.push(batch);
      if (until(batches)) break;
    }
    return batches;
  };
  const eventsOf = (batches: readonly Batch[]): StoredEvent[] => batches.flatMap((batch) => batch.events);
  const has = (count: number) => (batches: readonly Batch[]) => eventsOf(batches).length >= count;
  const upTo = (position: number) => (batches: readonly Batch[]) => (batches.at(-1)?.position ?? 0) >= position;
  const begin = (options: Subscribe): AsyncIterator<Batch, undefined> =>
    store().subscribe(options)[Symbol.asyncIterator]() as AsyncIterator<Batch, undefined>;
  /** Pulls until the subscription says that it is at the head. */
  const catchUp = async (subscription: AsyncIterator<Batch, undefined>): Promise<Batch[]> => {
    const batches: Batch[] = [];
    while (batches.at(-1)?.caughtUp !== true) {
      const { value, done } = await subscription.next();
      if (done) throw new Error('the subscription ended');
      batches.push(value);
    }
    return batches;
  };

  describe('subscribing', () => {
    sentence('joins what is stored to what comes while many append, without gap or repeat', async () => {
      const category = freshName();
      const filter = { categories: [category] };
      const after = await store().head();
      const streams = Array.from({ length: 4 }, () => freshStream(category));
      const append = async (count: number): Promise<void> => {
        const each = streams.map(async (stream) => {
          for (let left = count; left > 0; left--) await store().append(stream, events(left % 3 || 1), 'any');
        });
        await Promise.all(each);
      };
      await append(20);
      const stored = await store().readAll({ after, limit: 1_000, filter });
      const half = stored[stored.length >> 1]?.position ?? 0;
      const subscriptions = [after, half, stored.at(-1)?.position ?? 0].map((from) =>
        begin({ after: from, filter, batch: 7 }),
      );
      const seen = subscriptions.map(() => [] as StoredEvent[]);
      let last = Infinity;
      const following = subscriptions.map(async (subscription, index) => {
        for (let position = 0; position < last;) {
          const { value, done } = await subscription.next();
          if (done) throw new Error('the subscription ended');
          seen[index]?.push(...value.events);
          position = value.position;
        }
      });
      await append(20);
      const { position } = await store().append(freshStream(category), [anEvent()], 'none');
      last = position;
      await Promise.all(following);
      const all = await store().readAll({ after, limit: 1_000, filter });
      expect(seen[0]).toEqual(all);
      expect(seen[1]).toEqual(all.filter((event) => event.position > half));
      expect(seen[2]).toEqual(all.slice(stored.length));
    });

    sentence('gives batches no larger than asked for, however slow the consumer, and misses nothing', async () => {
      const category = freshName();
      const after = await store().head();
      const written = [events(5), events(5)];
      await store().append(freshStream(category), written[0] ?? [], 'none');
      const subscription = begin({ after, batch: 2, filter: { categories: [category] } });
      const first = await subscription.next();
      for (const event of written[1] ?? []) await store().append(freshStream(category), [event], 'none');
      const batches = [first.value as Batch, ...(await catchUp(subscription))];
      expect(ids(eventsOf(batches))).toEqual(ids(written.flat()));
      expect(Math.max(...batches.map((batch) => batch.events.length))).toBe(2);
      await subscription.return?.();
    });

    sentence('gives positions from which a later subscription goes on', async () => {
      const category = freshName();
      const after = await store().head();
      const written = events(10);
      for (const event of written) await store().append(freshStream(category), [event], 'any');
      const seen: StoredEvent[] = [];
      for (let position = after; seen.length < written.length;) {
        const [batch] = await follow({ after: position, batch: 3, filter: { categories: [category] } }, () => true);
        seen.push(...(batch?.events ?? []));
        position = batch?.position ?? position;
      }
      expect(ids(seen)).toEqual(ids(written));
    });

    sentence(
      'says once that it has caught up each time it is at the head, also when there is nothing to give',
      async () => {
        const category = freshName();
        const filter = { categories: [category] };
        const subscription = begin({ after: await store().head(), filter });
        const atHead = await catchUp(subscription);
        expect(eventsOf(atHead)).toEqual([]);
        const written = events(2);
        const pulled = subscription.next(); // waits: it was said already
        const { position } = await store().append(freshStream(category), written, 'none');
        const first = (await pulled).value as Batch;
        expect(first.position).toBeGreaterThan(atHead.at(-1)?.position ?? 0);
        const batches = [first, ...(first.caughtUp ? [] : await catchUp(subscription))];
        expect(ids(eventsOf(batches))).toEqual(ids(written));
        expect(batches.at(-1)?.position).toBeGreaterThanOrEqual(position);
        await subscription.return?.();
      },
    );

    sentence('moves on past what the filter leaves out, stored before or coming now', async () => {
      const [category, type] = [freshName(), freshName()];
      const after = await store().head();
      const before = await store().append(freshStream(), events(3), 'none');
      for (const filter of [{ categories: [category] }, { types: [type] }]) {
        const subscription = begin({ after, filter });
        const caughtUp = await catchUp(subscription);
        expect(eventsOf(caughtUp)).toEqual([]);
        expect(caughtUp.at(-1)?.position).toBeGreaterThanOrEqual(before.position);
        const now = await store().append(freshStream(), events(2), 'none');
        const moved = await catchUp(subscription);
        expect(eventsOf(moved)).toEqual([]);
        expect(moved.at(-1)?.position).toBeGreaterThanOrEqual(now.position);
        await subscription.return?.();
      }
      const wanted = anEvent({ type });
      const { position } = await store().append(freshStream(category), [anEvent(), wanted], 'none');
      expect(ids(eventsOf(await follow({ after, filter: { types: [type] } }, upTo(position))))).toEqual([wanted.id]);
    });

    sentence('serves many subscribers at once, each with all of it', async () => {
      const category = freshName();
      const after = await store().head();
      const written = events(20);
      const subscribers = Array.from({ length: 50 }, () =>
        follow({ after, filter: { categories: [category] } }, has(written.length)),
      );
      for (const event of written) await store().append(freshStream(category), [event], 'none');
      for (const batches of await Promise.all(subscribers)) expect(ids(eventsOf(batches))).toEqual(ids(written));
    });

    sentence('ends when its signal aborts: before it began, while it waits, or while the consumer works', async () => {
      const after = await store().head();
      expect(await follow({ after, signal: AbortSignal.abort() }, () => false)).toEqual([]);

      const waiting = new AbortController();
      const category = freshName();
      const subscription = begin({ after, filter: { categories: [category] }, signal: waiting.signal });
      await catchUp(subscription);
      const pulled = subscription.next();
      waiting.abort();
      expect((await pulled).done).toBe(true);

      const working = new AbortController();
      const stream = freshStream(category);
      await store().append(stream, events(9), 'none');
      const options = { after, batch: 2, filter: { categories: [category] }, signal: working.signal };
      const seen = await follow(options, (batches) => {
        if (eventsOf(batches).length === 4) working.abort();
        return false;
      });
      expect(eventsOf(seen)).toHaveLength(4);
    });

    sentence('ends when the store closes', async () => {
      const subscription = begin({ after: await store().head(), filter: { categories: [freshName()] } });
      await catchUp(subscription);
      const pulled = subscription.next();
      await reopen();
      expect((await pulled).done).toBe(true);
    });
  });
}
