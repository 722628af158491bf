import { afterEach, beforeEach } from '@jest/globals';
import { visibilityClasses } from '#kernel/envelope';
import type { Row, View } from '#kernel/view';
import { historyRules } from './history-rules.ts';
import { type Guard, type MayKnow, partyText } from './may-know.ts';
import {
  type Commit,
  type HistoryEntry,
  historyName,
  type ReadStore,
  type RowsWanted,
  type StoredRow,
} from './read-store.ts';
import { sampleFacts, sampleViews } from './sample.contract.ts';
import { nothing } from './workspace.ts';

/** A place to keep views in: opened as often as wanted, one at a time, with what was left there. */
export interface Place {
  open(): Promise<ReadStore>;
  remove(): Promise<void>;
}

export const everything: MayKnow = [{ classes: visibilityClasses, marks: [] }];
export const nobody = partyText({ custodian: '', author: [], addressee: [], subject: undefined, home: [] });
export const unguarded: Guard = { release: null, at: 0, parties: nobody };

export const row = (key: string, body: Row = {}, guard: Partial<Guard> = {}): StoredRow => ({
  key,
  body: { boxId: key, name: `Box ${key}`, kind: 'TIN', sealed: false, ...body },
  guard: { ...unguarded, ...guard },
  columns: {},
});
export const put = (view: string, ...rows: StoredRow[]): Commit => ({
  ...nothing,
  views: [{ view, rows: rows.map((one) => ({ ...one, moved: true })), gone: [] }],
});
export const entry = (position: number, more: Partial<HistoryEntry> = {}): HistoryEntry => ({
  position,
  id: `event ${position}`,
  type: 'BoxOpened',
  class: 'PUBLIC',
  guard: { ...unguarded, at: position },
  objects: ['a'],
  ...more,
});
export const to = (position: number) => ({
  position,
  event: `event ${position}`,
  heard: { count: position, sum: position },
});
/** A checkpoint that moves; `epoch` as it is after the first building. */
export const moved = (name: string, from: number, position: number, epoch = 1) => ({
  name,
  from: { position: from, epoch },
  to: to(position),
});
export const rules = historyRules(sampleFacts);

/** The store of one test, in a place of its own. */
export class Tried {
  store!: ReadStore;
  #at!: Place;

  constructor(place: () => Promise<Place>) {
    beforeEach(async () => {
      this.#at = await place();
      this.store = await this.#at.open();
      await this.store.prepare(sampleViews, rules);
      await this.empty([historyName, ...sampleViews.map(({ name }) => name)]);
    });
    afterEach(async () => {
      await this.store.close();
      await this.#at.remove();
    });
  }

  async reopen(views: readonly View[] = sampleViews, by = rules): Promise<void> {
    await this.store.close();
    this.store = await this.#at.open();
    await this.store.prepare(views, by);
  }

  /** Puts empty ones in the place of these. */
  async empty(names: readonly string[]): Promise<void> {
    await this.store.forget(names);
    await this.store.begin(names);
    await this.store.index(names);
    await this.store.swap(names);
  }

  async keys(view: string, wanted: Partial<RowsWanted> = {}): Promise<string[]> {
    const rows = await this.store.rows(view, { mayKnow: everything, limit: 100, ...wanted });
    return rows.map(({ key }) => key);
  }
}
