import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { createInterface, type Interface } from 'node:readline';
import { afterAll, expect, test } from '@jest/globals';
import { systemClock } from '#delivery/clock';
import type { EventStore } from '#event-store/event-store';
import { openSqliteEventStore } from '#event-store/sqlite/sqlite-event-store';
import { inPostgres } from '#postgres/server.contract';
import { historyRules } from '#read-store/history-rules';
import { openPostgresReadStore } from '#read-store/postgres/postgres-read-store';
import { facts, views } from './kept-views.ts';
import { expectAsRebuilt, Load } from './postgres-views.ts';

const folder = mkdtempSync(join(tmpdir(), 'samverk-keepers-'));
const path = join(folder, 'events.db');
afterAll(() => rmSync(folder, { recursive: true }));

/** A keeper in a process of its own. */
class Keeper {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: Interface;
  readonly #said: string[] = [];

  constructor(url: string) {
    const program = join(import.meta.dirname, 'keeper.ts');
    const args = ['-C', 'samverk-source', '--no-warnings', program, path, url];
    this.#process = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = createInterface(this.#process.stdout);
    this.#lines.on('line', (line) => this.#said.push(line));
  }

  /** Waits until it says this, for the first time since this was last asked. */
  async says(line: string): Promise<void> {
    for (;;) {
      const at = this.#said.indexOf(line);
      if (at >= 0) return void this.#said.splice(0, at + 1);
      await once(this.#lines, 'line');
    }
  }

  tell(line: string): void {
    this.#process.stdin.write(`${line}\n`);
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  async end(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const closed = once(this.#process, 'close');
    this.signal('SIGKILL');
    await closed;
  }
}

inPostgres('of several that can keep the views', (database) => {
  const keepers: Keeper[] = [];
  const keeper = async (): Promise<Keeper> => {
    const one = new Keeper(database.url);
    keepers.push(one);
    await one.says('ready');
    return one;
  };

  /** Waits until all events are in all views. */
  async function caughtUp(events: EventStore): Promise<void> {
    const store = await openPostgresReadStore({ url: database.url, access: 'read' });
    const stop = new AbortController();
    try {
      await store.prepare(views, historyRules(facts));
      for await (const _ of store.changed(stop.signal)) {
        const positions = [...(await store.checkpoints()).values()].map(({ position }) => position);
        if (positions.length === views.length + 1 && Math.min(...positions) === (await events.head())) return;
      }
    } finally {
      stop.abort();
      await store.close();
    }
  }

  test('one does: another takes over when it is killed, or stalls, and one that stalled writes nothing when it wakes', async () => {
    const events = await openSqliteEventStore({ path, clock: systemClock });
    const load = new Load();
    load.start(events);
    try {
      const first = await keeper();
      await first.says('turn');
      const second = await keeper();
      first.signal('SIGKILL');
      await second.says('turn');

      const third = await keeper();
      second.tell('begin');
      await second.says('begun');
      second.signal('SIGSTOP'); // in the midst of writing
      await third.says('turn');
      second.signal('SIGCONT');
      second.tell('go on');
      await second.says('refused');
      expect(await database.sql('SELECT * FROM notes.note')).toEqual([]);

      third.tell('begin');
      await third.says('begun');
      third.tell('go on');
      await third.says('written');
      third.signal('SIGTERM'); // gives its turn back
      await second.says('turn');

      await load.stop();
      await caughtUp(events);
      for (const one of keepers) await one.end();
      await expectAsRebuilt(database.url, events);
    } finally {
      await load.stop();
      for (const one of keepers) await one.end();
      await events.close();
    }
  }, 180_000);
});
