import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as milliseconds } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { StoredEvent } from '#kernel/envelope';
import { StoreUnusable } from '#event-store/event-store';
import type { EventStore } from '#event-store/event-store';
import { openSqliteEventStore } from '#event-store/sqlite/sqlite-event-store';
import type { Acknowledged } from './writer.ts';

/** Many more are asked for by SAMVERK_KILLS=1000; SAMVERK_SEED repeats the moments and the cuts, as far as a process can. */
const kills = Number(process.env['SAMVERK_KILLS'] ?? 25);
const seed = Number(process.env['SAMVERK_SEED'] ?? Date.now() % 1_000_000);
const [chance] = fc.sample(fc.infiniteStream(fc.nat(999_999)), { seed, numRuns: 1 });
const chosen = (below: number): number => Number(chance?.next().value ?? 0) % below;

const folder = mkdtempSync(join(tmpdir(), 'samverk-faults-'));
const path = join(folder, 'events.db');
const open = (file: string): Promise<EventStore> =>
  openSqliteEventStore({ path: file, clock: { now: () => '2017-01-02T09:00:00.000Z' } });

/** Lets a process write to the file and kills it: `when` is told of every line that it says. Gives what it acknowledged. */
async function killed(when: (lines: number, kill: () => void) => void): Promise<Acknowledged[]> {
  const writer = join(import.meta.dirname, 'writer.ts');
  const options = ['-C', 'samverk-source', '--no-warnings', writer, path];
  const child = spawn(process.execPath, options, { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  const lines: string[] = [];
  const kill = (): void => void child.kill('SIGKILL');
  when(0, kill);
  for await (const line of createInterface(child.stdout)) {
    lines.push(line);
    when(lines.length, kill);
  }
  await closed;
  expect([child.exitCode, child.signalCode]).toEqual([null, 'SIGKILL']);
  return lines.slice(1).map((line) => JSON.parse(line) as Acknowledged);
}

/** What stands in the store after a position: no gap in the positions, and none in the revisions of any stream. */
async function soundAfter(store: EventStore, after: number, revisions: Map<string, number>): Promise<StoredEvent[]> {
  const found: StoredEvent[] = [];
  for (let position = after; position < (await store.head());) {
    for (const event of await store.readAll({ after: position, limit: 1_000 })) {
      position += 1;
      const revision = (revisions.get(event.stream) ?? -1) + 1;
      if (event.position !== position || event.revision !== revision)
        throw new Error(`${event.stream} ${event.revision} at ${event.position}, not ${revision} at ${position}`);
      revisions.set(event.stream, revision);
      found.push(event);
    }
  }
  return found;
}

/** The acknowledged appends that are not there as they were acknowledged; `first` is the position of the first event. */
const lost = (acknowledged: readonly Acknowledged[], found: readonly StoredEvent[], first = 1): Acknowledged[] =>
  acknowledged.filter(({ stream, ids, revision, position }) =>
    ids.some((id, index) => {
      const back = ids.length - 1 - index;
      const event = found[position - back - first];
      return event?.id !== id || event.stream !== stream || event.revision !== revision - back;
    }),
  );

const acknowledged: Acknowledged[] = [];
beforeAll(() => console.log(`seed ${seed}, ${kills} kills`));
afterAll(() => rmSync(folder, { recursive: true }));

describe('what was acknowledged', () => {
  test(
    'is there after every kill -9, and the file opens without repair',
    async () => {
      const revisions = new Map<string, number>();
      let head = 0;
      for (let times = 0; times < kills; times++) {
        const duringStart = times % 5 === 0;
        const delay = chosen(duringStart ? 200 : 60);
        const now = await killed((lines, kill) => {
          if (lines === (duringStart ? 0 : 1)) void milliseconds(delay).then(kill);
        });
        acknowledged.push(...now);
        const store = await open(path);
        const found = await soundAfter(store, head, revisions);
        expect(lost(now, found, head + 1)).toEqual([]);
        const last = found.at(-1);
        if (last) {
          const { stream, position, revision } = last;
          expect(await store.append(stream, [last], 'none')).toEqual({ position, revision, repeated: true });
        }
        head = await store.head();
        await store.close();
      }
      expect(acknowledged.length).toBeGreaterThan(kills);
      console.log(`${kills} kills, ${acknowledged.length} appends acknowledged, ${head} events stored, none lost`);
    },
    60_000 + kills * 2_000,
  );

  test('is there when the log was cut or garbled beyond it, at any offset', async () => {
    const enough = 50 + chosen(100);
    acknowledged.push(...(await killed((lines, kill) => lines === enough && kill())));
    for (let times = 0; times < 25; times++) {
      const until = acknowledged.length - 1 - chosen(40);
      const keep = acknowledged[until]?.log ?? 0;
      const copy = changed((file) => {
        const { size } = statSync(`${file}-wal`);
        truncateSync(`${file}-wal`, keep + chosen(size - keep + 1));
        if (times % 2) appendFileSync(`${file}-wal`, Buffer.alloc(chosen(10_000), `torn ${times}`));
      });
      const store = await open(copy);
      const found = await soundAfter(store, 0, new Map());
      expect(lost(acknowledged.slice(0, until + 1), found)).toEqual([]);
      await store.close();
    }
  }, 60_000);

  test('is there when the file itself was cut at any offset, and found as before, or the file is refused', async () => {
    let refused = 0;
    for (let times = 0; times < 25; times++) {
      const copy = changed((file) => {
        const { size } = statSync(file);
        truncateSync(file, times % 2 ? chosen(size) : Math.max(0, size - 1 - chosen(20_000)));
      });
      const store = await open(copy).catch((error: unknown) => {
        expect(error).toBeInstanceOf(StoreUnusable);
        refused += 1;
      });
      if (!store) continue;
      expect(lost(acknowledged, await soundAfter(store, 0, new Map()))).toEqual([]);
      for (const { stream, ids } of acknowledged)
        for (const id of ids) expect((await store.find(stream, id))?.id).toBe(id);
      await store.close();
    }
    console.log(`25 cuts of the file: ${refused} refused, in the others nothing was missing`);
  }, 60_000);
});

/** A copy of the files, as the killed process left them, after something happened to it. */
function changed(happens: (file: string) => void): string {
  const copies = join(folder, 'copy');
  rmSync(copies, { recursive: true, force: true });
  mkdirSync(copies);
  const file = join(copies, 'events.db');
  for (const suffix of ['', '-wal']) cpSync(`${path}${suffix}`, `${file}${suffix}`);
  happens(file);
  return file;
}
