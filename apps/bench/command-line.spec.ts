import { expect, test } from '@jest/globals';
import { wantedOf } from './command-line.ts';
import { measureIds } from './promises.ts';

/** What is said about arguments that are refused. */
function complaintAbout(...args: string[]): string {
  let said = '';
  expect(() => wantedOf(args, (text) => void (said += text))).toThrow();
  return said;
}

test('without arguments everything is measured, and no file is written', () => {
  expect(wantedOf([])).toEqual({ store: 'sqlite', only: measureIds, events: [10_000, 100_000], seconds: 4 });
});

test('a part is measured in the order of the table, whatever the order and case it was named in', () => {
  expect(wantedOf(['--only', 'p3, P1,P3']).only).toEqual(['P1', 'P3']);
});

test('a number stands for all its figures', () => {
  expect(wantedOf(['--only', 'p8']).only).toEqual(['P8 warm', 'P8 cold', 'P8 again']);
});

test('file, events and seconds are taken as given', () => {
  expect(wantedOf(['--json', 'out.json', '--events', '2000,10k,1M', '--seconds', '1'])).toMatchObject({
    json: 'out.json',
    events: [2_000, 10_000, 1_000_000],
    seconds: 1,
  });
});

test.each([
  ['an unknown measure', ['--only', 'P1,P99'], 'There is no measure "P99"'],
  ['an empty list of measures', ['--only', ''], 'There is no measure ""'],
  ['an unknown store', ['--store', 'paper'], 'Allowed choices are sqlite, esdb'],
  ['an unknown option', ['--fast'], "unknown option '--fast'"],
  ['an argument that belongs to no option', ['P1'], 'too many arguments'],
  ['a number with a fraction', ['--seconds', '1.5'], 'a whole number, 1 or more'],
  ['an unknown size', ['--events', '10k,1g'], 'a whole number, 1000 or more'],
  ['too few events', ['--events', '999'], 'a whole number, 1000 or more'],
  ['an option without its value', ['--json'], 'argument missing'],
])('%s is refused, and it is said why', (_, args, expected) => {
  expect(complaintAbout(...args)).toContain(expected);
});
