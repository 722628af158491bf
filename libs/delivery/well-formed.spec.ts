import 'reflect-metadata';
import { expect, test } from '@jest/globals';
import { command, mandated } from '#kernel/commands';
import { fact, facts } from '#kernel/facts';
import { day } from '#kernel/fields';
import { BadUserInput } from './errors.ts';
import { wellFormed } from './well-formed.ts';

const { Closed } = facts({
  Closed: fact({ says: 'It was closed.', sv: 'Stängd', class: 'PUBLIC', data: { from: day('From.'), to: day('To.') } }),
});
const close = command({
  says: 'Close it.',
  by: [mandated('REGISTRAR')],
  makes: Closed,
  malformed: ({ from, to }) => (from > to ? { path: 'to', rule: 'order', expected: `not before ${from}` } : undefined),
});
const commandId = 'd0000000-0000-4000-8000-000000000001';
const year = { from: '2017-01-01', to: '2017-12-31' };
const problemsOf = (input: object, meta: object = { commandId }) => {
  try {
    wellFormed(close, { input, meta });
  } catch (error) {
    if (error instanceof BadUserInput)
      return (error.extensions['fields'] as { path: string }[]).map(({ path }) => path);
    throw error;
  }
  return [];
};

test('what is well formed is given on as plain data', () => {
  const given = { input: { ...year }, meta: { commandId, expected: null } };
  expect(wellFormed(close, given)).toEqual({ input: year, meta: { commandId } });
});

test('every problem of input and meta is named at once, each with its path', () => {
  expect(problemsOf({ from: 'x', too: 1 }, {}).sort()).toEqual([
    ...['input.from', 'input.to', 'input.too', 'meta.commandId'],
  ]);
});

test('a rule over several fields is asked only of fields that are well formed, and named under input too', () => {
  expect(problemsOf({ from: '2018-01-01', to: year.to })).toEqual(['input.to']);
  expect(problemsOf({ from: '2018-01-01', to: year.to }, { commandId: 'x' })).toEqual(['meta.commandId']);
});
