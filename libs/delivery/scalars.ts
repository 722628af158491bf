import { GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { isDay, isInstant } from '#kernel/time';

/** A value that GraphQL itself refuses. No GraphQLError: GraphQL adds where it stands to any other error. */
class WrongValue extends Error {
  readonly extensions: { readonly code: 'BAD_USER_INPUT'; readonly expected: string };
  constructor(expected: string) {
    super(`Expected ${expected}`);
    this.extensions = { code: 'BAD_USER_INPUT', expected };
  }
}

function scalar<T>(
  name: string,
  description: string,
  expected: string,
  is: (value: unknown) => value is T,
  literal: (node: ValueNode) => unknown,
): GraphQLScalarType<T> {
  const checked = (value: unknown): T => {
    if (!is(value)) throw new WrongValue(expected);
    return value;
  };
  return new GraphQLScalarType<T>({
    name,
    description,
    serialize: (value) => value as T,
    parseValue: checked,
    parseLiteral: (node) => checked(literal(node)),
  });
}

const ofString = (node: ValueNode): unknown => (node.kind === Kind.STRING ? node.value : undefined);

export const dateTimeScalar = scalar(
  'DateTime',
  'A moment: RFC 3339 in UTC with exactly three fractional digits, e.g. 2017-11-30T09:00:00.000Z.',
  'an instant in UTC with three fractional digits, e.g. 2017-11-30T09:00:00.000Z',
  isInstant,
  ofString,
);

export const dateScalar = scalar(
  'Date',
  'A calendar day in Stockholm: YYYY-MM-DD.',
  'a day that exists, YYYY-MM-DD',
  isDay,
  ofString,
);

export const safeIntScalar = scalar(
  'SafeInt',
  'An integer of at most 53 bits: minor units of money (öre) do not fit the Int of GraphQL. A float or a string is refused.',
  'a whole number between -9007199254740991 and 9007199254740991, without a fraction or quotes',
  (value): value is number => Number.isSafeInteger(value),
  (node) => (node.kind === Kind.INT ? Number(node.value) : undefined),
);

export const jsonScalar = new GraphQLScalarType({
  name: 'JSON',
  description: 'Any JSON value; given out only.',
  serialize: (value) => value,
  parseValue: () => {
    throw new WrongValue('nothing: JSON is given out only');
  },
});
