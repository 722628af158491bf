import { writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from '@jest/globals';
import { StoreUnusable } from '#event-store/event-store';
import { errorLine } from './error-line.ts';

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

const secret = 'anbudssumman 73829101';

test.each<[string, () => unknown]>([
  ['JSON.parse', () => JSON.parse(`{"a": ${secret}}`) as unknown],
  ['BigInt', () => BigInt(secret)],
  ['in', () => 'length' in (secret as never as object)],
  ['a property of a text', () => Object.assign(secret, { length: 1 })],

  [
    'a cause',
    () => {
      throw new StoreUnusable('closed', { cause: new Error(secret) });
    },
  ],
  [
    'a name',
    () => {
      throw Object.assign(new Error('x'), { name: secret, code: secret });
    },
  ],
  [
    'a value that PostgreSQL repeats',
    () => {
      throw Object.assign(new Error(`invalid input syntax for type bigint: "${secret}"`), { code: '22P02' });
    },
  ],
  [
    'lines that look like frames',
    () => {
      throw new Error(`first\n    at ${secret}\n    at ${secret}`);
    },
  ],
  [
    'a thrown text',
    () => {
      throw secret as never as Error;
    },
  ],
])('what is said to us is not in the line: %s', (_, work) => {
  const line = errorLine(thrownBy(work));
  expect(JSON.stringify(line)).not.toMatch(/anbud|73829101/);
});

test('the place is told in any case', () => {
  const { name, message, stack } = errorLine(thrownBy(() => JSON.parse(secret)));
  expect([name, message]).toEqual(['SyntaxError', undefined]);
  expect(stack.join('\n')).toMatch(/at JSON\.parse[^]*error-line\.spec/);
});

test('what names files, tables, settings or properties is told whole', () => {
  const db = new DatabaseSync(':memory:');
  const said = (work: () => unknown) => errorLine(thrownBy(work));
  expect(said(() => db.prepare('SELECT 1 FROM obligation'))).toMatchObject({
    code: 'ERR_SQLITE_ERROR',
    message: 'no such table: obligation',
  });
  expect(said(() => writeFileSync('/nowhere/at/all', ''))).toMatchObject({
    code: 'ENOENT',
    message: expect.stringContaining('/nowhere/at/all'),
  });
  expect(said(() => (undefined as never as { amount: number }).amount).message).toMatch(/reading 'amount'/);
  const unusable = new StoreUnusable('events.db: the disk is full', { cause: new Error('x') });
  expect(errorLine(unusable)).toMatchObject({ message: 'events.db: the disk is full', cause: { name: 'Error' } });
});

test('what PostgreSQL says of itself is told whole, and of anything else its code', () => {
  const said = (code: string, message: string) => errorLine(Object.assign(new Error(message), { code }));
  expect(said('53100', 'could not extend file')).toMatchObject({ code: '53100', message: 'could not extend file' });
  expect(said('57P01', 'terminating connection')).toMatchObject({ message: 'terminating connection' });
  expect(said('23505', secret)).toMatchObject({ code: '23505' });
  expect(said('23505', secret).message).toBeUndefined();
});

test('an error that is its own cause ends', () => {
  const error = new Error('round');
  error.cause = error;
  expect(JSON.stringify(errorLine(error)).length).toBeLessThan(30_000);
});
