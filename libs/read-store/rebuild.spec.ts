import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { openSqliteEventStore } from '#event-store/sqlite/sqlite-event-store';
import type { View } from '#kernel/view';
import { historyRules } from './history-rules.ts';
import { names, open, Projecting, rename } from './projecting.contract.ts';
import { historyName, type ReadStore } from './read-store.ts';
import { rebuild, type Rebuilding } from './rebuild.ts';
import { boxFacts } from './sample-events.contract.ts';
import { boxes, letters, sampleFacts, sampleViews } from './sample.contract.ts';
import { openSqliteReadStore } from './sqlite/sqlite-read-store.ts';

const at = new Projecting({
  openEvents: openSqliteEventStore,
  openStore: openSqliteReadStore,
  Database: DatabaseSync,
});
const everyName = [historyName, 'boxes', 'letters'];

/** As another process has it: a connection of its own, beside the projector's. */
const beside = async (file = 'views.db', views: readonly View[] = sampleViews): Promise<ReadStore> => {
  const store = await openSqliteReadStore({ path: join(at.folder, file), access: 'beside' });
  await store.prepare(views, historyRules(sampleFacts));
  return store;
};
const rebuilding = (store: ReadStore, options: Partial<Rebuilding> = {}): Promise<boolean> =>
  rebuild({
    store,
    events: at.events,
    views: sampleViews,
    facts: sampleFacts,
    names: everyName,
    report: (error) => at.reports.push(String(error)),
    ...options,
  });
const many = Array.from({ length: 1_600 }, (_, i) => (i < 3 ? open('abc'.charAt(i)) : rename('a', `Name ${i}`)));

describe('a rebuilding', () => {
  test('beside live writes gives what was live, to the byte, and what follows goes on from it', async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(boxFacts, boxFacts, boxFacts, async (before, during, after) => {
        run += 1;
        await at.recordIn(`events ${run}.db`);
        const live = await at.openStore(`live ${run}.db`);
        const projector = await at.start(live);
        await at.record(...before);
        await at.caughtUp(projector);
        const other = await beside(`live ${run}.db`);
        const [rebuilt] = await Promise.all([rebuilding(other, { batch: 3 }), at.record(...during)]);
        expect(rebuilt).toBe(true);
        await at.record(...after);
        await at.caughtUp(projector);
        await projector.stop();
        await other.close();
        expect(at.content(`live ${run}.db`)).toEqual(await at.rebuilt(`whole ${run}.db`));
      }),
      { numRuns: 10 },
    );
    expect(at.reports).toEqual([]);
  });

  test('replaces what had become wrong, also where the projector has it in memory', async () => {
    const store = await at.openStore();
    const projector = await at.start(store);
    await at.record(open('a'), open('b'), rename('a', 'Right'));
    await at.caughtUp(projector);
    const damage = new DatabaseSync(join(at.folder, 'views.db'));
    damage.exec(`UPDATE boxes SET _body = replace(_body, 'A box', 'Wrong'); DELETE FROM boxes WHERE _key = 'a'`);
    damage.close();
    const other = await beside();
    expect(await rebuilding(other, { names: ['boxes'] })).toBe(true);
    await other.close();
    expect(await names(store)).toEqual(['a: Right', 'b: A box']);
    await at.record(rename('b', 'Renamed'));
    await at.caughtUp(projector);
    await projector.stop();
    expect(await names(store)).toEqual(['a: Right', 'b: Renamed']);
    expect(at.content()).toEqual(await at.rebuilt('other.db'));
    expect(at.reports).toEqual([]);
  });

  test('that was stopped changes nothing that is read, and goes on where it was', async () => {
    const store = await at.openStore();
    await at.caughtUp(await at.start(store));
    await at.recordAtOnce(many);
    const folded: number[] = [];
    const watched: View = { ...boxes, fold: (row, event) => (folded.push(event.position), boxes.fold(row, event)) };
    const views = [watched, letters];
    const other = await beside('views.db', views);
    const parts: number[] = [];
    for (let stops = 0; ; stops++) {
      const stopping = new AbortController();
      const progress = (part: number) => {
        parts.push(part);
        if (stops < 3) stopping.abort();
      };
      const done = await rebuilding(other, { views, batch: 500, signal: stopping.signal, progress });
      expect(done).toBe(stops === 3);
      if (done) break;
      expect([...(await other.next.checkpoints()).keys()]).toEqual([historyName, 'boxes', 'letters']);
    }
    await other.close();
    expect(folded).toEqual(many.map((_, i) => i + 1));
    expect(parts).toEqual([...parts].sort((a, b) => a - b));
    expect(parts.at(-1)).toBe(1);
    expect(at.content()).toEqual(await at.rebuilt('other.db'));
  });

  test('of a view whose version rose leaves the others as they are read, and their projector its turns', async () => {
    await at.recordAtOnce(many);
    const store = await at.openStore();
    const first = await at.start(store);
    await at.caughtUp(first);
    await first.stop();
    const seen: string[] = [];
    const second = await at.start(store, { views: [{ ...boxes, version: 2 }, letters], batch: 500 });
    await at.until(second, (views) => {
      const built = views.find(({ view }) => view === 'boxes')?.built;
      if (built === undefined) return true;
      seen.push(built === 0 || built === 1 ? `${built}` : 'between');
      return false;
    });
    expect(new Set(seen)).toContain('between');
    await at.caughtUp(second);
    expect(await names(store)).toEqual(['a: Name 1599', 'b: A box', 'c: A box']);
  });
});
