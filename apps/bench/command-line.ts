import { Command, InvalidArgumentError, Option } from 'commander';
import { type MeasureId, measureIds, promises } from './promises.ts';

/** What this run is to do. */
export interface Wanted {
  readonly only: readonly MeasureId[];
  /** A file to write the figures to. */
  readonly json?: string;
  /** So many events P5 rebuilds the views from. */
  readonly events: number;
  /** So long each rate is measured, and each limit. */
  readonly seconds: number;
}

/**
 * Reads the arguments of the command line. `complain` is told what is wrong with them.
 * @throws CommanderError for what it does not know, and for `--help`, which is printed
 */
export function wantedOf(
  args: readonly string[],
  complain = (text: string) => void process.stderr.write(text),
): Wanted {
  return new Command('bench')
    .description('Measures what the system promises, and beside each figure what this machine can do at most.')
    .addOption(only)
    .option('--json <file>', 'write the figures there as well')
    .option('--events <number>', 'how many events P5 rebuilds the views from', atLeast(1_000), 100_000)
    .option('--seconds <number>', 'how long each rate is measured, P5 apart', atLeast(1), 5)
    .addHelpText('after', ['', 'Measures:', ...measureIds.map((id) => `  ${id}  ${promises[id].says}`)].join('\n'))
    .allowExcessArguments(false)
    .configureOutput({ writeErr: complain })
    .exitOverride()
    .parse(args, { from: 'user' })
    .opts<Wanted>();
}

const only = new Option('--only <measures>', `a part of ${measureIds.join(',')}`)
  .argParser(measuresOf)
  .default(measureIds, 'all');

function measuresOf(text: string): MeasureId[] {
  const named = new Set(text.split(',').map((name) => name.trim().toUpperCase()));
  for (const name of named)
    if (!measureIds.some((id) => id === name))
      throw new InvalidArgumentError(`There is no measure "${name}", but ${measureIds.join(', ')}.`);
  return measureIds.filter((id) => named.has(id));
}

const atLeast = (least: number) => (text: string) => {
  if (!/^\d{1,9}$/.test(text) || Number(text) < least)
    throw new InvalidArgumentError(`Expected a whole number, ${least} or more.`);
  return Number(text);
};
