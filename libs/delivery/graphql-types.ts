import { Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import type { GraphQLScalarType } from 'graphql';
import type { CodeList, Field as ShapeField, Kind, Shape } from '#kernel/fields';
import { id, int, optional, text } from '#kernel/fields';
import { dateScalar, dateTimeScalar, safeIntScalar } from './scalars.ts';

/** A class made at start: what decorators hang on. */
export type MadeClass = { new (): object; readonly prototype: object };
type Direction = 'input' | 'output';

/** The fields of the composite kinds, in the vocabulary of shapes. */
const i18nShape: Shape = { sv: text('In Swedish.'), en: optional(text('In English.')) };
const docShape: Shape = {
  documentId: id('The document.'),
  version: int('Its version, from 1.', 1, 1_000_000),
  sha256: text('SHA-256 of its bytes: 64 hexadecimal digits in lower case.', {
    pattern: /^[0-9a-f]{64}$/,
    expected: '64 hexadecimal digits in lower case',
  }),
};
export const compositeShape = (kind: Kind): { name: string; says: string; shape: Shape } | undefined => {
  switch (kind.is) {
    case 'i18n':
      return { name: 'I18n', says: 'Text in Swedish, and in English where there is one.', shape: i18nShape };
    case 'doc':
      return { name: 'DocRef', says: 'A document by reference: its hash is the proof.', shape: docShape };
    case 'group':
      return { name: kind.name, says: kind.says, shape: kind.shape };
    default:
      return undefined;
  }
};

const made = new Map<string, { type: object; from: unknown }>();

/** One GraphQL type for one name: a second definition of the same name is a mistake that stops the start. */
function once<T extends object>(name: string, from: unknown, make: () => T): T {
  const known = made.get(name);
  if (!known) {
    const type = make();
    made.set(name, { type, from });
    return type;
  }
  if (known.from !== from) throw new TypeError(`two GraphQL types would be called ${name}`);
  return known.type as T;
}

/** The type of a name, once it has been made. */
export const madeType = (name: string): object | undefined => made.get(name)?.type;

export const namedClass = (name: string): MadeClass => ({ [name]: class {} })[name] as MadeClass;

function enumOf(list: CodeList): object {
  return once(list.name, list, () => {
    const values = Object.fromEntries(Object.keys(list.labels).map((code) => [code, code]));
    const valuesMap = Object.fromEntries(
      Object.entries(list.labels).map(([code, sv]) => [code, { description: sv }]),
    ) as Record<string, { description: string }>;
    registerEnumType(values, { name: list.name, description: list.says, valuesMap });
    return values;
  });
}

const moneyOf = (direction: Direction): MadeClass =>
  once(direction === 'input' ? 'MoneyInput' : 'Money', 'money', () => {
    const name = direction === 'input' ? 'MoneyInput' : 'Money';
    const type = namedClass(name);
    const description = 'An amount in minor units (SEK: öre) and its currency.';
    (direction === 'input' ? InputType : ObjectType)(name, { description })(type);
    Field(() => safeIntScalar, { description: 'Minor units: 100 öre are one krona.' })(type.prototype, 'amountMinor');
    Field(() => String, { description: 'ISO 4217 code of the currency.' })(type.prototype, 'currency');
    return type;
  });

type GraphType = GraphQLScalarType | object;

function typeOf(kind: Kind, direction: Direction): GraphType | [GraphType] {
  switch (kind.is) {
    case 'id':
    case 'eventId':
    case 'builtId':
      return ID;
    case 'text':
    case 'decimal':
      return String;
    case 'instant':
      return dateTimeScalar;
    case 'day':
      return dateScalar;
    case 'int':
      return Int;
    case 'flag':
      return Boolean;
    case 'code':
      return enumOf(kind.list);
    case 'money':
      return moneyOf(direction);
    case 'list':
      return [typeOf(kind.of.kind, direction)] as [GraphType];
    default: {
      const composite = compositeShape(kind);
      if (!composite) throw new TypeError(`no GraphQL type for ${kind.is}`);
      return direction === 'input'
        ? inputType({ ...composite, name: `${composite.name}Input` })
        : objectType(composite);
    }
  }
}

/** Hangs a field of a shape on a class. */
export function addField(type: MadeClass, name: string, field: ShapeField, direction: Direction, nullable: boolean) {
  const of = typeOf(field.kind, direction) as typeof String;
  Field(() => of, { description: field.says, nullable })(type.prototype, name);
}

export interface TypeSource {
  readonly name: string;
  readonly says: string;
  readonly shape: Shape;
}

export const inputType = ({ name, says, shape }: TypeSource): MadeClass =>
  once(name, shape, () => {
    const type = namedClass(name);
    InputType(name, { description: says })(type);
    for (const [field, of] of Object.entries(shape)) addField(type, field, of, 'input', of.optional);
    return type;
  });

/** `nullable` tells which columns a viewer may have to do without. */
export const objectType = (
  { name, says, shape }: TypeSource,
  nullable: (field: string) => boolean = () => false,
): MadeClass =>
  once(name, shape, () => {
    const type = namedClass(name);
    ObjectType(name, { description: says })(type);
    for (const [field, of] of Object.entries(shape))
      addField(type, field, of, 'output', of.optional || nullable(field));
    return type;
  });

/** A field's GraphQL type, for arguments. */
export const argumentType =
  (field: ShapeField): (() => never) =>
  () =>
    typeOf(field.kind, 'input') as never;
