import { randomUUID } from 'node:crypto';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventStoreContract } from '../event-store.contract.ts';
import { maxAppendBytes, StoreUnusable } from '../event-store.ts';
import { anEvent, events, freshName, freshStream, ids, whole } from '../under-test.contract.ts';
import { type KurrentEventStore, openKurrentEventStore } from './kurrent-event-store.ts';

const url = process.env['EVENTSTORE_URL'];
const now = '2017-01-02T08:00:00.000Z';
const open = (at = url): Promise<KurrentEventStore> =>
  openKurrentEventStore({ url: at ?? '', clock: { now: () => now } });

if (url === undefined)
  test.skip('EventStoreDB keeps the contract of an event store: not run, EVENTSTORE_URL names no server (test/contract/README.md)', () => {});
else {
  eventStoreContract('EventStoreDB', open);
  withServer(url);
}

function withServer(server: string): void {
  const bare = EventStoreDBClient.connectionString(server);
  const theirs = (type = 'Theirs') => jsonEvent({ type, data: { of: 'others' } });
  let store: KurrentEventStore;
  let other: KurrentEventStore;
  beforeAll(async () => {
    [store, other] = [await open(), await open()];
  });
  afterAll(async () => {
    await Promise.all([store.close(), other.close(), bare.dispose()]);
  });

  describe('on the server', () => {
    test('an event has its own type, data and id, and what belongs together is found by the projections', async () => {
      const here = freshStream();
      const cause = anEvent();
      const effect = anEvent({ type: 'Answered', data: { said: 'ja' }, correlation: 'c-1', causation: cause.id });
      await store.append(here, [cause, effect], 'none');
      const [first, second] = await Array.fromAsync(bare.readStream(here), ({ event }) => event);
      expect(second).toMatchObject({ id: effect.id, type: 'Answered', data: { said: 'ja' }, isJson: true });
      expect(second?.metadata).toMatchObject({ $correlationId: 'c-1', $causationId: cause.id, recordedAt: now });
      expect(first?.metadata).not.toHaveProperty('$causationId');
    });

    test('events of others are left out of the whole, and counted nowhere', async () => {
      const [category, type] = [freshName(), freshName()];
      const after = await store.head();
      const filter = { categories: [category] };
      await bare.appendToStream(freshStream(category), [theirs(type), theirs(type)]);
      await bare.appendToStream(`Other_${category}`, theirs(type));
      expect(await store.head()).toBe(after);
      const [mine] = events(1, { type });
      await store.append(freshStream(category), mine ? [mine] : [], 'none');
      expect(ids(await store.readAll({ after, limit: 10, filter }))).toEqual([mine?.id]);
      expect(ids(await store.readAll({ after, limit: 10, filter: { types: [type] } }))).toEqual([mine?.id]);
    });

    test('an event of others in a stream of ours is refused when it is read, and named', async () => {
      const here = freshStream();
      await store.append(here, events(1), 'none');
      await bare.appendToStream(here, theirs());
      await expect(whole(store, here)).rejects.toThrow(`Event 1 of ${here} was not written by Samverk`);
      await expect(whole(store, here)).rejects.toBeInstanceOf(StoreUnusable);
    });

    test('a stream that was deleted with its tools is refused, and one that was cut', async () => {
      const [gone, back, cut] = [freshStream(), freshStream(), freshStream()];
      for (const stream of [gone, back, cut]) await store.append(stream, events(3), 'none');
      await bare.tombstoneStream(gone);
      await bare.deleteStream(back);
      await bare.setStreamMetadata(cut, { truncateBefore: 2 });
      await expect(store.append(gone, events(1), 'any')).rejects.toThrow('was deleted with a tool of the server');
      await expect(whole(store, cut)).rejects.toThrow(`${cut} has a gap before 2`);
      await expect(other.append(cut, events(1), 'any')).rejects.toThrow(`${cut} lacks what stood before revision 2`);
      await expect(other.append(back, events(1), 'any')).rejects.toThrow('went on at revision 3');
    });
  });

  test('a subscriber has not caught up while only a part of an append has come', async () => {
    const category = freshName();
    const appends = 5;
    const each = 1_000;
    const after = await store.head();
    let seen = 0;
    const following = (async () => {
      const subscription = store.subscribe({ after, filter: { categories: [category] }, batch: 7_000 });
      for await (const { events: batch, caughtUp } of subscription) {
        seen += batch.length;
        if (caughtUp) expect(seen % each).toBe(0);
        if (seen === appends * each) return;
      }
    })();
    for (let times = 0; times < appends; times++) await other.append(freshStream(category), events(each), 'none');
    await following;
  });

  test('there is room for as many events as an append may hold, as large as it may be, on a long stream', async () => {
    const here = freshStream();
    const text = 'x'.repeat(
      Math.floor(maxAppendBytes / 1_000) - Buffer.byteLength(JSON.stringify(anEvent({ data: { text: '' } }))),
    );
    for (let times = 0; times < 5; times++) await store.append(here, events(1_000, { data: { text } }), 'any');
    expect(await store.append(here, events(1), 4_999)).toMatchObject({ revision: 5_000 });
  });

  test('positions at which no event begins are left out: those of another store, which views may still have', async () => {
    const { position } = await store.append(freshStream(), events(1), 'none');
    const asked = [1, 2, 12_345, position - 1, position, position + 1, position + 100_000, 2 ** 40];
    expect((await store.at(asked)).map((event) => event.position)).toEqual([position]);
  });

  describe('with another process that writes to the same streams', () => {
    test('knows what that one wrote: its revisions, and its ids', async () => {
      const here = freshStream();
      const [first, second] = [events(2), events(2)];
      await store.append(here, first, 'none');
      const theirAppend = await other.append(here, second, 1);
      await expect(store.append(here, events(1), 1)).rejects.toMatchObject({ name: 'WrongRevision', actual: 3 });
      for (const expected of ['none', 'any', 1, 3] as const)
        expect(await store.append(here, second, expected)).toEqual({ ...theirAppend, repeated: true });
      expect((await store.find(here, second[1]?.id ?? ''))?.revision).toBe(3);
      expect(await store.append(here, events(1), 'any')).toMatchObject({ revision: 4, repeated: false });
      expect(await other.append(here, events(1), 4)).toMatchObject({ revision: 5 });
    });

    test('both take turns on one stream, and no id is written twice', async () => {
      const here = freshStream();
      const written = events(40);
      const sent = [...written, ...written].map((event, index) =>
        (index % 2 ? store : other).append(here, [event], 'any'),
      );
      const answers = await Promise.all(sent);
      expect(ids(await whole(store, here)).toSorted()).toEqual(ids(written).toSorted());
      for (const [index, { id }] of written.entries()) {
        const places = [answers[index], answers[index + written.length]].map((answer) => answer?.revision);
        const revision = (await store.find(here, id))?.revision;
        expect(places).toEqual([revision, revision]);
      }
    });
  });

  describe('a stream of which this process knows nothing yet', () => {
    test('knows every id, however long it is', async () => {
      const here = freshStream();
      const written = Array.from({ length: 11 }, () => events(900));
      for (const part of written) await store.append(here, part, 'any');
      const fresh = await open();
      const all = written.flat();
      for (const at of [0, 255, 256, 4_095, 4_096, 8_191, 8_192, 9_728, 9_899])
        expect((await fresh.find(here, all[at]?.id ?? ''))?.revision).toBe(at);
      expect(await fresh.find(here, randomUUID())).toBeUndefined();
      await fresh.close();
    });

    test('knows the ids where no event carries those before it, because others wrote them', async () => {
      const here = freshStream();
      const others = Array.from({ length: 5_000 }, () => theirs());
      for (let at = 0; at < others.length; at += 1_000) await bare.appendToStream(here, others.slice(at, at + 1_000));
      for (const at of [0, 300, 4_096, 4_999]) {
        const fresh = await open();
        const again = anEvent({ id: others[at]?.id ?? '' });
        expect(await fresh.append(here, [again], 'any')).toMatchObject({ revision: at, repeated: true });
        await fresh.close();
      }
    });
  });

  test('what is copied keeps its ids, revisions and times; sent again it is there already', async () => {
    const here = freshStream();
    const [first, second, third] = events(3).map((event, revision) => ({
      ...event,
      stream: here,
      revision,
      position: revision + 1,
      recordedAt: `2016-12-0${revision + 1}T08:00:00.000Z`,
    }));
    if (!first || !second || !third) throw new Error('three were made');
    await store.copy([first, second]);
    await store.copy([third]);
    expect(await other.copy([first, second])).toMatchObject({ revision: 1, repeated: true });
    const stored = await whole(store, here);
    expect(stored.map((event, index) => ({ ...event, position: index + 1 }))).toEqual([first, second, third]);
    await expect(
      other.copy([{ ...anEvent(), stream: here, revision: 7, position: 9, recordedAt: now }]),
    ).rejects.toThrow('is at revision 2, not at 6');
  });

  const tls = process.env['EVENTSTORE_TLS_URL'];
  const withTls = tls === undefined ? test.skip : test;
  withTls(
    `writes and reads over TLS${tls === undefined ? ' (not run: EVENTSTORE_TLS_URL names no server)' : ''}`,
    async () => {
      const secure = await open(tls);
      const here = freshStream();
      const written = events(3);
      await secure.append(here, written, 'none');
      expect(ids(await whole(secure, here))).toEqual(ids(written));
      await secure.close();
    },
  );
  withTls(`says that a user may not, and never which password was tried`, async () => {
    const refusal: unknown = await open(tls?.replace(/\/\/[^@]*@/, '//nobody:s3cret@')).catch(
      (error: unknown) => error,
    );
    expect(refusal).toBeInstanceOf(StoreUnusable);
    expect((refusal as Error).message).toContain('does not let this user do that');
    expect((refusal as Error).message).not.toContain('s3cret');
  });
}
