import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const root = join(import.meta.dirname, '..', '..');

/** A line of the log. */
export type Line = Readonly<Record<string, unknown>> & { readonly event: string };

/** The API, or a worker, as an operator runs it: a process of its own, that logs in JSON. Its folder lives as long as it. */
export class Operated {
  readonly folder = mkdtempSync(join(tmpdir(), 'samverk-operated-'));
  /** All that it wrote, on stdout and stderr. */
  readonly out: string[] = [];
  readonly errors: string[] = [];
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #wake = Promise.withResolvers<void>();
  #over = false;

  private constructor(settings: Readonly<Record<string, string>>, app: 'api' | 'worker') {
    this.#child = spawn(process.execPath, [join(root, 'dist', 'apps', app, 'main.js')], {
      env: { DATA_DIR: this.folder, PORT: '0', LOG_FORMAT: 'json', LOG_LEVEL: 'debug', ...settings },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const { stdout, stderr } = this.#child;
    const hear = (lines: string[]) => (line: string) => {
      lines.push(line);
      this.#wake.resolve();
      this.#wake = Promise.withResolvers();
    };
    if (stdout) createInterface(stdout).on('line', hear(this.out));
    if (stderr) createInterface(stderr).on('line', hear(this.errors));
    this.#ended = once(this.#child, 'close').then(() => {
      this.#over = true;
      this.#wake.resolve();
    });
  }

  /** Resolves when it serves, or has ended. */
  static async start(
    settings: Readonly<Record<string, string>> = {},
    app: 'api' | 'worker' = 'api',
  ): Promise<Operated> {
    const operated = new Operated(settings, app);
    await operated.line(({ event }) => event === 'serving' || event === 'failed');
    return operated;
  }

  get lines(): Line[] {
    return this.out.map((line) => JSON.parse(line) as Line);
  }

  /** The first line that fits, when it has been written. @throws when the process ends without one */
  async line(fits: (line: Line) => boolean): Promise<Line> {
    for (;;) {
      const { promise } = this.#wake;
      const found = this.lines.find(fits);
      if (found) return found;
      if (this.#over) throw new Error(`it ended, and wrote:\n${[...this.out, ...this.errors].join('\n')}`);
      await promise;
    }
  }

  /** Where it listens, by the name that the line about serving gives it. */
  at(name: 'graphql' | 'admin'): string {
    return String(this.lines.find(({ event }) => event === 'serving')?.[name]);
  }

  token(role: string): string {
    const tokens = JSON.parse(readFileSync(join(this.folder, 'demo-tokens.json'), 'utf8')) as Record<string, string>;
    return tokens[role] ?? '';
  }

  async post(body: object, headers: Readonly<Record<string, string>> = {}) {
    const sent = { 'content-type': 'application/json', ...headers };
    const response = await fetch(this.at('graphql'), { method: 'POST', headers: sent, body: JSON.stringify(body) });
    return {
      status: response.status,
      correlation: response.headers.get('x-correlation-id') ?? '',
      text: await response.text(),
    };
  }

  /** The pages of the admin port. */
  async admin(path: string, headers: Readonly<Record<string, string>> = {}) {
    const response = await fetch(`${this.at('admin')}${path}`, { headers });
    return { status: response.status, text: await response.text() };
  }

  /** Ends it as a machine that fails does. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  /** Ends it as an operator does; gives its exit code. */
  async stop(): Promise<number | null> {
    this.#child.kill('SIGTERM');
    await this.#ended;
    return this.#child.exitCode;
  }

  async end(): Promise<void> {
    if (!this.#over) await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The exit code of one that ends by itself. */
  async ended(): Promise<number | null> {
    await this.#ended;
    return this.#child.exitCode;
  }
}
