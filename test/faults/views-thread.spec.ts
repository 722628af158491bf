import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { contexts } from '#apps/api/contexts';
import { startViews, type ViewsThreadOptions } from '#apps/api/views-thread';
import { history } from '#apps/bench/mandate-history';
import { systemClock } from '#delivery/clock';
import type { EventStore } from '#event-store/event-store';
import { openSqliteEventStore } from '#event-store/sqlite/sqlite-event-store';
import { openSqliteReadStore } from '#read-store/sqlite/sqlite-read-store';

let folder: string;
let store: EventStore;
let reports: string[];
const file = (name: string) => join(folder, name);
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'samverk-views-'));
  store = await openSqliteEventStore({ path: file('events.db'), clock: systemClock });
  reports = [];
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

const start = (more: Partial<ViewsThreadOptions> = {}) =>
  startViews({
    events: { kind: 'sqlite', path: file('events.db') },
    views: { kind: 'sqlite', path: file('views.db') },
    store,
    report: (error, what) => reports.push(`${what}: ${String(error)}`),
    ...more,
  });

describe('the thread of the views', () => {
  test('that dies is reported and started again, and skips nothing', async () => {
    const views = await start({ program: new URL('dying-views.ts', import.meta.url) });
    for (const { stream, event } of history(300)) await store.append(stream, [event], 'any');
    expect(await views.reached(await store.head(), 60_000)).toBe(true);
    await views.stop();
    expect(reports).toEqual([
      expect.stringMatching(/the views stand still.*started again.*RangeError: out of something/),
    ]);
    const read = await openSqliteReadStore({ path: file('views.db'), access: 'read' });
    await read.prepare(contexts.flatMap((context) => context.views));
    const everything = { mayKnow: [{ classes: ['PUBLIC', 'FINANCE', 'ORG_INTERNAL', 'ADMIN'], marks: [] }] } as const;
    const head = await store.head();
    expect(await read.history({ ...everything, limit: 1_000 })).toEqual(Array.from({ length: head }, (_, i) => i + 1));
    await read.close();
  }, 90_000);

  test('says what a person can mend, by its name, when it cannot begin', async () => {
    writeFileSync(file('views.db'), 'This is a letter, not a database. '.repeat(100));
    const failed = await start().catch((error: unknown) => error);
    expect(failed).toMatchObject({
      name: 'ReadStoreUnusable',
      message: expect.stringMatching(/not a database.*moved away/),
    });
  }, 30_000);

  test('writes what it has begun before it ends, and tells whoever waits that nothing more comes', async () => {
    const views = await start();
    for (const { stream, event } of history(50)) await store.append(stream, [event], 'any');
    const waiting = views.reached((await store.head()) + 1, 60_000);
    await views.stop();
    expect(await waiting).toBe(false);
    expect(reports).toEqual([]);
  }, 30_000);
});
