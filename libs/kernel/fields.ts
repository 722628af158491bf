import type { Money } from './money.ts';
import type { Day, Instant } from './time.ts';

/**
 * The one vocabulary in which facts, commands and rows are written. A shape is data: from it come the TypeScript type,
 * the GraphQL type, the validation, the catalogue and the golden files, so that a field is named once.
 */
export interface Field<T = unknown, Optional extends boolean = boolean> {
  readonly kind: Kind;
  /** What it means, in a sentence a front-end developer can use. */
  readonly says: string;
  readonly optional: Optional;
  /** Only for the type system; never set. */
  readonly holds?: T;
}

export type Kind =
  | { readonly is: 'id' | 'eventId' | 'instant' | 'day' | 'decimal' | 'flag' | 'doc' | 'i18n' }
  | { readonly is: 'money'; readonly sign: Sign; readonly currency: string }
  | { readonly is: 'builtId' | 'text'; readonly pattern?: RegExp; readonly expected?: string; readonly max?: number }
  | { readonly is: 'int'; readonly min: number; readonly max: number }
  | { readonly is: 'code'; readonly list: CodeList }
  | { readonly is: 'list'; readonly of: Field; readonly max: number }
  | { readonly is: 'group'; readonly name: string; readonly says: string; readonly shape: Shape };

/**
 * Amounts are above zero unless the field is a balance or a statement (not below zero, or `any` where more may have been
 * used than was paid) or a difference (any but none).
 */
export type Sign = 'positive' | 'notNegative' | 'difference' | 'any';

/** A closed list of codes with their Swedish labels. */
export interface CodeList<C extends string = string> {
  readonly name: string;
  readonly says: string;
  readonly labels: Readonly<Record<C, string>>;
}

export type Shape = Readonly<Record<string, Field>>;

export type ValueOf<F> = F extends Field<infer T> ? T : never;
type Flat<T> = { [K in keyof T]: T[K] };
type Optionals<S extends Shape> = { [K in keyof S]: S[K] extends Field<unknown, true> ? K : never }[keyof S];

/** The TypeScript type of a shape. Optional fields are absent, never `undefined` or `null`. */
export type Data<S extends Shape> = Flat<
  { readonly [K in Exclude<keyof S, Optionals<S>>]: ValueOf<S[K]> } & {
    readonly [K in Optionals<S>]?: ValueOf<S[K]>;
  }
>;

/** Text in Swedish, and in English where there is one. */
export interface I18n {
  readonly sv: string;
  readonly en?: string;
}

/** A document by reference: the hash is the proof of what it said. */
export interface DocRef {
  readonly documentId: string;
  readonly version: number;
  readonly sha256: string;
}

const field = <T>(kind: Kind, says: string): Field<T, false> => ({ kind, says, optional: false });

export const id = (says: string) => field<string>({ is: 'id' }, says);
/** The id of an event (any UUID version: ours are version 5). */
export const eventId = (says: string) => field<string>({ is: 'eventId' }, says);
/** An id that is built from others, so that its uniqueness is a rule of one stream. */
export const builtId = (says: string, pattern: RegExp, expected: string) =>
  field<string>({ is: 'builtId', pattern, expected }, says);
/** One to 2,000 characters unless `max` says otherwise. */
export const text = (says: string, options: { pattern?: RegExp; expected?: string; max?: number } = {}) =>
  field<string>({ is: 'text', ...options }, says);
export const i18n = (says: string) => field<I18n>({ is: 'i18n' }, says);
export const instant = (says: string) => field<Instant>({ is: 'instant' }, says);
export const day = (says: string) => field<Day>({ is: 'day' }, says);
/** An amount of kronor, above zero unless told. */
export const money = (says: string, sign: Sign = 'positive') =>
  field<Money>({ is: 'money', sign, currency: 'SEK' }, says);
export const decimal = (says: string) => field<string>({ is: 'decimal' }, says);
export const flag = (says: string) => field<boolean>({ is: 'flag' }, says);
export const doc = (says: string) => field<DocRef>({ is: 'doc' }, says);
export const int = (says: string, min: number, max: number) => field<number>({ is: 'int', min, max }, says);
export const year = (says: string) => int(says, 1900, 2200);

export const code = <C extends string>(list: CodeList<C>, says: string = list.says) =>
  field<C>({ is: 'code', list }, says);
export const codeList = <C extends string>(name: string, says: string, labels: Record<C, string>): CodeList<C> => ({
  name,
  says,
  labels,
});

/** At most 1,000 items unless told. */
export const list = <T>(of: Field<T>, says: string, max = 1_000) => field<readonly T[]>({ is: 'list', of, max }, says);

/** A named part with fields of its own: one GraphQL type. */
export const group = <S extends Shape>(name: string, says: string, shape: S) =>
  field<Data<S>>({ is: 'group', name, says, shape }, says);

export const optional = <T>(of: Field<T>): Field<T, true> => ({ kind: of.kind, says: of.says, optional: true });

/** A shape less some of its fields: what a command asks for when the decider fills in the rest. */
export function without<S extends Shape, K extends keyof S>(shape: S, ...names: K[]): Flat<Omit<S, K>> {
  const left = Object.entries(shape).filter(([name]) => !names.some((without) => without === name));
  return Object.fromEntries(left) as unknown as Flat<Omit<S, K>>;
}

/** The fields of `shape` that `from` holds: what is absent stays absent, what is not of the shape is left out. */
export function pick<S extends Shape>(shape: S, from: Data<S>): Data<S> {
  const source: Readonly<Record<string, unknown>> = from;
  const entries = Object.keys(shape).flatMap((name) => (source[name] === undefined ? [] : [[name, source[name]]]));
  return Object.fromEntries(entries) as Data<S>;
}
