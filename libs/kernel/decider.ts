import type { RefusalCode, WarningCode } from './codes.ts';
import type { Command, Commands, InputOf, Who } from './commands.ts';
import type { Facts, NewFact } from './facts.ts';
import type { Shape } from './fields.ts';
import type { Stream } from './stream.ts';
import type { Instant } from './time.ts';

export interface Refusal {
  readonly refused: RefusalCode;
  readonly details: Readonly<Record<string, unknown>>;
}

export interface Warning {
  readonly code: WarningCode;
  readonly details: Readonly<Record<string, unknown>>;
}

/** A fact of another stream that must stand before the decision's own: a reservation (domain 7.3). */
export interface Reservation {
  readonly process: string;
  readonly stream: Stream;
  readonly id: string;
  readonly fact: NewFact;
}

export interface Acceptance<T extends string = string> {
  readonly facts: readonly [NewFact<T>, ...NewFact<T>[]];
  readonly warnings: readonly Warning[];
  readonly reservation?: Reservation;
}

export type Decision<T extends string = string> = Refusal | Acceptance<T>;

/** A business "no": it stores nothing and is decided anew when asked again. */
export const refuse = (code: RefusalCode, details: Refusal['details'] = {}): Refusal => ({ refused: code, details });

export const warn = (code: WarningCode, details: Warning['details'] = {}): Warning => ({ code, details });

/** Records a fact; `undefined` among the warnings stands for one that did not apply. */
export const accept = <T extends string>(fact: NewFact<T>, ...warnings: (Warning | undefined)[]): Acceptance<T> => ({
  facts: [fact],
  warnings: warnings.filter((warning) => warning !== undefined),
});

/** The first refusal among the rules, in the order written. */
export const firstRefusal = (rules: Iterable<Refusal | false | undefined>): Refusal | undefined => {
  for (const rule of rules) if (rule) return rule;
  return undefined;
};

export const isRefusal = (decision: Decision): decision is Refusal => 'refused' in decision;

/** Streams of others that a decision needs: none where `ids` gives none. Their revisions are stored in `basedOn`. */
export interface Read<State = unknown, Input = never, Own = never> {
  readonly stream: Stream<State>;
  ids(asked: Asked<Input, Own>): readonly string[];
}

/** What a reading may depend on. */
export interface Asked<Input, Own> {
  readonly name: string;
  readonly command: Input;
  /** The state of the stream that the command writes to. */
  readonly state: Own;
  readonly known: LookedUp;
}

/** What lies outside every stream and is looked up before deciding (domain 7.3). */
export interface LookUps<Input = never> {
  /** Is this person in the directory? */
  person?(command: Input): string | undefined;
  /** Events by id, as far as the actor may see them. */
  events?(command: Input): readonly string[];
  /** The key under which an organisation number is reserved. */
  organisationNumber?(command: Input): string | undefined;
}

export interface LookedUp {
  readonly personKnown: boolean;
  readonly events: ReadonlyMap<string, { readonly type: string; readonly concerns: readonly string[] }>;
  readonly organisationNumberKey: string | undefined;
}

export const nothingLookedUp: LookedUp = { personKnown: false, events: new Map(), organisationNumberKey: undefined };

/** Everything a decision may rest on beside the command and its own stream. */
export interface Given<States> {
  /** The folded states of what it reads, by name then by id. */
  readonly reads: { readonly [R in keyof States]: (id: string) => States[R] };
  readonly known: LookedUp;
  readonly now: Instant;
  readonly who: Who;
  /** The authority that runs the installation. */
  readonly mandatedOrgId: string;
}

/** Commands that make facts of one stream only: a command writes to one stream. */
type CommandsMaking<T extends string> = Readonly<Record<string, Command<Shape, T>>>;

type AnyInput<C extends Commands> = { [N in keyof C]: InputOf<C[N]> }[keyof C];

export interface Decisions<State, C extends Commands, States> {
  /** Id of the object that a command addresses: one command writes one stream. */
  id(command: AnyInput<C>, known: LookedUp): string;
  /** For `own` permissions: the organisation that the command or its object names. */
  organisation?(command: AnyInput<C>, state: State): string | undefined;
  /** For `self` permissions: the person whom the command is about. */
  person?(command: AnyInput<C>): string | undefined;
  /** The part of the object that the command addresses, where it has parts that not everyone may know. */
  part?(command: AnyInput<C>): string | undefined;
  readonly looksUp?: LookUps<AnyInput<C>>;
  readonly reads: { readonly [R in keyof States]: Read<States[R], AnyInput<C>, State> };
  /** One decision for every command, pure: a command without one does not compile. */
  readonly decide: {
    readonly [N in keyof C]: (command: InputOf<C[N]>, state: State, given: Given<States>) => Decision<C[N]['makes']>;
  };
}

/** A decider as the system handles it, whatever its types. */
export interface Decider {
  readonly stream: Stream;
  readonly commands: Commands;
  id(command: object, known: LookedUp): string;
  organisation?(command: object, state: unknown): string | undefined;
  person?(command: object): string | undefined;
  part?(command: object): string | undefined;
  readonly looksUp?: LookUps<object>;
  readonly reads: Readonly<Record<string, Read<unknown, object, unknown>>>;
  decide(name: string, command: object, state: unknown, given: Given<Readonly<Record<string, unknown>>>): Decision;
}

/** A decider whose commands and facts the types still know: what specs are written against. */
export interface DeciderOf<State, F extends Facts, C extends Commands> extends Decider {
  readonly stream: Stream<State, F>;
  readonly commands: C;
}

/** Joins a stream, its commands and the decisions between them. */
export function decider<
  State,
  F extends Facts,
  C extends CommandsMaking<keyof F & string>,
  States = Record<never, never>,
>(stream: Stream<State, F>, commands: C, decisions: Decisions<State, C, States>): DeciderOf<State, F, C> {
  const decide = decisions.decide as unknown as Readonly<Record<string, Decide>>;
  return {
    ...(decisions as unknown as DeciderOf<State, F, C>),
    stream,
    commands,
    decide(name, command, state, given) {
      const decision = decide[name];
      if (!decision) throw new TypeError(`${stream.category} decides no ${name}`);
      return decision(command, state, given);
    },
  };
}

type Decide = (command: object, state: unknown, given: Given<Readonly<Record<string, unknown>>>) => Decision;

/** Reads one other stream, or several, by the ids that the command leads to; only for the commands named, where named. */
export function read<State, Input, Own>(
  stream: Stream<State>,
  ids: (asked: Asked<Input, Own>) => string | readonly string[] | undefined,
  onlyFor?: readonly string[],
): Read<State, Input, Own> {
  return {
    stream,
    ids(asked) {
      const found = onlyFor && !onlyFor.includes(asked.name) ? undefined : ids(asked);
      return found === undefined ? [] : typeof found === 'string' ? [found] : found;
    },
  };
}
