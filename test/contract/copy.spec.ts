import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { history } from '#apps/bench/mandate-history';
import { copyEvents } from '#apps/cli/copy';
import type { EventStore } from '#event-store/event-store';
import { type KurrentEventStore, openKurrentEventStore } from '#event-store/kurrent/kurrent-event-store';
import { openSqliteEventStore } from '#event-store/sqlite/sqlite-event-store';
import { type EventStoreServer, startEmptyServer } from './event-store-server.ts';

const command = process.env['EVENTSTORE_COMMAND'];
const skipped =
  'samverk copy: not run, EVENTSTORE_COMMAND tells no way to start an empty server (test/contract/README.md)';
if (command === undefined) test.skip(skipped, () => {});
else describe('copying a file of events into a server', () => copying(command));

function copying(startedBy: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'samverk-copy-'));
  let ticks = Date.UTC(2017, 0, 2);
  const clock = { now: () => new Date((ticks += 7)).toISOString() };
  let server: EventStoreServer & { end(): Promise<void> };
  let from: EventStore;
  let to: KurrentEventStore;
  const recorded = [...history(3_000)];
  const record = async (count: number): Promise<void> => {
    for (const { stream, event } of recorded.splice(0, count)) await from.append(stream, [event], 'any');
  };
  const whole = async (store: EventStore) =>
    (await store.readAll({ after: 0, limit: 10_000 })).map((event) => ({ ...event, position: 0 }));

  beforeAll(async () => {
    server = await startEmptyServer(startedBy);
    from = await openSqliteEventStore({ path: join(folder, 'events.db'), clock });
    to = await openKurrentEventStore({ url: server.url, clock: { now: () => '2026-01-01T00:00:00.000Z' } });
  });
  afterAll(async () => {
    await to.close();
    await from.close();
    await server.end();
    rmSync(folder, { recursive: true });
  });

  test('an empty one is copied, and copied again', async () => {
    expect(await copyEvents(from, to, () => {})).toEqual({ before: 0, now: 0 });
  });

  test('keeps every event, its time and the order of all; it can be stopped anywhere, and goes on', async () => {
    await record(1_500);
    const stop = new Error('stopped');
    for (const stopAt of [0.001, 0.2, 0.7]) {
      const copying = copyEvents(from, to, (doing, part) => {
        if (doing === 'Copying' && part >= stopAt) throw stop;
      });
      await expect(copying).rejects.toBe(stop);
    }
    const begun = (await whole(to)).length;
    expect(begun).toBeGreaterThan(1_000);
    const told: string[] = [];
    const { before, now } = await copyEvents(from, to, (doing) => told.push(doing));
    expect(before).toBe(begun);
    expect(before + now).toBe((await whole(from)).length);
    expect([...new Set(told)]).toEqual(['Comparing', 'Copying', 'Comparing what was copied']);
    expect(await whole(to)).toEqual(await whole(from));
  });

  test('takes over what came since, while others write to the file', async () => {
    const writing = record(300);
    await copyEvents(from, to, () => {});
    await writing;
    const { now } = await copyEvents(from, to, () => {});
    expect(await whole(to)).toEqual(await whole(from));
    expect(await copyEvents(from, to, () => {})).toMatchObject({ now: 0 });
    expect(now).toBeGreaterThanOrEqual(0);
  });

  test('refuses a server that holds other events: more, or others', async () => {
    const [event] = await from.readAll({ after: 0, limit: 1 });
    if (!event) throw new Error('there are events');
    await to.append(event.stream, [{ ...event, id: '8022678e-a4b6-4b21-9c51-52801f7c4f43' }], 'any');
    await expect(copyEvents(from, to, () => {})).rejects.toThrow(
      `${event.type} of ${event.stream}, comes after the last of EVENT_STORE: something else writes there as well`,
    );
    await record(1);
    await expect(copyEvents(from, to, () => {})).rejects.toMatchObject({
      name: 'CopyNotAccepted',
      message: expect.stringContaining('or not as it is here'),
    });
  });
}
