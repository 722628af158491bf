#!/usr/bin/env node
import { writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { CommanderError } from 'commander';
import { manyCallers, oneCaller } from './appends.ts';
import { wantedOf } from './command-line.ts';
import { type Figure, type Figures, jsonOf, tableOf } from './figures.ts';
import { mutations } from './mutations.ts';
import { Progress } from './progress.ts';
import type { MeasureId } from './promises.ts';
import { rebuild } from './rebuild.ts';
import type { Bench } from './rounds.ts';
import { Scratch } from './scratch.ts';

const measures: Readonly<Record<MeasureId, (bench: Bench) => Promise<Figure>>> = {
  P1: oneCaller,
  P2: manyCallers,
  P3: mutations,
  P5: rebuild,
};

let interrupted = false;

/** Measures what the system promises on this machine, and what the machine itself can do. */
async function main(): Promise<void> {
  const { only, json, events, seconds } = wantedOf(process.argv.slice(2));
  const scratch = new Scratch();
  const progress = new Progress(process.stderr);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => {
      interrupted = true;
      progress.end();
      void scratch.clear().finally(() => process.exit(128 + constants.signals[signal]));
    });
  try {
    const figures: Figures = {};
    for (const id of only) figures[id] = await measures[id]({ scratch, progress, events, seconds });
    progress.end();
    console.log(tableOf(figures));
    if (json !== undefined) writeFileSync(json, jsonOf(figures));
  } finally {
    await scratch.clear();
  }
}

main().catch((error: unknown) => {
  if (interrupted) return; // what was under way when all was cleared away
  if (error instanceof CommanderError) process.exit(error.exitCode);
  console.error(error);
  process.exit(1);
});
