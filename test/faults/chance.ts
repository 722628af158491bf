import { createHash } from 'node:crypto';

/** A whole number that the environment asks for, of at least one. */
export const asked = (name: string, otherwise: number): number =>
  Math.max(1, Number(process.env[name] ?? otherwise) || otherwise);

/** SAMVERK_SEED repeats what was chosen, as far as processes can. */
export const seed = Number(process.env['SAMVERK_SEED'] ?? Date.now() % 1_000_000);

let times = 0;
/** One of the whole numbers from 0 to below, each as likely as any other. */
export const chosen = (below: number): number =>
  createHash('sha256').update(`${seed} ${times++}`).digest().readUIntBE(0, 6) % Math.max(1, below);
