import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Repository } from '#delivery/repository';
import type { EventStore } from '#event-store/event-store';
import { openSqliteEventStore } from '#event-store/sqlite/sqlite-event-store';
import { anEvent } from '#event-store/under-test.contract';
import { fact, facts } from '#kernel/facts';
import { int, text } from '#kernel/fields';
import { stream } from '#kernel/stream';
import { Table } from '#kernel/table';
import type { Snapshots } from '#read-store/snapshots';

/** Where snapshots lie in a test: opened again and again, and got at from outside. */
export interface SnapshotsPlace {
  /** Whether an entry of a table is read only when a decision asks for it. */
  readonly readsLate: boolean;
  open(): Promise<Snapshots>;
  /** Runs statements, as somebody may by hand. */
  change(sql: string): Promise<void>;
  /** The same where nothing sees to it that what is there stays whole. */
  damage(sql: string): Promise<void>;
  /** Does something while somebody else writes snapshots of a stream. */
  writing(stream: string, work: () => Promise<void>): Promise<void>;
  remove(): Promise<void>;
}

const tally = (version: number) =>
  stream({
    category: 'tally',
    object: 'Tally',
    version,
    facts: facts({
      Counted: fact({
        says: 'Something was counted.',
        sv: 'Räknat',
        class: 'PUBLIC',
        data: { what: text('What.'), by: int('How many.', 0, 9) },
      }),
    }),
    initial: { total: 0, each: Table.of<number>(), last: null as string | null },
  }).evolve({
    Counted: ({ total, each }, { what, by }) => ({
      total: total + by,
      each: each.with(what, (each.get(what) ?? 0) + by),
      last: what,
    }),
  });
const tallies = tally(1);

/** The nth thing counted: every third was counted before. */
const counted = (n: number) => anEvent({ type: 'Counted', data: { what: `thing ${n % 3 ? n : n >> 1}`, by: n % 10 } });

