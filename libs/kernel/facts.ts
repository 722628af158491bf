import type { Concern, Visibility, VisibilityClass } from './envelope.ts';
import { type Data, pick, type Shape } from './fields.ts';

/**
 * One kind of event: its name and past shapes are for ever.
 *
 * A class moves only by a fact recorded later (domain 3.2): `release` names the key under which such a fact lets this
 * one go, and that fact names the same key in `releases`.
 */
export interface FactDefinition<S extends Shape = Shape> {
  /** What happened, in a sentence. */
  readonly says: string;
  /** Svensk etikett. */
  readonly sv: string;
  readonly data: S;
  readonly class: VisibilityClass;
  /** Classes of single fields, by JSON pointer into `data`; `*` for any array index. */
  readonly fields?: Readonly<Record<string, VisibilityClass>>;
  /** The key that moves this fact to PUBLIC when a later fact releases it; absent where nothing does. */
  release?(data: Data<S>): string;
  /** The keys that this fact lets go. */
  releases?(data: Data<S>): readonly string[];
  /** The objects that this one is part of. */
  partOf?(data: Data<S>): readonly string[];
  /** The field of `data` that names the person it is about: the relation SUBJECT. */
  readonly subject?: string;
  /** Makes today's shape of each past one, oldest first. Pure and total; stored bytes never change. */
  readonly upcasts?: readonly ((old: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>)[];
}

/** What a decision knows of a fact beyond its data. */
export interface About {
  readonly author?: readonly string[];
  readonly addressee?: readonly string[];
  /** The authority that keeps it; the mandated authority unless told. */
  readonly custodian?: string;
}

/** A fact that a decision wants recorded. */
export interface NewFact<T extends string = string> {
  readonly type: T;
  readonly data: Readonly<Record<string, unknown>>;
  readonly about: About;
}

/** A kind of event as the system handles it, whatever its data. */
export interface Fact {
  readonly type: string;
  readonly version: number;
  readonly definition: FactDefinition;
}

/** A kind of event as decisions use it: called with its data it gives the fact to record. */
export interface FactOf<T extends string, S extends Shape> extends Fact {
  (data: Data<S>, about?: About): NewFact<T>;
  readonly type: T;
  readonly definition: FactDefinition<S>;
}

export type Facts = Readonly<Record<string, Fact>>;
export type DataOf<F> = F extends { readonly definition: FactDefinition<infer S> } ? Data<S> : never;

/** Types one fact; `facts` gives it its name. */
export const fact = <S extends Shape>(definition: FactDefinition<S>): FactDefinition<S> => definition;

/** Names the facts of one stream. Each becomes a function from its data to a fact to record. */
export function facts<D extends Readonly<Record<string, FactDefinition>>>(
  definitions: D,
): { readonly [T in keyof D & string]: D[T] extends FactDefinition<infer S> ? FactOf<T, S> : never } {
  const named = Object.entries(definitions).map(([type, definition]) => {
    const record = (data: Data<Shape>, about: About = {}): NewFact => ({
      type,
      data: pick(definition.data, data),
      about,
    });
    const version = (definition.upcasts?.length ?? 0) + 1;
    return [type, Object.assign(record, { type, version, definition })];
  });
  return Object.fromEntries(named) as never;
}

/** The class and field classes that an event of this type is stored with. */
export const visibilityOf = ({ definition }: Fact): Visibility => ({
  class: definition.class,
  fields: definition.fields ?? {},
});

/** Today's shape of a stored event's data. */
export function upcast(fact: Fact, version: number, data: Readonly<Record<string, unknown>>) {
  return (fact.definition.upcasts ?? []).slice(version - 1).reduce((shape, step) => step(shape), data);
}

/**
 * The other objects that an event is about (domain 7.2): who decides relations first, then every other id in its data,
 * events and persons apart.
 */
export function concernsOf(fact: Fact, data: Readonly<Record<string, unknown>>, about: About, own: string): Concern[] {
  const typed = data as Data<Shape>;
  const deciding = [
    ...(about.author ?? []).map((id) => ({ id, as: 'author' })),
    ...(about.addressee ?? []).map((id) => ({ id, as: 'addressee' })),
    ...(fact.definition.partOf?.(typed) ?? []).map((id) => ({ id, as: 'part of' })),
  ];
  const named = new Set([own, ...deciding.map(({ id }) => id)]);
  const others = [...new Set(idsIn(data))].filter((id) => !named.has(id)).map((id) => ({ id, as: 'concerns' }));
  return [...deciding, ...others];
}

const namesObject = /Ids?$/;
const namesEvent = /(^e|E)ventIds?$/;

function* idsIn(value: unknown, name = ''): Iterable<string> {
  if (typeof value === 'string') {
    if (namesObject.test(name) && !namesEvent.test(name)) yield value;
  } else if (Array.isArray(value)) {
    for (const item of value) yield* idsIn(item, name);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) yield* idsIn(item, key);
  }
}
