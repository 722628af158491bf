import { randomUUID } from 'node:crypto';
import { describe, expect } from '@jest/globals';
import type { NewEvent } from '#kernel/envelope';
import { IdsContradict, maxAppendBytes, maxAppendEvents, StoreRefuses, WrongRevision } from './event-store.ts';
import { anEvent, events, freshName, freshStream as stream, ids, whole } from './under-test.contract.ts';
import type { UnderTest } from './under-test.contract.ts';

export function appendingContract({ sentence, store, reopen }: UnderTest): void {
  describe('appending', () => {
    sentence('numbers the events of a stream from 0 without gaps, and their positions rise', async () => {
      const here = stream();
      const first = await store().append(here, [anEvent()], 'none');
      const second = await store().append(here, events(2), 0);
      expect(first).toEqual({ revision: 0, position: expect.any(Number), repeated: false });
      expect(second).toEqual({ revision: 2, position: expect.any(Number), repeated: false });
      const stored = await whole(store(), here);
      expect(stored.map(({ revision }) => revision)).toEqual([0, 1, 2]);
      expect(stored[0]?.position).toBe(first.position);
      expect(stored[2]?.position).toBe(second.position);
      expect(stored[1]?.position).toBeGreaterThan(first.position);
      expect(stored[1]?.position).toBeLessThan(second.position);
    });

    sentence('keeps an event exactly as it was written, and adds where and when it was stored', async () => {
      const here = stream();
      const data = {
        'nested "quotes"': [1, -0.5, 1e21, true, null, { deeper: { '': [] } }],
        'åäö \u0000 \u2028 🌲': 'line\nbreak \ud800',
      };
      const event = anEvent({ data, basedOn: { 'mandate-1': 7 }, concerns: [{ id: 'x', as: 'author' }] });
      const { position } = await store().append(here, [event], 'none');
      const [stored] = await whole(store(), here);
      const recordedAt = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      expect(stored).toEqual({ ...event, stream: here, revision: 0, position, recordedAt });
    });

    sentence('takes what it was given, whatever the caller does with it afterwards', async () => {
      const here = stream();
      const data = { said: 'before' };
      const appended = store().append(here, [anEvent({ data })], 'none');
      data.said = 'after';
      await appended;
      expect((await whole(store(), here))[0]?.data).toEqual({ said: 'before' });
    });

    sentence('refuses an append that expects another revision, says the actual one, and leaves no trace', async () => {
      const here = stream();
      await expect(store().append(here, [anEvent()], 0)).rejects.toMatchObject({
        name: 'WrongRevision',
        actual: 'none',
      });
      const written = events(3);
      await store().append(here, written, 'none');
      for (const expected of ['none', 0, 1, 3] as const)
        await expect(store().append(here, events(2), expected)).rejects.toMatchObject({
          name: 'WrongRevision',
          actual: 2,
        });
      expect(ids(await whole(store(), here))).toEqual(ids(written));
    });

    sentence('takes an append that expects nothing, whether or not the stream is there', async () => {
      const here = stream();
      expect(await store().append(here, [anEvent()], 'any')).toMatchObject({ revision: 0 });
      expect(await store().append(here, [anEvent()], 'any')).toMatchObject({ revision: 1 });
    });

    sentence('lets exactly one of several writers at one revision win', async () => {
      const here = stream();
      await store().append(here, [anEvent()], 'none');
      const outcomes = await Promise.allSettled(events(16).map((event) => store().append(here, [event], 0)));
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const outcome of outcomes)
        if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(WrongRevision);
      expect(await whole(store(), here)).toHaveLength(2);
    });

    sentence('counts 64 callers on one stream once each, when who came too late tries again', async () => {
      const here = stream();
      const callers = events(64);
      const appendInTurn = async (event: NewEvent): Promise<void> => {
        for (let expected: number | 'none' = 'none'; ;) {
          try {
            await store().append(here, [event], expected);
            return;
          } catch (error) {
            if (!(error instanceof WrongRevision)) throw error;
            expected = error.actual;
          }
        }
      };
      await Promise.all(callers.map(appendInTurn));
      const stored = await whole(store(), here);
      expect(ids(stored).sort()).toEqual(ids(callers).sort());
      expect(stored.map(({ revision }) => revision)).toEqual(callers.map((_, index) => index));
    });

    sentence('keeps streams apart whose names differ by one letter, å ä ö among them', async () => {
      const category = freshName();
      const names = ['a', 'å', 'ä', 'ö', 'A', 'Å', 'a\u030a', 'é', 'a-b', '-', '🌲'].map((id) => `${category}-${id}`);
      for (const name of names) await store().append(name, [anEvent({ data: { name } })], 'none');
      for (const name of names) expect((await whole(store(), name)).map(({ data }) => data['name'])).toEqual([name]);
    });
  });

  describe('appending what is there already', () => {
    sentence('gives the first answer again, whatever is expected and however late', async () => {
      const here = stream();
      const written = events(3);
      const first = await store().append(here, written, 'none');
      await store().append(here, events(2), 2);
      for (const expected of ['none', 'any', 0, 2, 4, 99] as const)
        expect(await store().append(here, written, expected)).toEqual({ ...first, repeated: true });
      expect(await whole(store(), here)).toHaveLength(5);
    });

    sentence('writes once what is sent several times at once, and gives all the same place', async () => {
      const here = stream();
      const written = events(2);
      const answers = await Promise.all([1, 2, 3, 4].map(() => store().append(here, written, 'none')));
      expect(new Set(answers.map(({ position }) => position)).size).toBe(1);
      expect(answers.filter(({ repeated }) => !repeated)).toHaveLength(1);
      expect(ids(await whole(store(), here))).toEqual(ids(written));
    });

    sentence('gives the place of the last event named, when only the first of an append are sent again', async () => {
      const here = stream();
      const written = events(3);
      await store().append(here, written, 'none');
      const position = (await whole(store(), here))[1]?.position;
      for (const expected of ['none', 'any', 2] as const)
        expect(await store().append(here, written.slice(0, 2), expected)).toEqual({
          revision: 1,
          position,
          repeated: true,
        });
    });

    sentence('knows an id of long ago, however many events came after it', async () => {
      const here = stream();
      const written = events(2);
      const first = await store().append(here, written, 'none');
      for (let times = 3; times > 0; times--) await store().append(here, events(900), 'any');
      for (const expected of ['none', 'any', 2701] as const)
        expect(await store().append(here, written, expected)).toEqual({ ...first, repeated: true });
      expect((await whole(store(), here, { backwards: true, limit: 1 }))[0]?.revision).toBe(2701);
    });

    sentence('knows the ids again after it was closed and opened', async () => {
      const here = stream();
      const written = events(2);
      const first = await store().append(here, written, 'none');
      await reopen();
      for (const expected of ['none', 'any', 1] as const)
        expect(await store().append(here, written, expected)).toEqual({ ...first, repeated: true });
      await expect(store().append(here, [anEvent()], 'none')).rejects.toMatchObject({ actual: 1 });
      expect(ids(await whole(store(), here))).toEqual(ids(written));
    });

    sentence('refuses ids of which some are there and some not, and ids in another order', async () => {
      const here = stream();
      const [a, b, c] = [anEvent(), anEvent(), anEvent()];
      await store().append(here, [a, b], 'none');
      for (const contradicting of [
        [a, c],
        [c, a],
        [a, b, c],
        [c, b],
        [b, a],
      ])
        for (const expected of ['none', 'any', 1] as const)
          await expect(store().append(here, contradicting, expected)).rejects.toBeInstanceOf(IdsContradict);
      expect(ids(await whole(store(), here))).toEqual([a.id, b.id]);
    });

    sentence('lets the same id stand in two streams', async () => {
      const [here, there, event] = [stream(), stream(), anEvent()];
      await store().append(here, [event], 'none');
      expect(await store().append(there, [event], 'none')).toMatchObject({ revision: 0, repeated: false });
    });
  });

  describe('refusing', () => {
    const refused = async (here: string, written: NewEvent[]): Promise<void> => {
      await expect(store().append(here, written, 'any')).rejects.toBeInstanceOf(StoreRefuses);
    };

    sentence('takes no stream name but <category>-<id>', async () => {
      const category = freshName();
      for (const name of [
        '',
        '-',
        'x',
        category,
        `${category}-`,
        `${category}- `,
        `-${category}`,
        `Å${category}-1`,
        '$all',
        `${category}-a\u0000b`,
        `${category}-\ud800`,
      ])
        await refused(name, events(1));
      await refused(`${category}-${'x'.repeat(201)}`, events(1));
      expect(await store().append(`${category}-${'x'.repeat(200)}`, events(1), 'none')).toMatchObject({ revision: 0 });
    });

    sentence('takes no event id but a UUID in lower case, and none twice', async () => {
      const here = stream();
      for (const id of ['', 'x', randomUUID().toUpperCase(), randomUUID().replaceAll('-', ''), ` ${randomUUID()}`])
        await refused(here, [anEvent(), anEvent({ id })]);
      const twice = anEvent();
      await refused(here, [twice, anEvent(), twice]);
      expect(await whole(store(), here)).toEqual([]);
    });

    sentence('takes no event type but a letter and what follows it without a space', async () => {
      const here = stream();
      for (const type of ['', ' ', '$metadata', '$>', '1', 'Note Taken', 'Note\u0000', `N${'x'.repeat(200)}`])
        await refused(here, [anEvent(), anEvent({ type })]);
      expect(await whole(store(), here)).toEqual([]);
      const types = ['N', 'Åtgärd', 'note-taken_2', `N${'x'.repeat(199)}`];
      await store().append(
        here,
        types.map((type) => anEvent({ type })),
        'none',
      );
      expect((await whole(store(), here)).map(({ type }) => type)).toEqual(types);
    });

    sentence('takes nothing that JSON cannot hold: no bigint, no ring', async () => {
      const here = stream();
      const ring: Record<string, unknown> = {};
      ring['self'] = ring;
      await refused(here, [anEvent(), anEvent({ data: { amount: 1n } })]);
      await refused(here, [anEvent({ data: ring })]);
      expect(await whole(store(), here)).toEqual([]);
    });

    sentence(`takes 1 to ${maxAppendEvents} events at once`, async () => {
      const here = stream();
      await refused(here, []);
      await refused(here, events(maxAppendEvents + 1));
      const last = maxAppendEvents - 1;
      expect(await store().append(here, events(maxAppendEvents), 'none')).toMatchObject({ revision: last });
      expect((await whole(store(), here)).map(({ revision }) => revision)).toEqual(
        events(last + 1).map((_, index) => index),
      );
    });

    sentence(`takes ${maxAppendBytes} bytes at once and not one more`, async () => {
      const here = stream();
      const room = maxAppendBytes - Buffer.byteLength(JSON.stringify(anEvent({ data: { text: '' } })));
      await refused(here, [anEvent({ data: { text: 'x'.repeat(room + 1) } })]);
      await refused(here, [anEvent({ data: { text: 'å'.repeat(room / 2 + 1) } })]);
      await store().append(here, [anEvent({ data: { text: 'x'.repeat(room) } })], 'none');
      expect((await whole(store(), here))[0]?.data).toEqual({ text: 'x'.repeat(room) });
    });
  });
}
