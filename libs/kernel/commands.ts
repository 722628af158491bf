import type { FactOf } from './facts.ts';
import { type Data, type Shape, without } from './fields.ts';
import type { ActingRole, Role } from './roles.ts';

/**
 * Who may issue a command. `mandated`: a holder of the role at the mandated authority; `own`: a holder in the organisation
 * that the command or its object names; `self`: the person whom the command is about; `anyone` who is signed in.
 */
export type Permission =
  | { readonly where: 'mandated' | 'own'; readonly role: Role }
  | { readonly where: 'self'; readonly role: 'APPLICANT' }
  | { readonly where: 'anyone'; readonly role: 'PERSON' };

export const mandated = (role: Role): Permission => ({ where: 'mandated', role });
export const own = (role: Role): Permission => ({ where: 'own', role });
export const applicant: Permission = { where: 'self', role: 'APPLICANT' };
export const anyone: Permission = { where: 'anyone', role: 'PERSON' };

/** What is wrong with a field: where, which rule, and what would be right. */
export interface Problem {
  readonly path: string;
  readonly rule: string;
  readonly expected: string;
}

/**
 * One intent: GraphQL input, validation, CQRS command and permission in one place. A command without a permission does
 * not compile, and the system refuses to start on an empty list.
 */
export interface Command<S extends Shape = Shape, T extends string = string> {
  /** What it asks for, in a sentence. */
  readonly says: string;
  /** In the order of precedence: the first that the actor holds is the role the event names. */
  readonly by: readonly [Permission, ...Permission[]];
  /** The type of the event that it becomes when accepted. */
  readonly makes: T;
  readonly input: S;
  /** It addresses nothing that exists: it asks for a new object, or a new part of one. */
  readonly begins?: true;
  /** Rules over several fields that make the input malformed, before any decision. */
  malformed?(input: Data<S>): Problem | undefined;
}

export type Commands = Readonly<Record<string, Command>>;
export type InputOf<C> = C extends { readonly input: infer S extends Shape } ? Data<S> : never;

type Definition<T extends string, S extends Shape, Filled extends keyof S & string> = Omit<
  Command<Omit<S, Filled>>,
  'makes' | 'input'
> & {
  readonly makes: FactOf<T, S>;
  /** Fields of the fact that the decision fills, not the caller. */
  readonly filled?: readonly Filled[];
};

/** Types one command, whose input is the fact that it makes, but for what the decision fills; `commands` gives it its name. */
export const command = <T extends string, S extends Shape, Filled extends keyof S & string = never>({
  makes,
  filled = [],
  ...definition
}: Definition<T, S, Filled>): Command<Omit<S, Filled>, T> => ({
  ...definition,
  makes: makes.type,
  input: without(makes.definition.data, ...filled),
});
export const commands = <C extends Commands>(definitions: C): C => definitions;

/** Who is acting, as a decision sees it. */
export interface Who {
  readonly person: string;
  readonly org: string;
  readonly role: ActingRole;
}
