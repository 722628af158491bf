import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from '@jest/globals';
import type { Batch, EventStore, Subscribe } from '#event-store/event-store';
import { openSqliteEventStore } from '#event-store/sqlite/sqlite-event-store';
import type { StoredEvent } from '#kernel/envelope';
import { open, Projecting, rename } from './projecting.contract.ts';
import { rebuild } from './rebuild.ts';
import { BoxSealed, LetterSent, sampleFacts, sampleViews } from './sample.contract.ts';
import type { Verdict } from './self-check.ts';
import { openSqliteReadStore } from './sqlite/sqlite-read-store.ts';

const at = new Projecting({
  openEvents: openSqliteEventStore,
  openStore: openSqliteReadStore,
  Database: DatabaseSync,
});

/** Gives whoever subscribes something else than it holds. */
class Faulty implements Pick<EventStore, 'subscribe'> {
  readonly #store: EventStore;
  readonly #fault: (events: readonly StoredEvent[]) => StoredEvent[];
  constructor(store: EventStore, fault: (events: readonly StoredEvent[]) => StoredEvent[]) {
    this.#store = store;
    this.#fault = fault;
  }
  async *subscribe(options: Subscribe): AsyncIterable<Batch> {
    for await (const batch of this.#store.subscribe(options)) yield { ...batch, events: this.#fault(batch.events) };
  }
}

/** What the check says at last when the projector was given events so. */
async function checked(fault: (events: readonly StoredEvent[]) => StoredEvent[]) {
  const faulty = new Faulty(at.events, fault);
  const { events } = at;
  const given: EventStore = {
    append: (...all) => events.append(...all),
    readStream: (...all) => events.readStream(...all),
    find: (...all) => events.find(...all),
    at: (positions) => events.at(positions),
    readAll: (options) => events.readAll(options),
    head: () => events.head(),
    subscribe: (options) => faulty.subscribe(options),
    close: () => events.close(),
  };
  const projector = await at.start(await at.openStore(), { events: given, watchEvery: 1 });
  await at.caughtUp(projector);
  const letter = LetterSent({ boxId: 'a', personId: 'p', text: 'Hello' });
  await at.record(open('a'), rename('a', 'New'), letter, rename('a', 'Newer'), BoxSealed({ boxId: 'a', size: 1 }));
  const verdicts = new Map<string, Verdict>();
  await at.until(projector, (views) => {
    for (const { view, check, position } of views) if (position === 5) verdicts.set(view, check);
    return views.every(({ check, position }) => position === 5 && check.check !== 'running');
  });
  return Object.fromEntries(verdicts);
}

describe('the self-check', () => {
  test('finds nothing where every view was given its events once', async () => {
    const ok = { check: 'ok', difference: 0 };
    expect(await checked((events) => [...events])).toEqual({ _history: ok, boxes: ok, letters: ok });
    expect(at.reports).toEqual([]);
  });

  test('finds an event that was skipped, in the views that it concerns', async () => {
    const less = { check: 'differs', difference: -1 };
    const skipping = (events: readonly StoredEvent[]) => events.filter(({ position }) => position !== 2);
    expect(await checked(skipping)).toEqual({ _history: less, boxes: less, letters: { check: 'ok', difference: 0 } });
    expect(at.reports.filter((report) => /boxes was given -1 events.*samverk rebuild boxes/.test(report))).toHaveLength(
      1,
    );
  });

  test.each([
    ['one that was given twice', 'heard = heard + 1, sum = sum + 2', 1],
    ['one that was skipped and another that was given twice', 'sum = sum + 2', 0],
  ])('finds %s, and that it is mended once the view is built anew', async (_, tally, difference) => {
    const store = await at.openStore();
    const projector = await at.start(store, { watchEvery: 1 });
    await at.record(open('a'), rename('a', 'New'), rename('a', 'Newer'), rename('a', 'Newest'));
    const says = (check: Verdict['check']) =>
      at.until(projector, (views) => views.find(({ view }) => view === 'boxes')?.check.check === check);
    await says('ok');
    const other = new DatabaseSync(join(at.folder, 'views.db'));
    other.exec(`UPDATE _checkpoint SET ${tally}, epoch = epoch + 1 WHERE name = 'boxes'`);
    other.close();
    await says('differs');
    expect(projector.status(4).find(({ view }) => view === 'boxes')).toMatchObject({ check: 'differs', difference });
    const { events } = at;
    const report = (error: unknown) => at.reports.push(String(error));
    await rebuild({ store, events, views: sampleViews, facts: sampleFacts, names: ['boxes'], report });
    await says('ok');
  });
});