/** What snapshots are good for, wherever they are kept, and that nothing but time is lost when they are not. */
export function snapshotsContract(name: string, placed: () => Promise<SnapshotsPlace>): void {
  describe(name, () => {
    let folder: string;
    let place: SnapshotsPlace;
    let read: number;
    let store: EventStore;
    let snapshots: Snapshots;
    let reported: string[];
    let repository: Repository;

    const clock = { now: () => '2017-01-02T08:00:00.000Z' };
    const report = (error: unknown) => void reported.push(String(error));

    /** The store, where it is counted how many events of streams are read. */
    const counting = (of: EventStore): EventStore => ({
      append: (...args) => of.append(...args),
      async *readStream(...args) {
        for await (const event of of.readStream(...args)) {
          read += 1;
          yield event;
        }
      },
      find: (...args) => of.find(...args),
      at: (...args) => of.at(...args),
      readAll: (...args) => of.readAll(...args),
      head: () => of.head(),
      subscribe: (...args) => of.subscribe(...args),
      close: () => of.close(),
    });

    async function open(): Promise<void> {
      reported = [];
      store = counting(await openSqliteEventStore({ path: join(folder, 'events.db'), clock }));
      snapshots = await place.open();
      repository = await Repository.start(store, snapshots, report);
      read = 0;
    }
    async function close(): Promise<void> {
      await snapshots.close();
      await store.close();
    }
    async function restart(): Promise<void> {
      await close();
      await open();
    }
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'repository-'));
      place = await placed();
      await open();
    });
    afterEach(async () => {
      await close();
      await place.remove();
      await rm(folder, { recursive: true });
    });

    async function count(from: number, to: number, id = 'a'): Promise<void> {
      const events = Array.from({ length: to - from }, (_, i) => counted(from + i));
      for (let at = 0; at < events.length; at += 500)
        await store.append(`tally-${id}`, events.slice(at, at + 500), 'any');
    }

    /** What the events of the stream say, up to a revision, without repository or snapshots. */
    async function told(revision = Infinity, of = tallies): Promise<string> {
      let state = of.initial;
      for await (const event of store.readStream('tally-a', { limit: revision + 1 })) state = of.fold(state, event);
      return JSON.stringify(state);
    }
    const now = async (of = tallies) => JSON.stringify((await repository.load(of, 'a')).state);
    const then = async (revision: number) => JSON.stringify((await repository.asOf(tallies, 'a', revision)).state);

    describe('a long stream', () => {
      beforeEach(async () => {
        await count(0, 1_234);
        await repository.load(tallies, 'a');
      });

      test('is folded once: after a restart a hundred events at most are read, however long it is', async () => {
        await restart();
        expect((await repository.load(tallies, 'a')).revision).toBe(1_233);
        expect(read).toBeLessThanOrEqual(100);
        expect(await now()).toBe(await told());
        expect(reported).toEqual([]);
      });

      test('is had as it was at any revision, by as few', async () => {
        for (const revision of [-1, 0, 98, 99, 100, 199, 640, 1_199, 1_233]) {
          read = 0;
          const standing = await repository.asOf(tallies, 'a', revision);
          expect(read).toBeLessThanOrEqual(100);
          expect(standing.revision).toBe(revision);
          expect(JSON.stringify(standing.state)).toBe(
            revision < 0 ? JSON.stringify(tallies.initial) : await told(revision),
          );
        }
      });

      test('grows on, across restarts, and is the same as if folded in one go', async () => {
        for (const [from, to] of [
          [1_234, 1_299],
          [1_299, 1_300],
          [1_300, 1_650],
        ] as const) {
          await restart();
          await repository.load(tallies, 'a');
          await count(from, to);
          await repository.load(tallies, 'a');
        }
        await restart();
        expect(await now()).toBe(await told());
        for (const revision of [1_230, 1_290, 1_310, 1_640]) expect(await then(revision)).toBe(await told(revision));
        expect(reported).toEqual([]);
      });

      test('is the same when its snapshots are gone, between starts or under way, and has them again later', async () => {
        await close();
        await place.change('DELETE FROM _snapshot; DELETE FROM _snapshot_part');
        await open();
        expect(await now()).toBe(await told());
        await restart();
        await repository.load(tallies, 'a');
        expect(read).toBeLessThanOrEqual(100);
        expect(reported).toEqual([]);
        await place.change('DELETE FROM _snapshot; DELETE FROM _snapshot_part');
        const asked = async () => (await repository.load(tallies, 'a')).state.each.get('thing 1');
        expect(await repository.trying(asked)).toBe(
          (JSON.parse(await told()) as { each: object }).each['thing 1' as never],
        );
        expect(reported).toEqual(place.readsLate ? [expect.stringContaining('is gone')] : []);
      });

      test('is folded anew when the version of the fold rose', async () => {
        await restart();
        const next = tally(2);
        await repository.load(next, 'a');
        expect(read).toBe(1_234);
        await restart();
        await repository.load(next, 'a');
        expect(read).toBeLessThanOrEqual(100);
        expect(await now(next)).toBe(await told());
        expect(reported).toEqual([]);
      });

      test('is folded by two at once as by one', async () => {
        await restart();
        await count(1_234, 1_500);
        await Promise.all([
          repository.load(tallies, 'a'),
          repository.load(tallies, 'a'),
          repository.asOf(tallies, 'a', 1_450),
        ]);
        await count(1_500, 1_600);
        expect(await now()).toBe(await told());
        await restart();
        expect(await now()).toBe(await told());
        expect(reported).toEqual([]);
      });

      test('does without a snapshot while somebody else writes, and has it with the next event', async () => {
        await count(1_234, 1_400);
        await place.writing('tally-a', async () => void (await repository.load(tallies, 'a')));
        await count(1_400, 1_401);
        await repository.load(tallies, 'a');
        await restart();
        expect(await now()).toBe(await told());
        read = 0;
        expect((await snapshots.find('tally-a', 1, 9_999))?.revision).toBe(1_400);
        expect(reported).toEqual([]);
      });
    });

    describe('a damaged snapshot', () => {
      beforeEach(async () => {
        await count(0, 450);
        await repository.load(tallies, 'a');
        await close();
      });

      test.each([
        ['body', `UPDATE _snapshot_part SET value = replace(value, '"total":', '"total":1') WHERE key = ''`],
        ['body that is no JSON', `UPDATE _snapshot_part SET value = substr(value, 1, 9) WHERE key = ''`],
        ['entry of a table', `UPDATE _snapshot_part SET value = '7' WHERE key = 'thing 1'`],
        ['place of an entry', `UPDATE _snapshot_part SET place = 999 WHERE key = 'thing 1'`],
        ['list of entries', `DELETE FROM _snapshot_part WHERE key = 'thing 1'`],
        ['table of its own', 'DROP TABLE _snapshot_part; CREATE TABLE _snapshot_part (x text)'],
      ])('(its %s) is reported and not used, and the events say the same', async (_, sql) => {
        snapshots = await place.open();
        await place.damage(sql);
        store = counting(await openSqliteEventStore({ path: join(folder, 'events.db'), clock }));
        repository = await Repository.start(store, snapshots, report);
        expect(await repository.trying(() => now())).toBe(await told());
        expect(reported).toHaveLength(1);
        expect(reported[0]).toMatch(
          /^SnapshotUnusable: the snapshot of tally-a (is damaged|has 3\d\d of|cannot be read)/,
        );
        await count(450, 700);
        expect(await repository.trying(() => now())).toBe(await told());
        expect(reported).toHaveLength(1);
      });

      test('does not come about by hand: a part goes after the whole', async () => {
        const alone = `DELETE FROM _snapshot_part WHERE key = 'thing 1'`;
        await expect(place.change(alone)).rejects.toThrow(/a part goes after its snapshot/);
        const changed = place.change(`UPDATE _snapshot_part SET value = '7'`);
        await expect(changed).rejects.toThrow(/a part goes after its snapshot/);
        await place.change(`DELETE FROM _snapshot; ${alone}`);
        await open();
        expect(await now()).toBe(await told());
      });
    });

    describe('a snapshot of other events than the store holds', () => {
      test('goes at the start, when the store was restored or replaced', async () => {
        await count(0, 450);
        await repository.load(tallies, 'a');
        await close();
        for (const file of await readdir(folder)) if (file.startsWith('events.db')) await rm(join(folder, file));
        await open();
        expect(await snapshots.last()).toBeUndefined();
        await count(3, 450);
        expect(await now()).toBe(await told());
      });

      test('is not used', async () => {
        await count(0, 450);
        const parts = { body: { total: -1, each: 0, last: null }, tables: new Map([['each', Table.of()]]) };
        const of = { version: 1, since: -1, changes: new Map(), revision: 400, position: 401, event: anEvent().id };
        expect(await snapshots.save('tally-a', { ...of, parts })).toBe(true);
        expect(await now()).toBe(await told());
        expect(reported).toEqual([expect.stringContaining('was made from other events than the store holds')]);
      });
    });
  });
}
