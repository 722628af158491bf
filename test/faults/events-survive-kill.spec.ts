import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as milliseconds } from 'node:timers/promises';
import { afterAll, expect, test } from '@jest/globals';
import { openSqliteEventStore } from '#event-store/sqlite/sqlite-event-store';
import type { StoredEvent } from '#kernel/envelope';
import { asked, chosen, seed } from './chance.ts';
import { EventsRead } from './events-read.ts';
import { killed, lost } from './written.ts';

/** SAMVERK_KILLS=1000 asks for as many: some four a second. */
const kills = asked('SAMVERK_KILLS', 25);
const folder = mkdtempSync(join(tmpdir(), 'samverk-faults-'));
const path = join(folder, 'events.db');
afterAll(() => rmSync(folder, { recursive: true }));

test(
  'what was acknowledged is there after every kill -9, and the file opens without repair',
  async () => {
    const found = new Map<number, StoredEvent>();
    const events = new EventsRead((event) => found.set(event.position, event));
    let acknowledged = 0;
    for (let times = 0; times < kills; times++) {
      const duringStart = times % 5 === 0;
      const delay = chosen(duringStart ? 200 : 60);
      const now = await killed(path, (lines, kill) => {
        if (lines === (duringStart ? 0 : 1)) void milliseconds(delay).then(kill);
      });
      acknowledged += now.length;
      found.clear();
      const store = await openSqliteEventStore({ path, clock: { now: () => '2017-01-02T09:00:00.000Z' } });
      await events.readOn(store);
      expect(lost(now, (position) => found.get(position))).toEqual([]);
      const last = found.get(events.head);
      if (last) {
        const { stream, position, revision } = last;
        expect(await store.append(stream, [last], 'none')).toEqual({ position, revision, repeated: true });
      }
      await store.close();
    }
    expect(acknowledged).toBeGreaterThan(kills);
    console.log(`seed ${seed}: ${kills} kills, ${acknowledged} appends acknowledged, none lost; ${events.head} events`);
  },
  60_000 + kills * 2_000,
);
