import {
  ArrayMaxSize,
  IsArray,
  IsOptional,
  ValidateBy,
  ValidateNested,
  validateSync,
  type ValidationError,
} from 'class-validator';
import type { Problem } from '#kernel/commands';
import type { Field, Kind, Shape } from '#kernel/fields';
import { isMoney } from '#kernel/money';
import { isId } from '#kernel/swedish-numbers';
import { isDay, isInstant } from '#kernel/time';
import { compositeShape, type MadeClass, namedClass } from './graphql-types.ts';

interface Rule {
  readonly rule: string;
  readonly expected: string;
  test(value: unknown): boolean;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const isText = (value: unknown): value is string => typeof value === 'string';

/** What a single value must be, by the kind of its field (domain 7.2). */
function ruleOf(kind: Kind): Rule | undefined {
  switch (kind.is) {
    case 'id':
      return { rule: 'id', expected: 'a UUID of version 4 or 5, in lower case', test: isId };
    case 'eventId':
      return { rule: 'id', expected: 'the id of an event, in lower case', test: (v) => isText(v) && uuid.test(v) };
    case 'instant':
      return { rule: 'instant', expected: 'an instant in UTC with three fractional digits', test: isInstant };
    case 'day':
      return { rule: 'day', expected: 'a day that exists, YYYY-MM-DD', test: isDay };
    case 'decimal':
      return {
        rule: 'decimal',
        expected: 'a decimal number as text, e.g. "0.75"',
        test: (v) => isText(v) && /^-?\d+(\.\d+)?$/.test(v) && v.length <= 40,
      };
    case 'flag':
      return { rule: 'flag', expected: 'true or false', test: (v) => typeof v === 'boolean' };
    case 'int': {
      const { min, max } = kind;
      const expected = `a whole number from ${min} to ${max}`;
      return { rule: 'int', expected, test: (v) => Number.isInteger(v) && Number(v) >= min && Number(v) <= max };
    }
    case 'code': {
      const codes = Object.keys(kind.list.labels);
      return { rule: 'code', expected: `one of ${codes.join(', ')}`, test: (v) => isText(v) && codes.includes(v) };
    }
    case 'builtId':
    case 'text': {
      const { pattern, max = 2_000 } = kind;
      const expected = `${kind.expected ?? 'text'}, 1 to ${max} characters`;
      const test = (v: unknown) =>
        isText(v) && v.trim() !== '' && [...v].length <= max && v.isWellFormed() && (pattern?.test(v) ?? true);
      return { rule: pattern ? 'pattern' : 'length', expected, test };
    }
    case 'money': {
      const { sign, currency } = kind;
      const said = {
        positive: 'above zero',
        notNegative: 'not below zero',
        difference: 'other than zero',
        any: 'of any sign',
      }[sign];
      const fits = {
        positive: (n: number) => n > 0,
        notNegative: (n: number) => n >= 0,
        difference: (n: number) => n !== 0,
        any: () => true,
      };
      return {
        rule: 'money',
        expected: `a whole number of minor units ${said}, in ${currency}`,
        test: (v) => isMoney(v) && v.currency === currency && fits[sign](v.amountMinor),
      };
    }
    default:
      return undefined;
  }
}

/** What a value of this kind must be, in the words in which it is refused; nothing where its parts say so. */
export const expectedOf = (kind: Kind): string | undefined => ruleOf(kind)?.expected;

const classes = new WeakMap<Shape, MadeClass>();

/** The class-validator class of a shape; a shape within a shape has one of its own. */
function classOf(shape: Shape): MadeClass {
  const known = classes.get(shape);
  if (known) return known;
  const type = namedClass('Input');
  classes.set(shape, type);
  for (const [name, field] of Object.entries(shape)) decorate(type.prototype, name, field);
  return type;
}

function decorate(prototype: object, name: string, field: Field): void {
  const { kind } = field;
  if (field.optional) IsOptional()(prototype, name);
  const inner = kind.is === 'list' ? kind.of.kind : kind;
  const each = kind.is === 'list';
  if (kind.is === 'list') {
    IsArray()(prototype, name);
    ArrayMaxSize(kind.max, { message: `at most ${kind.max} items` })(prototype, name);
  }
  const rule = ruleOf(inner);
  if (rule) {
    const { rule: name_, expected, test } = rule;
    const validator = { validate: test, defaultMessage: () => expected };
    ValidateBy({ name: name_, validator }, { each, message: expected })(prototype, name);
  } else {
    ValidateNested({ each, message: 'an object' })(prototype, name);
  }
}

/** An instance of the shape's class: `null` and `undefined` are left out, what the shape does not know is kept to be refused. */
function instanceOf(shape: Shape, value: Readonly<Record<string, unknown>>): object {
  const instance = new (classOf(shape))() as Record<string, unknown>;
  for (const [name, item] of Object.entries(value)) {
    if (item === null || item === undefined) continue;
    const kind = shape[name]?.kind;
    instance[name] = kind ? valueOf(kind, item) : item;
  }
  return instance;
}

function valueOf(kind: Kind, value: unknown): unknown {
  if (kind.is === 'list') return Array.isArray(value) ? value.map((item) => valueOf(kind.of.kind, item)) : value;
  if (kind.is === 'money') return plain(value);
  const composite = compositeShape(kind);
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return composite && isObject ? instanceOf(composite.shape, value as Record<string, unknown>) : value;
}

/** A copy without prototypes and without members that are absent. */
export function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== null && item !== undefined);
  return Object.fromEntries(entries.map(([name, item]) => [name, plain(item)]));
}

function* problemsIn(errors: readonly ValidationError[], path: string): Iterable<Problem> {
  for (const error of errors) {
    const here = path === '' ? error.property : `${path}.${error.property}`;
    for (const [rule, expected] of Object.entries(error.constraints ?? {})) {
      const unknown = rule === 'whitelistValidation';
      yield { path: here, rule: unknown ? 'unknown' : rule, expected: unknown ? 'no such field' : expected };
    }
    yield* problemsIn(error.children ?? [], here);
  }
}

/**
 * Validates a value against a shape with class-validator: unknown fields are refused, every problem is named with its path.
 * Gives the value without absent members, as plain data.
 */
export function validated(
  shape: Shape,
  value: unknown,
  path: string,
): { readonly value: Record<string, unknown>; readonly problems: readonly Problem[] } {
  const instance = instanceOf(shape, value as Readonly<Record<string, unknown>>);
  const errors = validateSync(instance, {
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: false,
    stopAtFirstError: true,
    validationError: { target: false, value: false },
  });
  const problems = errors.length === 0 ? [] : [...problemsIn(errors, path)];
  return { value: plain(instance) as Record<string, unknown>, problems };
}
