import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { settingsHelp } from '#delivery/settings';

const root = fileURLToPath(new URL('../..', import.meta.url));
const start = join(root, 'apps', 'start.mjs');

/** The environment of this process without the settings of Samverk, and with these. */
const environment = (settings: Readonly<Record<string, string>>): NodeJS.ProcessEnv => {
  const outside = new Set(settingsHelp.map(({ name }) => name));
  return { ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !outside.has(name))), ...settings };
};

/** Builds the program where it is not built from the sources as they are. */
export async function build(): Promise<void> {
  const child = spawn(process.execPath, [start, 'api', '--help'], { env: environment({}), stdio: 'ignore' });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`the program could not be built: ${code}`);
}

/** The built API in a process of its own, on a free port. */
export class ApiProcess {
  readonly #child: ChildProcess;
  readonly #folder: string;
  #said = '';
  #tokens: Readonly<Record<string, string>> | undefined;

  constructor(folder: string) {
    this.#folder = folder;
    const env = environment({ PORT: '0', DATA_DIR: folder });
    this.#child = spawn(process.execPath, [start, 'api'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => (this.#said += text));
  }

  /** All it has printed. */
  get said(): string {
    return this.#said;
  }

  /** Resolves with its GraphQL address once it serves. @throws Error with what it said when it ends before */
  async serving(): Promise<string> {
    for (;;) {
      const url = /GraphQL +(https?:\/\/\S+\/graphql)/.exec(this.#said)?.[1];
      if (url !== undefined) return url;
      if (this.#ended) throw new Error(`the API ended before it served:\n${this.#said}`);
      await Promise.race([once(this.#child.stdout ?? this.#child, 'data'), once(this.#child, 'exit')]);
    }
  }

  /** The demo's token of a role, as it wrote it to its folder. */
  token(role: string): string {
    this.#tokens ??= JSON.parse(readFileSync(join(this.#folder, 'demo-tokens.json'), 'utf8')) as Record<string, string>;
    return this.#tokens[role] ?? '';
  }

  /** Ends it; with SIGKILL it has no time for anything. Resolves with its exit code, `null` where it had none. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    if (this.#ended) return this.#child.exitCode;
    const exited = once(this.#child, 'exit') as Promise<[number | null]>;
    this.#child.kill(signal);
    return (await exited)[0];
  }

  get #ended(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }
}
