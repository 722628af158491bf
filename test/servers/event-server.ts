import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** A command that starts an empty EventStoreDB or KurrentDB in the foreground; `{port}` and `{folder}` are filled in. */
const command = process.env['EVENTSTORE_COMMAND'];

/** Why no server of events can be started here, if none can. */
export const noEventServer =
  command === undefined || command === ''
    ? 'EVENTSTORE_COMMAND does not say how to start an EventStoreDB: a command with {port} and {folder} in it'
    : undefined;

/** A real EventStoreDB or KurrentDB on a port of this machine, with its data in a folder. */
export class EventServer {
  readonly #folder: string;
  readonly #port: number;
  #process: ChildProcess | undefined;
  #said = '';

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.#port = port;
  }

  get url(): string {
    return `esdb://127.0.0.1:${this.#port}?tls=false`;
  }

  /** @throws when it cannot be started here, or ends before it is ready */
  static async start(folder: string): Promise<EventServer> {
    const server = new EventServer(folder, await freePort());
    await server.start();
    return server;
  }

  /** Starts it again where it was. Resolves when it takes appends. */
  async start(): Promise<void> {
    if (noEventServer !== undefined) throw new Error(noEventServer);
    const filled = (command ?? '').replaceAll('{port}', `${this.#port}`).replaceAll('{folder}', this.#folder);
    // what begins with its own name, the server takes for its options
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('EVENTSTORE_')));
    const child = spawn('sh', ['-c', `exec ${filled}`], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#process = child;
    for (const out of [child.stdout, child.stderr])
      out.setEncoding('utf8').on('data', (said: string) => (this.#said = (this.#said + said).slice(-4_000)));
    const ended = once(child, 'exit').then(() => {
      throw new Error(`the server of events ended: ${this.#said}`);
    });
    ended.catch(() => undefined);
    while (!(await this.#leads())) await Promise.race([ended, delay(50)]);
  }

  /** Ends it in order, or as when its machine fails. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  async #leads(): Promise<boolean> {
    try {
      const answer = await fetch(`http://127.0.0.1:${this.#port}/gossip`);
      const { members } = (await answer.json()) as { readonly members: readonly { readonly state: string }[] };
      return members.some(({ state }) => state === 'Leader');
    } catch {
      return false;
    }
  }
}

/** Its own port for replication is 1,000 below. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
