import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const debian = '/usr/lib/postgresql';

/** Where PostgreSQL's programs are: of the newest version that Debian's packages brought, else on the PATH. */
function binaries(): string | undefined {
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map((version) => join(debian, version, 'bin')),
    ...(process.env['PATH'] ?? '').split(delimiter),
  ];
  return folders.find((folder) => ['initdb', 'postgres'].every((name) => existsSync(join(folder, name))));
}

/** No PostgreSQL can be started here. The message says why, and the way out. */
export class NoPostgres extends Error {
  override readonly name = 'NoPostgres';
}

/** Why none can be started here; nothing where one can. */
export const whyNoPostgres = (): string | undefined =>
  binaries() === undefined ? 'no PostgreSQL here: apt-get install postgresql' : undefined;

/** PostgreSQL refuses to run as root: then it runs as somebody who may do nothing. */
function owner(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    try {
      const idOf = (which: string) => Number(execFileSync('id', [which, name], { stdio: 'pipe' }));
      return { uid: idOf('-u'), gid: idOf('-g') };
    } catch {
      // there is no such user
    }
  }
  throw new NoPostgres('PostgreSQL does not run as root, and there is no user postgres or nobody');
}

const run = promisify(execFile);

/** Waits for the end of its input, which is the end of who started it, however that came; then nothing is left in the folder. */
const sweeping = `
  cat > /dev/null
  server=$(head -n 1 "$0/data/postmaster.pid" 2> /dev/null) && kill -QUIT "$server" 2> /dev/null
  while [ -n "$server" ] && kill -0 "$server" 2> /dev/null; do sleep 0.1; done
  rm -rf "$0"`;

/** A PostgreSQL of its own, in a temporary folder and on a free port of this machine, for as long as it is wanted. */
export class PostgresServer {
  /** Of the database that is there from the beginning, as the administrator. */
  readonly url: string;
  readonly #folder: string;
  readonly #programs: string;
  readonly #port: number;
  readonly #durable: boolean;
  readonly #as: { uid: number; gid: number } | undefined;
  readonly #sweeper: ChildProcess;
  #process: ChildProcess | undefined;

  private constructor(programs: string, port: number, password: string, durable: boolean) {
    this.#programs = programs;
    this.#port = port;
    this.#durable = durable;
    this.#as = owner();
    this.#folder = mkdtempSync(join(tmpdir(), 'samverk-postgres-'));
    if (this.#as) chownSync(this.#folder, this.#as.uid, this.#as.gid);
    this.#sweeper = spawn('sh', ['-c', sweeping, this.#folder], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true, // Ctrl-C is not meant for it
    });
    this.url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
  }

  /**
   * Makes and starts one. Nothing in it outlives the machine's power unless `durable`, which is slower.
   * @throws NoPostgres where there are no programs
   */
  static async start({ durable = false }: { readonly durable?: boolean } = {}): Promise<PostgresServer> {
    const programs = binaries();
    if (programs === undefined) throw new NoPostgres(whyNoPostgres());
    const password = randomBytes(12).toString('hex');
    const server = new PostgresServer(programs, await freePort(), password, durable);
    try {
      await server.#make(password);
      await server.start();
      return server;
    } catch (error) {
      await server.remove();
      throw error;
    }
  }

  /** Starts it again where it was. Resolves when it answers. */
  async start(): Promise<void> {
    const settings = {
      listen_addresses: '127.0.0.1',
      port: this.#port,
      unix_socket_directories: '',
      max_connections: 200,
      shared_buffers: '64MB',
      ...(this.#durable ? {} : { fsync: 'off', full_page_writes: 'off' }),
    };
    const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const child = spawn(join(this.#programs, 'postgres'), ['-D', join(this.#folder, 'data'), ...args], {
      ...this.#as,
      cwd: this.#folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#process = child;
    let said = '';
    const ready = Promise.withResolvers<void>();
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-4_000);
      if (said.includes('ready to accept connections')) ready.resolve();
    });
    child.once('exit', () => ready.reject(new NoPostgres(`PostgreSQL does not start: ${said}`)));
    await ready.promise;
  }

  /** `fast`: what is under way is undone, and all is on the disk. `immediate`: at once, as if it were killed. */
  async stop(how: 'fast' | 'immediate' = 'fast'): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(how === 'fast' ? 'SIGINT' : 'SIGQUIT');
    await ended;
  }

  async remove(): Promise<void> {
    await this.stop('immediate');
    if (this.#sweeper.exitCode !== null) return;
    const swept = once(this.#sweeper, 'exit');
    this.#sweeper.stdin?.end();
    await swept;
  }

  async #make(password: string): Promise<void> {
    const passwordFile = join(this.#folder, 'password');
    writeFileSync(passwordFile, password, { mode: 0o600 });
    if (this.#as) chownSync(passwordFile, this.#as.uid, this.#as.gid);
    const args = ['--username=postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--encoding=UTF8'];
    const data = ['--locale=C', '--no-sync', '--no-instructions', '-D', join(this.#folder, 'data')];
    await run(join(this.#programs, 'initdb'), [...args, ...data], { ...this.#as, cwd: this.#folder });
    rmSync(passwordFile);
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
