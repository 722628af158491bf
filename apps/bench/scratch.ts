import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { settingsHelp } from '#delivery/settings';

/** A server in a process of its own. */
export interface Started {
  readonly process: ChildProcess;
  readonly url: string;
}

/** What a run leaves on the machine while it lasts, a folder and processes, and nothing afterwards. */
export class Scratch {
  readonly folder = mkdtempSync(join(tmpdir(), 'samverk-bench-'));
  readonly #children = new Set<ChildProcess>();

  /** An empty folder in it. */
  folderFor(name: string): string {
    const folder = join(this.folder, name);
    mkdirSync(folder);
    return folder;
  }

  /**
   * Runs a module of this program, with these settings and none from outside, until it prints the address it serves.
   * @throws Error with what it said when it ends before
   */
  async start(module: string, settings: Readonly<Record<string, string>>): Promise<Started> {
    const outside = new Set(settingsHelp.map(({ name }) => name));
    const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !outside.has(name)));
    const child = spawn(process.execPath, [fileURLToPath(import.meta.resolve(module))], {
      env: { ...inherited, ...settings },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#children.add(child);
    child.once('exit', () => this.#children.delete(child));
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    let said = '';
    const listen = (text: string): void => {
      said = (said + text).slice(-10_000);
      const url = /https?:\/\/\S+\/graphql/.exec(said)?.[0];
      if (url === undefined) return;
      resolve(url);
      for (const stream of [child.stdout, child.stderr]) stream.off('data', listen).resume(); // its log is not our work
    };
    child.stdout.setEncoding('utf8').on('data', listen);
    child.stderr.setEncoding('utf8').on('data', listen);
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`${module} ended before it served:\n${said}`)));
    return { process: child, url: await promise };
  }

  /** Runs a server that is not ours, by a command line without quotes; what it says is not heard. */
  run(command: string): ChildProcess {
    const [program = '', ...args] = command.trim().split(/\s+/);
    // EventStoreDB takes every variable of its name for an option, and does not start with one it does not know.
    const env = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !/^(EVENTSTORE|KURRENTDB)_/.test(name)),
    );
    const child = spawn(program, args, { stdio: 'ignore', env });
    this.#children.add(child);
    child.once('exit', () => this.#children.delete(child));
    child.once('error', () => this.#children.delete(child));
    return child;
  }

  async stop(child: ChildProcess): Promise<void> {
    if (!this.#children.has(child)) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  }

  async clear(): Promise<void> {
    const ended = [...this.#children].map((child) => once(child, 'exit'));
    for (const child of this.#children) child.kill('SIGKILL');
    await Promise.all(ended);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Memory that a process holds, in MiB; nothing where the system does not tell it (it does on Linux). */
export function residentMiB({ pid }: ChildProcess): number | undefined {
  if (process.platform !== 'linux' || pid === undefined) return undefined;
  const kib = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return kib === undefined ? undefined : Number(kib) / 1_024;
}

/** Waits until a process is at rest, having done what it does behind the scenes; at once where the system does not tell. */
export async function atRest({ pid }: ChildProcess): Promise<void> {
  if (process.platform !== 'linux' || pid === undefined) return;
  // utime and stime, in hundredths of a second: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
  const used = () => {
    const [, utime, stime] = /\) (?:\S+ ){11}(\d+) (\d+) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    return Number(utime) + Number(stime);
  };
  for (let before = -Infinity, now = used(); now - before > 10; now = used()) {
    before = now;
    await delay(1_000);
  }
}
