import { isDeepStrictEqual } from 'node:util';
import type { Command } from 'commander';
import { systemClock } from '#delivery/clock';
import { type Settings, SettingsError } from '#delivery/settings';
import { type EventStore, maxAppendBytes, maxAppendEvents } from '#event-store/event-store';
import { type KurrentEventStore, openKurrentEventStore } from '#event-store/kurrent/kurrent-event-store';
import { openSqliteEventStore } from '#event-store/sqlite/sqlite-event-store';
import type { StoredEvent } from '#kernel/envelope';
import { longWork, type Show } from './long-work.ts';

export function addCopy(program: Command, settings: () => Settings): void {
  program
    .command('copy')
    .description(
      'Copy all events of EVENT_STORE, a file, into an EventStoreDB or KurrentDB that holds none, and compare every one. Runs beside the API and changes nothing there. Ctrl-C stops it, and the same command goes on.',
    )
    .requiredOption('--to <url>', 'where to: esdb://HOST:PORT or kurrentdb://HOST:PORT, as EVENT_STORE will have it')
    .action(async ({ to: url }: { to: string }) => {
      const { eventStore } = settings();
      if (eventStore.kind !== 'sqlite')
        throw new SettingsError([
          'EVENT_STORE is a server already: name the file that is to be copied, as sqlite:PATH',
        ]);
      const from = await openSqliteEventStore({ path: eventStore.path, clock: systemClock, readOnly: true });
      try {
        const to = await openKurrentEventStore({ url, clock: systemClock });
        try {
          const { before, now } = await longWork(
            (show) => copyEvents(from, to, show),
            'Stopped: what is copied stays, and the same command goes on from there.',
          );
          console.log(
            `${before + now} events are there, each compared; ${now} of them were copied now.\n` +
              'If the API was running meanwhile, stop it and run the same command once more: it copies what came since.\n' +
              'Then set EVENT_STORE to the address that you gave here, and start: views and timers are built anew from the first event.',
          );
        } finally {
          await to.close();
        }
      } finally {
        await from.close();
      }
    });
}

/** The place that was named holds other events. The message says which is the first. */
export class CopyNotAccepted extends Error {
  override readonly name = 'CopyNotAccepted';
}

/** So many events are read at once. */
const page = 1_000;

/**
 * Copies what `to` lacks, one append after another, so that the order of all events is kept; an append has as many events
 * as follow each other on one stream. Then reads it back. What was there before is compared first, and must be the
 * beginning of it.
 * @param show throws when it is to stop: what is copied stays, and the next call goes on from there
 * @throws CopyNotAccepted when `to` holds anything else
 */
export async function copyEvents(
  from: EventStore,
  to: KurrentEventStore,
  show: Show,
): Promise<{ readonly before: number; readonly now: number }> {
  const head = await from.head();
  const there = await compared(from, to, { count: 0, from: 0, to: 0 }, (at) => show('Comparing', at / head));
  const begun = performance.now();
  let now = 0;
  for await (const events of runs(from, there.from)) {
    const { position = head } = events.at(-1) ?? {};
    show(
      'Copying',
      position / Math.max(head, position),
      `${Math.round((now * 1_000) / (performance.now() - begun))}/s`,
    );
    await to.copy(events);
    now += events.length;
  }
  const all = await compared(from, to, there, (at) => show('Comparing what was copied', at / Math.max(head, at)));
  if (all.count !== there.count + now)
    throw new CopyNotAccepted(`${all.count - there.count} of the ${now} events copied are there: ${other}`);
  return { before: there.count, now };
}

/** How many events of the two stores were compared, and up to which position of each. */
interface Compared {
  readonly count: number;
  readonly from: number;
  readonly to: number;
}

const other = 'something else writes there as well. Stop it, and begin again with an empty server';

/** Goes on comparing until `to` has no more. @throws CopyNotAccepted at the first event that differs */
async function compared(
  from: EventStore,
  to: EventStore,
  begin: Compared,
  told: (position: number) => void,
): Promise<Compared> {
  let at = begin;
  for (;;) {
    const copies = await to.readAll({ after: at.to, limit: page });
    const originals = await from.readAll({ after: at.from, limit: copies.length });
    for (const [index, copy] of copies.entries()) {
      const original = originals[index];
      if (original && same(original, copy)) continue;
      const which = `event ${at.count + index + 1} there, ${copy.type} of ${copy.stream},`;
      throw new CopyNotAccepted(
        original
          ? `${which} is not ${original.type} of ${original.stream}, or not as it is here: ${other}`
          : `${which} comes after the last of EVENT_STORE: ${other}`,
      );
    }
    at = {
      count: at.count + copies.length,
      from: originals.at(-1)?.position ?? at.from,
      to: copies.at(-1)?.position ?? at.to,
    };
    told(at.from);
    if (copies.length < page) return at;
  }
}

/** A position is a store's own. */
const same = (one: StoredEvent, two: StoredEvent): boolean =>
  isDeepStrictEqual({ ...one, position: 0 }, { ...two, position: 0 });

/** The events after a position in order, as many together as one append may hold. */
async function* runs(from: EventStore, after: number): AsyncIterable<StoredEvent[]> {
  for (let position = after; ;) {
    const events = await from.readAll({ after: position, limit: page });
    let run: StoredEvent[] = [];
    let bytes = 0;
    for (const event of events) {
      const size = Buffer.byteLength(JSON.stringify(event));
      const full = run.length === maxAppendEvents || bytes + size > maxAppendBytes;
      if (run.length > 0 && (full || event.stream !== run[0]?.stream)) {
        yield run;
        [run, bytes] = [[], 0];
      }
      run.push(event);
      bytes += size;
    }
    if (run.length > 0) yield run;
    position = events.at(-1)?.position ?? position;
    if (events.length < page) return;
  }
}
