import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from '@jest/globals';
import type { EventStore } from '#event-store/event-store';
import { visibilityClasses } from '#kernel/envelope';
import type { NewFact } from '#kernel/facts';
import type { Clock } from '#kernel/time';
import { Projector, type ProjectorOptions } from './projector.ts';
import type { ReadStore } from './read-store.ts';
import type { ViewStanding } from './standing.ts';
import { boxEvent, BoxOpened, BoxRenamed, sampleFacts, sampleViews, streamOf } from './sample.contract.ts';

const clock = { now: () => '2020-02-02T12:00:00.000Z' };

/** Everything, whoever asks. */
export const all = { mayKnow: [{ classes: visibilityClasses, marks: [] }], limit: 1_000 };
export const open = (boxId: string, name = 'A box') => BoxOpened({ boxId, name, kind: 'TIN' });
export const rename = (boxId: string, name: string) => BoxRenamed({ boxId, name });

export const names = async (store: ReadStore, view = 'boxes') =>
  (await store.rows(view, all)).map(({ key, body }) => `${key}: ${String(body['name'])}`);

/** The adapters to try with: only specs may name them. */
export interface Adapters {
  openEvents(options: { path: string; clock: Clock }): Promise<EventStore>;
  openStore(options: { path: string; busyMs: number }): Promise<ReadStore>;
  readonly Database: new (
    path: string,
    options: { readOnly: boolean },
  ) => { prepare(sql: string): { all(): Record<string, unknown>[] }; close(): void };
}

/** A folder for each test, with events, read stores and projectors, all closed when it ends. */
export class Projecting {
  folder = '';
  events!: EventStore;
  /** What projectors reported. */
  reports: string[] = [];
  /** Resolved by the first report. */
  reported = Promise.withResolvers<void>();
  readonly #adapters: Adapters;
  #closing: (() => Promise<void>)[] = [];
  readonly #standing = new WeakMap<
    Projector,
    { views: readonly ViewStanding[]; changed: PromiseWithResolvers<void> }
  >();

  constructor(adapters: Adapters) {
    this.#adapters = adapters;
    beforeEach(async () => {
      this.folder = await mkdtemp(join(tmpdir(), 'projector-'));
      this.reports = [];
      this.reported = Promise.withResolvers();
      this.#closing = [];
      await this.recordIn('events.db');
    });
    afterEach(async () => {
      for (const close of this.#closing.reverse()) await close();
      await rm(this.folder, { recursive: true });
    });
  }

  /** From now on events are those of this file. */
  async recordIn(file: string): Promise<void> {
    const store = await this.#adapters.openEvents({ path: join(this.folder, file), clock });
    this.#closing.push(() => store.close());
    this.events = store;
  }

  async openStore(file = 'views.db'): Promise<ReadStore> {
    const store = await this.#adapters.openStore({ path: join(this.folder, file), busyMs: 1 });
    this.#closing.push(() => store.close());
    return store;
  }

  async start(store: ReadStore, options: Partial<ProjectorOptions> = {}): Promise<Projector> {
    const report = (error: unknown, what: string) => {
      this.reports.push(`${what}: ${String(error)}`);
      this.reported.resolve();
    };
    const { events } = this;
    const standing = { views: [] as readonly ViewStanding[], changed: Promise.withResolvers<void>() };
    const stands = (views: readonly ViewStanding[]) => {
      standing.views = views;
      standing.changed.resolve();
      standing.changed = Promise.withResolvers();
    };
    const all = { events, store, views: sampleViews, facts: sampleFacts, report, stands, ...options };
    const projector = await Projector.start(all);
    this.#standing.set(projector, standing);
    this.#closing.push(() => projector.stop());
    return projector;
  }

  /** Records each fact by itself; gives the position of the last. */
  async record(...facts: NewFact[]): Promise<number> {
    let last = 0;
    for (const fact of facts) {
      const boxId = String(fact.data['boxId']);
      ({ position: last } = await this.events.append(streamOf(boxId), [boxEvent(boxId, fact)], 'any'));
    }
    return last;
  }

  /** Records them in order, in as few transactions as can be. */
  async recordAtOnce(facts: readonly NewFact[]): Promise<void> {
    const recorded = facts.map((fact) => {
      const boxId = String(fact.data['boxId']);
      return this.events.append(streamOf(boxId), [boxEvent(boxId, fact)], 'any');
    });
    await Promise.all(recorded);
  }

  async caughtUp(projector: Projector): Promise<void> {
    await this.until(projector, (views) => views.every(({ built }) => built === undefined));
    expect(await projector.reached(await this.events.head(), 30_000)).toBe(true);
  }

  /** Waits until the views stand so. */
  async until(projector: Projector, so: (views: readonly ViewStanding[]) => boolean): Promise<void> {
    const standing = this.#standing.get(projector);
    if (!standing) throw new Error('it was started elsewhere');
    while (!so(standing.views)) await standing.changed.promise;
  }

  /** All that a file of views holds, table by table, but for how often somebody stepped in. */
  content(file = 'views.db'): Record<string, unknown> {
    const db = new this.#adapters.Database(join(this.folder, file), { readOnly: true });
    const tables = db
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'sqlite_*' ORDER BY name")
      .all();
    const rows = tables.map(({ name }) => {
      const all = db.prepare(`SELECT * FROM "${String(name)}" ORDER BY 1, 2`).all();
      return [name, all.map(({ epoch: _, ...row }) => row)];
    });
    db.close();
    return Object.fromEntries(rows) as Record<string, unknown>;
  }

  /** The same, built in one go in a new file. */
  async rebuilt(file: string, options: Partial<ProjectorOptions> = {}): Promise<Record<string, unknown>> {
    const store = await this.openStore(file);
    const projector = await this.start(store, options);
    await this.caughtUp(projector);
    await projector.stop();
    return this.content(file);
  }
}
