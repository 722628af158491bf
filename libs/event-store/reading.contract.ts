import { describe, expect } from '@jest/globals';
import type { StoredEvent } from '#kernel/envelope';
import type { Filter } from './event-store.ts';
import { anEvent, events, freshName, freshStream, ids, whole } from './under-test.contract.ts';
import type { UnderTest } from './under-test.contract.ts';

export function readingContract({ sentence, store }: UnderTest): void {
  describe('reading a stream', () => {
    const revisions = async (stream: string, options: Parameters<typeof whole>[2]): Promise<number[]> =>
      (await whole(store(), stream, options)).map(({ revision }) => revision);

    sentence('gives its events in order, from a revision on, and no more than asked for', async () => {
      const here = freshStream();
      await store().append(here, events(5), 'none');
      expect(await revisions(here, {})).toEqual([0, 1, 2, 3, 4]);
      expect(await revisions(here, { from: 3 })).toEqual([3, 4]);
      expect(await revisions(here, { from: 1, limit: 2 })).toEqual([1, 2]);
      expect(await revisions(here, { limit: 0 })).toEqual([]);
      expect(await revisions(here, { limit: 9 })).toEqual([0, 1, 2, 3, 4]);
    });

    sentence('gives them backwards from the end, or from a revision', async () => {
      const here = freshStream();
      await store().append(here, events(5), 'none');
      expect(await revisions(here, { backwards: true })).toEqual([4, 3, 2, 1, 0]);
      expect(await revisions(here, { backwards: true, limit: 1 })).toEqual([4]);
      expect(await revisions(here, { backwards: true, from: 2 })).toEqual([2, 1, 0]);
      expect(await revisions(here, { backwards: true, from: 3, limit: 2 })).toEqual([3, 2]);
      expect(await revisions(here, { backwards: true, from: 99 })).toEqual([4, 3, 2, 1, 0]);
    });

    sentence('gives nothing for a stream that never was, or past its end', async () => {
      const here = freshStream();
      expect(await revisions(here, {})).toEqual([]);
      expect(await revisions(here, { backwards: true })).toEqual([]);
      await store().append(here, events(2), 'none');
      expect(await revisions(here, { from: 2 })).toEqual([]);
    });

    sentence('gives a long stream whole, forwards and backwards', async () => {
      const here = freshStream();
      const written = [events(900), events(900), events(900)];
      for (const part of written) await store().append(here, part, 'any');
      expect(ids(await whole(store(), here))).toEqual(ids(written.flat()));
      expect(ids(await whole(store(), here, { backwards: true }))).toEqual(ids(written.flat()).reverse());
      expect(await revisions(here, { from: 500, limit: 1_700 })).toEqual(
        written
          .flat()
          .map((_, at) => at)
          .slice(500, 2_200),
      );
    });

    sentence('finds an event by its id, in its own stream only', async () => {
      const category = freshName();
      const [here, there, event] = [freshStream(category), freshStream(category), anEvent()];
      await store().append(here, [anEvent(), event, anEvent()], 'none');
      await store().append(there, [anEvent()], 'none');
      expect(await store().find(here, event.id)).toEqual((await whole(store(), here))[1]);
      expect(await store().find(there, event.id)).toBeUndefined();
      expect(await store().find(freshStream(category), event.id)).toBeUndefined();
      for (const id of [anEvent().id, event.id.toUpperCase(), event.id.replaceAll('-', ''), '', 'x'])
        expect(await store().find(here, id)).toBeUndefined();
    });
  });

  describe('reading the whole store', () => {
    sentence('gives the events of all streams in the order they were stored, after a position', async () => {
      const category = freshName();
      const [here, there] = [freshStream(category), freshStream(category)];
      const after = await store().head();
      const written = events(6);
      for (const [index, event] of written.entries()) await store().append(index % 2 ? here : there, [event], 'any');
      const own = (all: StoredEvent[]): StoredEvent[] => all.filter(({ stream }) => [here, there].includes(stream));
      const stored = own(await store().readAll({ after, limit: 10_000 }));
      expect(ids(stored)).toEqual(ids(written));
      const positions = stored.map(({ position }) => position);
      expect(positions).toEqual(positions.toSorted((a, b) => a - b));
      expect(new Set(positions).size).toBe(written.length);
      const third = positions[2] ?? 0;
      expect(ids(own(await store().readAll({ after: third, limit: 10_000 })))).toEqual(ids(written.slice(3)));
    });

    sentence('gives no more than asked for: page by page each event comes once', async () => {
      const category = freshName();
      const written = [events(4), events(3), events(4)];
      let after = await store().head();
      for (const part of written) await store().append(freshStream(category), part, 'none');
      const pages: StoredEvent[][] = [];
      for (;;) {
        const page = await store().readAll({ after, limit: 3, filter: { categories: [category] } });
        if (page.length === 0) break;
        pages.push(page);
        after = page.at(-1)?.position ?? after;
      }
      expect(pages.map((page) => page.length)).toEqual([3, 3, 3, 2]);
      expect(ids(pages.flat())).toEqual(ids(written.flat()));
      expect(await store().readAll({ after: 0, limit: 0 })).toEqual([]);
    });

    sentence('leaves in what a filter names: streams of whole categories, or events of whole types', async () => {
      const after = await store().head();
      const [category, other, type] = [freshName(), freshName(), freshName()];
      const written: Record<string, string[]> = {};
      for (const among of [category, `${category}x`, category.slice(1), other])
        for (const typed of [type, `${type}X`, type.toUpperCase()]) {
          const event = anEvent({ type: typed });
          await store().append(freshStream(among), [event], 'none');
          for (const name of [among, typed]) (written[name] ??= []).push(event.id);
        }
      const left = async (filter: Filter): Promise<string[]> =>
        ids(await store().readAll({ after, limit: 1_000, filter }));
      expect(await left({ categories: [category] })).toEqual(written[category]);
      expect(await left({ categories: [other, category] })).toEqual([
        ...(written[category] ?? []),
        ...(written[other] ?? []),
      ]);
      expect(await left({ types: [type] })).toEqual(written[type]);
      expect((await left({ types: [`${type}X`, type] })).toSorted()).toEqual(
        [...(written[type] ?? []), ...(written[`${type}X`] ?? [])].toSorted(),
      );
      expect(await left({ types: [] })).toEqual([]);
      expect(await left({ categories: [freshName()] })).toEqual([]);
    });

    sentence('gives the events at given positions in that order, and leaves out where there is none', async () => {
      const here = freshStream();
      await store().append(here, events(3), 'none');
      const [first, second, third] = await whole(store(), here);
      const at = [third, first, second].map((event) => event?.position ?? 0);
      expect(await store().at(at)).toEqual([third, first, second]);
      expect(await store().at([0, ...at.slice(0, 1), Number.MAX_SAFE_INTEGER])).toEqual([third]);
      expect(await store().at([])).toEqual([]);
    });

    sentence('says where its head is: nothing stored stands after it', async () => {
      const { position } = await store().append(freshStream(), events(3), 'none');
      const head = await store().head();
      expect(head).toBeGreaterThanOrEqual(position);
      expect(await store().readAll({ after: head, limit: 10 })).toEqual([]);
    });
  });
}
