/**
 * One PostgreSQL for all specs of a run, started when the first asks for it: see `libs/postgres/server.contract.ts`. Its
 * keeper ends with jest, however jest ends.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export default async function openDoor() {
  if (process.env.POSTGRES_URL) return;
  const door = join(mkdtempSync(join(tmpdir(), 'samverk-door-')), 'postgres');
  const program = join(import.meta.dirname, 'on-demand.ts');
  const keeper = spawn(process.execPath, ['--no-warnings', program, door], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(keeper.stdout, 'data');
  keeper.stdout.destroy();
  keeper.unref();
  keeper.stdin.unref();
  process.env.POSTGRES_DOOR = door;
}
