/**
 * Writes to the store in the file it is given until it is killed: several callers at once, appends of one to three small
 * or large events, each on its caller's own stream. Says `open` and then a line of JSON for every append that was
 * acknowledged: where it stands, and how long the log was when it was.
 */
import { randomInt } from 'node:crypto';
import { statSync, writeSync } from 'node:fs';
import type { NewEvent } from '#kernel/envelope';
import { openSqliteEventStore } from '#event-store/sqlite/sqlite-event-store';
import { anEvent } from '#event-store/under-test.contract';
import { type Acknowledged, digestOf } from './written.ts';

const [path = ''] = process.argv.slice(2);
const store = await openSqliteEventStore({ path, clock: { now: () => new Date().toISOString() } });
const say = (line: string): number => writeSync(1, `${line}\n`); // at once, and before anything else can happen
say('open');

const aNote = (): NewEvent =>
  anEvent({ data: { text: 'å'.repeat(randomInt(10) === 0 ? randomInt(20_000) : randomInt(200)) } });

async function callAgainAndAgain(stream: string): Promise<never> {
  let expected: number | 'none' = 'none';
  for await (const last of store.readStream(stream, { backwards: true, limit: 1 })) expected = last.revision;
  for (;;) {
    const events = Array.from({ length: randomInt(1, 4) }, aNote);
    const { revision, position } = await store.append(stream, events, expected);
    const { size: log } = statSync(`${path}-wal`);
    const told = events.map((event) => [event.id, digestOf(event)] as const);
    say(JSON.stringify({ stream, events: told, revision, position, log } satisfies Acknowledged));
    expected = revision;
  }
}

await Promise.all(Array.from({ length: 8 }, (_, caller) => callAgainAndAgain(`note-${caller}`)));
