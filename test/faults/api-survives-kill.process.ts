import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, watch } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '..', '..');

/** Brings `dist/` up to date with the sources, as `npm start` does. @throws with what the compiler said */
export const build = async (): Promise<void> =>
  void (await promisify(execFile)(process.execPath, ['apps/start.mjs', 'api', '--help'], { cwd: root }));

/** How a process ended, and what it complained of before. */
export interface End {
  readonly code: number | null;
  readonly signal: string | null;
  readonly complaints: string;
}

/** The tools of an installation, run to their end on a data folder, with other settings beside; `running` is given the process. */
export async function samverk(
  folder: string,
  args: readonly string[],
  running: (child: ChildProcess) => void = () => undefined,
  settings: Readonly<Record<string, string>> = {},
): Promise<End & { readonly says: string }> {
  const child = spawn(process.execPath, [join(root, 'dist', 'apps', 'cli', 'main.js'), ...args], {
    env: { ...settings, DATA_DIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running(child);
  const [says, complaints] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: child.exitCode, signal: child.signalCode, says, complaints };
}

/** The API as its users run it: built, in a process of its own, as a demo on a folder and a free port. */
export class ApiProcess {
  readonly #folder: string;
  readonly #signal: (signal: NodeJS.Signals) => void;
  #killed = false;
  #said = '';
  #complained = '';
  /** Where it listens, once it is ready; nothing when it ended before. */
  readonly ready: Promise<string | undefined>;
  readonly ended: Promise<End>;

  constructor(folder: string) {
    this.#folder = folder;
    const child = spawn(process.execPath, [join(root, 'dist', 'apps', 'api', 'main.js')], {
      env: { DATA_DIR: folder, PORT: '0', RATE_PER_PERSON: '0', RATE_PER_ADDRESS: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#signal = (signal) => void child.kill(signal);
    child.stdout.setEncoding('utf8').on('data', (said: string) => (this.#said += said));
    child.stderr.setEncoding('utf8').on('data', (complained: string) => (this.#complained += complained));
    this.ended = once(child, 'close').then(() => ({
      code: child.exitCode,
      signal: child.signalCode,
      complaints: this.#complained,
    }));
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    createInterface(child.stdout).on('line', (line) => {
      const [, url] = /^ *GraphQL +(\S+)$/.exec(line) ?? [];
      if (url !== undefined) resolve(url);
    });
    this.ready = promise;
    child.once('close', () => resolve(undefined));
  }

  /** What it has said until now, and what it has complained of. */
  said = (): string => this.#said;
  complained = (): string => this.#complained;

  get killed(): boolean {
    return this.#killed;
  }

  /** The tokens that the demo wrote down, by role. */
  tokens(): Readonly<Record<string, string>> {
    return JSON.parse(readFileSync(join(this.#folder, 'demo-tokens.json'), 'utf8')) as Record<string, string>;
  }

  /** Whether it says that it is ready to serve. @throws when it did not start */
  async isReady(): Promise<boolean> {
    const url = await this.ready;
    if (url === undefined) throw new Error(`the API did not start: ${(await this.ended).complaints}`);
    return (await fetch(new URL('/health/ready', url))).ok;
  }

  kill(): void {
    this.#killed = true;
    this.#signal('SIGKILL');
  }

  /** Kills it when something in its folder has changed for the so-manieth time; once it is ready in any case. */
  async killAtChange(number: number): Promise<End> {
    let left = number;
    const watching = watch(this.#folder, () => {
      if (--left <= 0) this.kill();
    });
    await this.ready;
    watching.close();
    this.kill();
    return this.ended;
  }

  async stop(): Promise<End> {
    this.#signal('SIGTERM');
    return this.ended;
  }
}
