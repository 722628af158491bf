import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A server of a test's own, in a process that it may kill. */
export interface EventStoreServer {
  readonly url: string;
  /** Resolves when it has ended, whoever ended it. */
  readonly ended: Promise<unknown>;
  /** As if the machine had failed. Resolves when it has ended. */
  kill(): Promise<void>;
}

/**
 * Starts EVENTSTORE_COMMAND, or for a node of a cluster EVENTSTORE_NODE_COMMAND, with `{port}`, `{folder}` and `{node}`
 * replaced. It has its data in the folder, which is made, and is empty at first; whoever opens it waits until it answers.
 */
export function startServer(command: string, at: { folder: string; port?: number; node?: number }): EventStoreServer {
  const filled = command.replace(/\{(port|folder|node)\}/g, (_, name: keyof typeof at) => String(at[name]));
  mkdirSync(at.folder, { recursive: true });
  // The server takes every variable that begins so for an option of its own, and refuses those it does not know.
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('EVENTSTORE_'));
  const child = spawn('sh', ['-c', `exec ${filled}`], {
    env: Object.fromEntries(own),
    stdio: 'ignore',
    detached: true, // whatever it starts itself is killed with it
  });
  const ended = once(child, 'close');
  return {
    url: `esdb://127.0.0.1:${at.port}?tls=false`,
    ended,
    async kill() {
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
        process.kill(-child.pid, 'SIGKILL');
      await ended;
    },
  };
}

/** An empty server; `end` stops it and removes its data. */
export async function startEmptyServer(command: string): Promise<EventStoreServer & { end(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'samverk-eventstore-'));
  const server = startServer(command, { folder, port: await aFreePort() });
  return {
    ...server,
    async end() {
      await server.kill();
      rmSync(folder, { recursive: true });
    },
  };
}

export async function aFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
