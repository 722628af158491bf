#!/usr/bin/env node
import { rmSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { CommanderError } from 'commander';
import { delivery, manyCallers, oneCaller } from './appends.ts';
import { type Wanted, wantedOf } from './command-line.ts';
import type { Engine } from './engine.ts';
import { esdbEngine } from './esdb-engine.ts';
import { type Figure, jsonOf, tableOf } from './figures.ts';
import { type History, historyOf } from './histories.ts';
import { longStreams } from './long-streams.ts';
import type { Found } from './figures.ts';
import { Progress } from './progress.ts';
import type { MeasureId } from './promises.ts';
import { rebuild } from './rebuild.ts';
import { requests } from './requests.ts';
import type { Bench } from './rounds.ts';
import { Scratch } from './scratch.ts';
import { sqliteEngine } from './sqlite-engine.ts';
import { starting } from './starts.ts';

type Measure = (bench: Bench, history: History, wanted: ReadonlySet<MeasureId>) => Promise<Found>;

/** What is measured at each size of history, in this order: what adds events comes last. */
const measures: readonly (readonly [gives: readonly MeasureId[], measure: Measure])[] = [
  [['P5 views', 'P5 read'], rebuild],
  [['P7'], starting],
  [['P3', 'P4', 'P13 at rest', 'P13 loaded'], requests],
  [['P6'], delivery],
  [['P1'], oneCaller],
  [['P2'], manyCallers],
];
const ofStreams: readonly MeasureId[] = ['P8 warm', 'P8 cold', 'P8 again'];

function engineOf(store: Wanted['store']): Engine {
  if (store === 'sqlite') return sqliteEngine;
  const command = process.env['EVENTSTORE_COMMAND'];
  if (command) return esdbEngine(command);
  throw new Error('--store esdb needs EVENTSTORE_COMMAND: see --help');
}

let interrupted = false;

/** Measures what the system promises on this machine, and what the machine itself can do. */
async function main(): Promise<void> {
  const { store, only, json, events, seconds } = wantedOf(process.argv.slice(2));
  const engine = engineOf(store);
  const wanted = new Set(only.filter((id) => id in engine.promised));
  const isWanted = (gives: readonly MeasureId[]) => gives.some((id) => wanted.has(id));
  const scratch = new Scratch();
  const progress = new Progress(process.stderr);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => {
      interrupted = true;
      progress.end();
      void scratch.clear().finally(() => process.exit(128 + constants.signals[signal]));
    });
  try {
    const bench = { scratch, progress, seconds };
    const figures = new Map<MeasureId, Map<number, Figure>>();
    const due = measures.filter(([gives]) => isWanted(gives));
    for (const size of due.length > 0 ? events : []) {
      const history = await historyOf(bench, engine, size);
      for (const [, measure] of due)
        for (const [id, figure] of Object.entries(await measure(bench, history, wanted)) as [MeasureId, Figure][])
          if (wanted.has(id)) figures.set(id, new Map([...(figures.get(id) ?? []), [size, figure]]));
      rmSync(history.folder, { recursive: true });
    }
    if (isWanted(ofStreams))
      for (const [id, sizes] of await longStreams(bench, engine)) figures.set(id, new Map(sizes));
    progress.end();
    console.log(tableOf(figures, engine.promised));
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
