import { Command, InvalidArgumentError, Option } from 'commander';
import { type MeasureId, measureIds, numberOf, promises } from './promises.ts';

/** What this run is to do. */
export interface Wanted {
  /** Where the events are kept meanwhile. */
  readonly store: 'sqlite' | 'esdb';
  readonly only: readonly MeasureId[];
  /** A file to write the figures to. */
  readonly json?: string;
  /** With so many events stored everything is measured, once for each; P8 has sizes of its own. */
  readonly events: readonly number[];
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
    .addOption(store)
    .option('--json <file>', 'write the figures there as well')
    .addOption(events)
    .option('--seconds <number>', 'how long each rate is measured, and each limit', seconds, 4)
    .addHelpText('after', ['', 'Measures:', ...measureIds.map((id) => `  ${id}  ${promises[id].says}`)].join('\n'))
    .allowExcessArguments(false)
    .configureOutput({ writeErr: complain })
    .exitOverride()
    .parse(args, { from: 'user' })
    .opts<Wanted>();
}

const numbers = [...new Set(measureIds.map(numberOf))];
const only = new Option('--only <measures>', `a part of ${numbers.join(',')}`)
  .argParser(measuresOf)
  .default(measureIds, 'all');

function measuresOf(text: string): MeasureId[] {
  const named = new Set(text.split(',').map((name) => name.trim().toUpperCase()));
  for (const name of named)
    if (!numbers.includes(name))
      throw new InvalidArgumentError(`There is no measure "${name}", but ${numbers.join(', ')}.`);
  return measureIds.filter((id) => named.has(numberOf(id)));
}

const store = new Option(
  '--store <store>',
  'where events are kept; for esdb, EVENTSTORE_COMMAND says how an empty server is started in the foreground, on {port}, with its data in {folder}',
)
  .choices(['sqlite', 'esdb'])
  .default('sqlite');

const events = new Option('--events <numbers>', 'with so many events stored, as in 10k,100k,1m')
  .argParser((text) => text.split(',').map((one) => numberIn(one, 1_000)))
  .default([10_000, 100_000], '10k,100k');

const seconds = (text: string): number => numberIn(text, 1);

function numberIn(text: string, least: number): number {
  const [, digits, unit] = /^\s*(\d{1,9})([km]?)\s*$/i.exec(text) ?? [];
  const number = Number(digits) * { '': 1, k: 1_000, m: 1_000_000 }[(unit ?? '').toLowerCase() as '' | 'k' | 'm'];
  if (digits === undefined || number < least || number > 1e9)
    throw new InvalidArgumentError(`Expected a whole number, ${least} or more.`);
  return number;
}
