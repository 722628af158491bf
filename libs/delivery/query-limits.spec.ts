import { describe, expect, test } from '@jest/globals';
import { buildSchema, getIntrospectionQuery, parse } from 'graphql';
import { QueryTooComplex } from './errors.ts';
import { checkVariables, costOf, counted, type QueryLimits } from './query-limits.ts';

const schema = buildSchema(`
  type Query { thing: Thing, things(first: Int): Things!, all: [Thing!]! }
  type Things { edges: [Edge!]! }
  type Edge { cursor: String!, node: Thing! }
  type Thing { name: String!, part: Thing, parts: [Thing!]!, kin(first: Int): Things! }
`);
const limits: QueryLimits = { documentBytes: 16_384, tokens: 2_000, depth: 6, fields: 500, cost: 1_000 };
const count = (document: string) => counted(schema, parse(document), limits);

function cost(document: string, variables: Readonly<Record<string, unknown>> = {}): number {
  let sum = 0;
  for (const [operation, terms] of count(document)) sum += costOf(terms, operation, variables);
  return sum;
}

function refusal(document: string): Readonly<Record<string, unknown>> {
  try {
    count(document);
  } catch (error) {
    if (error instanceof QueryTooComplex) return error.extensions;
    throw error;
  }
  throw new Error('it was let through');
}

describe('depth', () => {
  const nested = (levels: number) => `${'{ part '.repeat(levels)}{ name }${' }'.repeat(levels)}`;
  test('is that of fields within fields, fragments left out', () => {
    expect(() => count(`{ thing ${nested(4)} }`)).not.toThrow();
    expect(refusal(`{ thing ${nested(5)} }`)).toEqual({
      ...{ code: 'QUERY_TOO_COMPLEX', limit: 'depth', allowed: 6, found: 7 },
    });
    expect(() => count(`{ ... { ... { ... on Query { thing ${nested(4)} } } } }`)).not.toThrow();
  });
  test('goes on inside a fragment', () => {
    const fragments = `fragment A on Thing { part { part { ...B } } } fragment B on Thing { part { part { part { name } } } }`;
    expect(refusal(`{ thing { ...A } } ${fragments}`)).toMatchObject({ limit: 'depth', found: 7 });
  });
});

describe('fields', () => {
  const bomb = (levels: number) =>
    Array.from({ length: levels }, (_, n) => `fragment F${n} on Query { ...F${n + 1} ...F${n + 1} }`).join(' ');
  test('are counted at each spread, without following each', () => {
    expect(refusal(`{ ...F0 } ${bomb(40)} fragment F40 on Query { thing { name } }`)).toMatchObject({
      limit: 'fields',
      allowed: 500,
    });
  });
  test('are counted in a fragment that nobody spreads', () => {
    expect(refusal(`{ thing { name } } ${bomb(40)} fragment F40 on Query { thing { name } }`)).toMatchObject({
      limit: 'fields',
    });
  });
  test('are counted under every alias', () => {
    const aliases = Array.from({ length: 501 }, (_, n) => `a${n}: name`).join(' ');
    expect(refusal(`{ thing { ${aliases} } }`)).toMatchObject({ limit: 'fields', found: 502 });
  });
  test('at the root are few, however they are asked for', () => {
    expect(refusal(`{ ${'all { name } '.repeat(21)} }`)).toMatchObject({ limit: 'root fields', found: 21 });
    expect(refusal(`{ ...A ...A ...A } fragment A on Query { ${'all { name } '.repeat(7)} }`)).toMatchObject({
      limit: 'root fields',
    });
  });
  test('of a fragment within itself have no number', () => {
    expect(() => count('{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }')).toThrow(/within itself/);
  });
});

test('fragments are few', () => {
  const many = Array.from({ length: 51 }, (_, n) => `fragment F${n} on Thing { name }`).join(' ');
  expect(refusal(`{ thing { ...F0 } } ${many}`)).toMatchObject({ limit: 'fragments', allowed: 50, found: 51 });
});

