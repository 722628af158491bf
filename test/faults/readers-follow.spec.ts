import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as milliseconds } from 'node:timers/promises';
import { afterAll, expect, test } from '@jest/globals';
import { chosen, seed } from './chance.ts';
import { EventsRead, reading } from './events-read.ts';
import { killed, start } from './written.ts';

const lives = 6;
const folder = mkdtempSync(join(tmpdir(), 'samverk-readers-'));
const path = join(folder, 'events.db');
const readers: Reader[] = [];
afterAll(async () => {
  for (const reader of readers) await reader.stop();
  rmSync(folder, { recursive: true });
});

/** Another process that follows the store, and what it has said. */
class Reader {
  readonly lines: string[] = [];
  readonly #child = start('reader.ts', path);
  readonly #ended = once(this.#child, 'close');
  #said = Promise.withResolvers<void>();

  constructor() {
    createInterface(this.#child.stdout).on('line', (line) => {
      this.lines.push(line);
      this.#said.resolve();
      this.#said = Promise.withResolvers<void>();
    });
  }

  async saw(count: number): Promise<void> {
    while (this.lines.length < count) await Promise.race([this.#said.promise, this.#ended.then(fell)]);
  }

  async stop(): Promise<void> {
    this.#child.kill();
    await this.#ended;
  }
}

const fell = (): never => {
  throw new Error('the reader ended by itself');
};

test('processes that follow the store see every event once and in order, while the one that writes is killed and started again', async () => {
  for (let life = 0; life < lives; life++) {
    const delay = chosen(80);
    await killed(path, (lines, kill) => {
      if (lines === 2) void milliseconds(delay).then(kill);
    });
    if (life % 2 === 0) readers.push(new Reader());
    for (const reader of readers) await reader.saw(1); // it follows, and is not only started
  }
  const stored: string[] = [];
  const events = new EventsRead(({ position, id }) => stored.push(`${position} ${id}`));
  await reading(path, (store) => events.readOn(store));
  for (const reader of readers) await reader.saw(stored.length);
  for (const { lines } of readers) expect(lines).toEqual(stored);
  console.log(`seed ${seed}: ${readers.length} readers, ${lives} kills, ${stored.length} events each`);
}, 120_000);
