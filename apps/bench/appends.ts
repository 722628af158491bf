import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { systemClock } from '#delivery/clock';
import type { Expected } from '#event-store/event-store';
import { openSqliteEventStore } from '#event-store/sqlite/sqlite-event-store';
import type { Figure } from './figures.ts';
import { eventsOf, type History } from './histories.ts';
import { aCost } from './mandate-history.ts';
import type { Found } from './figures.ts';
import { type Bench, inTurns, p99Of, rateOf, roundMs } from './rounds.ts';

/** P1: each append is answered before the next is asked for. */
export const oneCaller = async (bench: Bench, history: History): Promise<Found> => ({
  P1: await appends(bench, history, 'P1', 1),
});

/** P2: each caller has its stream; what they ask for in one turn of the loop shares a commit. */
export const manyCallers = async (bench: Bench, history: History): Promise<Found> => ({
  P2: await appends(bench, history, 'P2', 64),
});

const subscribers = 1_000;
const deliveries = 300;

/** P6: one appends, event by event, and a thousand wait for it at the end of the store; how long until the last has it. */
export async function delivery({ progress }: Bench, history: History): Promise<Found> {
  const store = await openSqliteEventStore({ path: eventsOf(history), clock: systemClock });
  const head = await store.head();
  const { stream, event } = aCost();
  const waits: number[] = [];
  let have = 0;
  let all = Promise.withResolvers<void>();
  const following = Array.from({ length: subscribers }, async () => {
    for await (const { events } of store.subscribe({ after: head }))
      for (const _ of events) if (++have === subscribers) all.resolve();
  });
  for (let at = 0; at < deliveries; at++) {
    progress.show('P6 delivering', at / deliveries);
    [have, all] = [0, Promise.withResolvers<void>()];
    const begun = performance.now();
    await store.append(stream, [{ ...event, id: randomUUID() }], 'any');
    await all.promise;
    waits.push(performance.now() - begun);
  }
  await store.close();
  await Promise.all(following);
  return { P6: { value: p99Of(waits) } };
}

async function appends(bench: Bench, history: History, name: string, callers: number): Promise<Figure> {
  const store = await openSqliteEventStore({ path: eventsOf(history), clock: systemClock });
  const waits: number[] = [];
  const { event } = aCost();

  const callersOf = Array.from({ length: callers }, () => {
    const { stream } = aCost();
    let expected: Expected = 'none';
    return async (until: number): Promise<number> => {
      let done = 0;
      for (let begun = performance.now(); begun < until; done++) {
        ({ revision: expected } = await store.append(stream, [{ ...event, id: randomUUID() }], expected));
        const answered = performance.now();
        waits.push(answered - begun);
        begun = answered;
      }
      return done;
    };
  });
  const raw = rawInserts(join(history.folder, `${name}-raw.db`), callers);
  try {
    const rates = await inTurns(
      bench,
      `${name} appends`,
      (round) => {
        if (round === 1) waits.length = 0;
        const until = performance.now() + roundMs(bench);
        return rateOf(async () => sum(await Promise.all(callersOf.map((caller) => caller(until)))));
      },
      () => rateOf(() => raw.insertUntil(performance.now() + roundMs(bench))),
    );
    return { ...rates, p99: p99Of(waits) };
  } finally {
    raw.close();
    await store.close();
  }
}

const sum = (figures: readonly number[]): number => figures.reduce((total, figure) => total + figure, 0);

/** SQLite alone, under the settings of the event store: the same row into a table without another index. */
function rawInserts(path: string, group: number) {
  const db = new DatabaseSync(path);
  db.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    CREATE TABLE events (
      position INTEGER PRIMARY KEY,
      stream TEXT NOT NULL,
      revision INTEGER NOT NULL,
      category TEXT NOT NULL,
      type TEXT NOT NULL,
      recorded_at TEXT NOT NULL,
      body TEXT NOT NULL
    ) STRICT;
  `);
  const [begin, commit] = [db.prepare('BEGIN IMMEDIATE'), db.prepare('COMMIT')];
  const insert = db.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)');
  const { stream, event } = aCost();
  const body = JSON.stringify(event);
  let position = 0;
  return {
    insertUntil(until: number): number {
      const before = position;
      while (performance.now() < until) {
        if (group > 1) begin.run();
        for (let index = 0; index < group; index++) {
          position += 1;
          insert.run(position, stream, position, 'fundingyear', event.type, event.occurredAt, body);
        }
        if (group > 1) commit.run();
      }
      return position - before;
    },
    close: () => db.close(),
  };
}