test('directives are counted wherever they stand', () => {
  const flood = '@include(if: true) '.repeat(101);
  for (const document of [
    `{ thing { name ${flood}} }`,
    `query ${flood}{ all { name } }`,
    `{ ... ${flood}{ all { name } } }`,
  ])
    expect(refusal(document)).toMatchObject({ limit: 'directives', allowed: 100, found: 101 });
});

describe('cost', () => {
  const page = (args: string, inner = 'name') =>
    `query ($n: Int = 7) { things${args} { edges { node { ${inner} } } } }`;
  test.each([
    ['a field is one', '{ thing { name part { name } } }', 4],
    ['what is in a list counts ten times', '{ all { name parts { name } } }', 1 + 10 * 2 + 100],
    ['what is on a page counts as often as there may be rows', page('(first: 50)'), 2 + 50 * 2],
    ['a page is 20 unless told', page(''), 2 + 20 * 2],
    ['a page in a page', page('(first: 3)', 'kin(first: 5) { edges { cursor } }'), 2 + 3 * 3 + 15],
    ['the default of a variable', page('(first: $n)'), 2 + 7 * 2],
    ['a fragment counts where it is spread', '{ all { ...A } } fragment A on Thing { name part { name } }', 1 + 10 * 3],
  ])('%s', (_, document, expected) => expect(cost(document)).toBe(expected));

  test('goes by the values of variables', () => {
    expect(cost(page('(first: $n)'), { n: 100 })).toBe(2 + 100 * 2);
    expect(cost(page('(first: $n)', 'kin(first: $n) { edges { cursor } }'), { n: 10 })).toBe(2 + 10 * 3 + 100);
    expect(cost(page('(first: $n)'), { n: 'many' })).toBe(2 + 7 * 2);
  });
});

describe('introspection', () => {
  const ofTypes = (levels: number) => `${'{ ofType '.repeat(levels)}{ name }${' }'.repeat(levels)}`;
  test('as GraphiQL asks for it is let through', () => {
    const whole = getIntrospectionQuery({
      ...{ descriptions: true, specifiedByUrl: true, directiveIsRepeatable: true, schemaDescription: true },
      ...{ inputValueDeprecation: true, oneOf: true },
    });
    expect(() => count(whole)).not.toThrow();
  });
  test('may be 20 deep', () => {
    expect(() => count(`{ __type(name: "A") ${ofTypes(18)} }`)).not.toThrow();
    expect(refusal(`{ __type(name: "A") ${ofTypes(19)} }`)).toMatchObject({ limit: 'introspection depth', found: 21 });
  });
  test.each([
    [
      'that goes in a circle',
      '{ __schema { types { fields { type { fields { name } } } } } }',
      /^introspection of fields/,
    ],
    [
      'that goes in a circle of fragments',
      '{ __schema { types { ...A } } } fragment A on __Type { fields { type { ...B } } } fragment B on __Type { fields { name } }',
      /^introspection of fields/,
    ],
    ['that asks the same twice', '{ __schema { types { name } b: types { name } } }', /alias/],
    ['of the whole schema twice', '{ __schema { types { name } } b: __schema { types { name } } }', /alias/],
  ])('%s is refused', (_, document, limit) => {
    expect(refusal(document)).toMatchObject({ limit: expect.stringMatching(limit) });
  });
});

test('variables hold a bounded number of values, at a bounded depth', () => {
  let deep: unknown = 1;
  for (let level = 0; level < 30; level++) deep = { deep };
  expect(() => checkVariables({ list: Array.from({ length: 9_999 }, () => 1) })).not.toThrow();
  expect(() => checkVariables({ list: Array.from({ length: 10_000 }, () => 1) })).toThrow(/values in variables 10001/);
  expect(() => checkVariables({ deep })).toThrow(/depth of variables/);
});
