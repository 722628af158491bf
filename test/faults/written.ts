import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { NewEvent, StoredEvent } from '#kernel/envelope';

/** An append that was acknowledged. */
export interface Acknowledged {
  readonly stream: string;
  /** Each event's id, and a digest of all of it. */
  readonly events: readonly (readonly [id: string, digest: string])[];
  readonly revision: number;
  readonly position: number;
  /** How long the log was then, in bytes. */
  readonly log: number;
}

export const digestOf = (event: NewEvent): string =>
  createHash('sha256').update(JSON.stringify(event)).digest('base64url');

/** Starts a program of this folder in a process of its own. */
export function start(program: string, ...args: string[]) {
  const options = ['-C', 'samverk-source', '--no-warnings', join(import.meta.dirname, program), ...args];
  return spawn(process.execPath, options, { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** Lets a process write to the file and kills it: `when` is told of every line that it says. Gives what it acknowledged. */
export async function killed(path: string, when: (lines: number, kill: () => void) => void): Promise<Acknowledged[]> {
  const child = start('writer.ts', path);
  const closed = once(child, 'close');
  const lines: string[] = [];
  const kill = (): void => void child.kill('SIGKILL');
  when(0, kill);
  for await (const line of createInterface(child.stdout)) {
    lines.push(line);
    when(lines.length, kill);
  }
  await closed;
  if (child.signalCode !== 'SIGKILL') throw new Error(`the writer ended by itself (${child.exitCode})`);
  return lines.slice(1).map((line) => JSON.parse(line) as Acknowledged);
}

/** The acknowledged appends that are not there as they were acknowledged. `at` gives the event at a position. */
export const lost = (
  acknowledged: readonly Acknowledged[],
  at: (position: number) => StoredEvent | undefined,
): Acknowledged[] =>
  acknowledged.filter((append) =>
    append.events.some(([, digest], index) => {
      const back = append.events.length - 1 - index;
      const found = at(append.position - back);
      if (!found) return true;
      const { stream, revision, position: _, recordedAt: __, ...event } = found;
      return stream !== append.stream || revision !== append.revision - back || digestOf(event) !== digest;
    }),
  );
