import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { type EventStore, StoreUnusable } from '#event-store/event-store';
import { checkWhole } from '#event-store/sqlite/check';
import { openSqliteEventStore } from '#event-store/sqlite/sqlite-event-store';
import { Witness } from '#event-store/sqlite/witness';
import type { StoredEvent } from '#kernel/envelope';
import { asked, chosen, seed } from './chance.ts';
import { type Acknowledged, killed, lost } from './written.ts';

/**
 * What can be known of files that were cut or torn. When a process dies the kernel keeps what it wrote; when the machine
 * dies, what was not synced is lost or torn, and that is what lies beyond the last acknowledged event: nothing
 * acknowledged may be missing then. Damage to what was synced is a broken disk or a hand on the files: events may be gone
 * then, and never without a word. The witness tells of a history that ends too early; checksums, and the check of
 * the whole file that follows every start which was not preceded by a stop in order, tell of all else. Only files that
 * were exchanged together, witness included, for older ones of the same store look whole: of that tell backups.
 */
const cuts = asked('SAMVERK_CUTS', 60);
/** So many cuts are made in what one life left behind, and so many lives a store has. */
const cutsPerLife = 30;
const livesPerStore = 5;

const folder = mkdtempSync(join(tmpdir(), 'samverk-torn-'));
const original = join(folder, 'events.db');
const copied = join(folder, 'copy', 'events.db');
afterAll(() => rmSync(folder, { recursive: true }));

const parts = ['', '-wal', '.witness'] as const;
type Part = (typeof parts)[number];

function copy(of: readonly Part[] = parts): void {
  rmSync(join(copied, '..'), { recursive: true, force: true });
  mkdirSync(join(copied, '..'));
  for (const part of of) if (existsSync(`${original}${part}`)) cpSync(`${original}${part}`, `${copied}${part}`);
}

/** Cuts a file, or overwrites up to 20,000 bytes of it with zeros or with noise, somewhere from an offset on. */
function damage(file: string, from = 0): void {
  if (!existsSync(file)) return;
  const { size } = statSync(file);
  const at = from + chosen(size - from + 1);
  const how = chosen(3);
  if (how === 0) return truncateSync(file, at);
  const bytes = Buffer.alloc(1 + chosen(chosen(2) ? 20_000 : 20));
  if (how === 1) for (let index = 0; index < bytes.length; index++) bytes[index] = chosen(256);
  const handle = openSync(file, 'r+');
  writeSync(handle, bytes, 0, bytes.length, at);
  closeSync(handle);
}

type Outcome = 'whole' | 'refused' | 'named by the whole check';

/** What comes of opening the copy, as the system does after a kill. @throws where events are missing or changed unnoticed */
async function outcome(acknowledged: readonly Acknowledged[]): Promise<Outcome> {
  let store: EventStore;
  try {
    store = await openSqliteEventStore({ path: copied, clock: { now: () => '2017-01-02T09:00:00.000Z' } });
  } catch (error) {
    expect(error).toBeInstanceOf(StoreUnusable);
    expect(String(error)).toContain(copied);
    return 'refused';
  }
  try {
    const check = checkWhole(copied);
    let step = check.next();
    while (!step.done) step = check.next();
    const found = new Map<number, StoredEvent>();
    const whole = await readAll(store, found).catch((error: unknown) => expect(error).toBeInstanceOf(StoreUnusable));
    const read = ({ position }: Acknowledged) => step.value.length === 0 || found.has(position);
    expect(lost(acknowledged.filter(read), (position) => found.get(position))).toEqual([]);
    if (step.value.length > 0) return 'named by the whole check';
    expect(whole).toBe('whole');
    for (const { stream, events } of acknowledged)
      for (const [id] of events) expect((await store.find(stream, id))?.id).toBe(id);
    return 'whole';
  } finally {
    await store.close();
  }
}

async function readAll(store: EventStore, found: Map<number, StoredEvent>): Promise<'whole'> {
  for (let after = 0, head = await store.head(); after < head; after = found.size)
    for (const event of await store.readAll({ after, limit: 50 })) found.set(event.position, event);
  return 'whole';
}

test(
  'of files that were cut or torn nothing that was acknowledged is missing, or it is said what is wrong',
  async () => {
    const acknowledged: Acknowledged[] = [];
    const counts = new Map<string, number>();
    for (let times = 0; times < cuts; times++) {
      if (times % (cutsPerLife * livesPerStore) === 0) {
        for (const part of parts) rmSync(`${original}${part}`, { force: true });
        acknowledged.length = 0;
      }
      if (times % cutsPerLife === 0) {
        const enough = 30 + chosen(200);
        acknowledged.push(...(await killed(original, (lines, kill) => lines === enough && kill())));
      }
      const what = kinds[times % kinds.length] ?? kinds[0];
      const came = await what.happens(acknowledged);
      const key = `${what.is}: ${came}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
      expect(what.mayCome).toContain(came);
    }
    console.log(
      [`seed ${seed}: ${cuts} cuts`, ...[...counts].map(([what, count]) => `  ${what} ${count}`).sort()].join('\n'),
    );
    if (cuts >= 30) expect([...counts.keys()].some((what) => what.endsWith('refused'))).toBe(true);
  },
  120_000 + cuts * 2_000,
);

interface Kind {
  readonly is: string;
  readonly mayCome: readonly Outcome[];
  readonly happens: (acknowledged: readonly Acknowledged[]) => Promise<Outcome>;
}

const any: readonly Outcome[] = ['whole', 'refused', 'named by the whole check'];
const to = (part: Part, is: string): Kind => ({
  is,
  mayCome: any,
  happens: (acknowledged) => {
    copy();
    damage(`${copied}${part}`);
    return outcome(acknowledged);
  },
});

const kinds: readonly [Kind, ...Kind[]] = [
  {
    is: 'the machine failed after an event was acknowledged',
    mayCome: ['whole'],
    happens: (acknowledged) => {
      copy(['', '-wal']);
      const last = acknowledged.length - 1 - chosen(20);
      const until = acknowledged.slice(0, last + 1);
      damage(`${copied}-wal`, acknowledged[last]?.log ?? 0);
      const seen = acknowledged[last - chosen(20)] ?? acknowledged[last];
      new Witness(copied, { position: seen?.position ?? 0, event: seen?.events.at(-1)?.[0] ?? null }).close(false);
      return outcome(until);
    },
  },
  to('-wal', 'the log was damaged anywhere'),
  to('', 'the store was damaged anywhere'),
  to('.witness', 'the witness was damaged anywhere'),
  {
    is: 'the log was lost',
    mayCome: ['refused', 'whole'], // whole where all of it had just been moved into the store
    happens: (acknowledged) => {
      copy(['', '.witness']);
      return outcome(acknowledged);
    },
  },
];
