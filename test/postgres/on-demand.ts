/**
 * Starts a PostgreSQL for whoever first asks at the socket whose path it is given, and tells all who ask where it is, or
 * why there is none. Stops it, and leaves nothing behind, when its own input ends: also when whoever started this was
 * killed.
 */
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { PostgresServer } from './server.ts';

const [path = ''] = process.argv.slice(2);
let server: Promise<PostgresServer> | undefined;

const door = createServer((asking) => {
  asking.on('error', () => undefined);
  server ??= PostgresServer.start();
  server.then(
    ({ url }) => asking.end(JSON.stringify({ url })),
    (error: unknown) => asking.end(JSON.stringify({ missing: error instanceof Error ? error.message : String(error) })),
  );
});
door.listen(path, () => process.stdout.write('open\n'));

let ending = false;
async function end(): Promise<void> {
  if (ending) return;
  ending = true;
  door.close();
  await server?.then((started) => started.remove()).catch(() => undefined);
  rmSync(dirname(path), { recursive: true, force: true });
  process.exit();
}
process.stdin.on('end', () => void end()).on('error', () => void end());
process.stdin.resume();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end());
