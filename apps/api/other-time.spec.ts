import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { demoStart, refuseOtherTime } from '#delivery/clock';
import type { EventStore } from '#event-store/event-store';
import { openSqliteEventStore } from '#event-store/sqlite/sqlite-event-store';
import { anEvent, freshStream } from '#event-store/under-test.contract';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'samverk-time-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('a history on a server', () => {
  const at = (now: string) => ({ now: () => now });
  /** One whose events were recorded then. */
  async function recorded(...times: readonly string[]): Promise<EventStore> {
    let now = '';
    const store = await openSqliteEventStore({ path: join(folder, 'events.db'), clock: { now: () => now } });
    for (now of times) await store.append(freshStream(), [anEvent()], 'none');
    return store;
  }

  test('that is empty is for any clock', async () => {
    const store = await recorded();
    await refuseOtherTime(store, undefined);
    await refuseOtherTime(store, at(demoStart));
    await store.close();
  });

  test('of a demo is for a demo alone, whose clock it is not later than', async () => {
    const store = await recorded(demoStart, '2017-03-01T08:00:00.000Z');
    await refuseOtherTime(store, at('2017-03-01T08:00:00.000Z'));
    await expect(refuseOtherTime(store, undefined)).rejects.toThrow(/holds the events of a demo.*unset OIDC_ISSUER/);
    await expect(refuseOtherTime(store, at(demoStart))).rejects.toThrow(/later than its clock in DATA_DIR/);
    await store.close();
  });

  test('in real time is for no demo', async () => {
    const store = await recorded('2026-11-23T00:00:00.000Z');
    await refuseOtherTime(store, undefined);
    await expect(refuseOtherTime(store, at(demoStart))).rejects.toThrow(/not made in demo mode: set OIDC_ISSUER/);
    await store.close();
  });
});
