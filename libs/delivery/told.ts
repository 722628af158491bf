import type { Context } from '#kernel/context';
import type { VisibilityClass } from '#kernel/envelope';
import { historyName } from '#read-store/read-store';
import { factsOf } from './checks.ts';
import { examinerName } from './consistency.ts';

/**
 * What the operator may be told of facts of each class: that they happen, or nothing at all. Silent are the classes that
 * no assessment lifts (domain 3.2, rule 5): of what is sealed the very existence is, and what a sealed fact causes is
 * sealed too (domain 3.4). A class that stands nowhere here does not compile.
 */
const classes: Readonly<Record<VisibilityClass, 'told' | 'silent'>> = {
  PUBLIC: 'told',
  ORG_INTERNAL: 'told',
  GROUP: 'told',
  MARKET_EQUAL: 'silent',
  BILATERAL: 'told',
  SEALED: 'silent',
  BID_ABSOLUTE: 'silent',
  COMMERCIAL: 'told',
  ANON_JURY: 'silent',
  EVAL: 'told',
  FINANCE: 'told',
  ADMIN: 'told',
};

/**
 * What logs, metrics, health details and traces may name. A command that makes a silent fact leaves nothing there: no
 * line, no count, no time, no span, and neither does the request that brought it, so that no difference of two figures
 * tells of it. A view or a process that takes in any silent fact is not named either.
 */
export interface Told {
  readonly command: (name: string) => boolean;
  /** Names of the commands that are told, in the order of the contexts. */
  readonly commands: readonly string[];
  /** Whether a field of GraphQL's Mutation is a silent command. */
  readonly silent: (field: string) => boolean;
  readonly view: (name: string) => boolean;
  readonly process: (name: string) => boolean;
  /** Whether all these types of facts are told: for whatever else hears events. */
  readonly facts: (types: Iterable<string>) => boolean;
}

/** Found once, at the start, from the classes of the facts. */
export function toldOf(contexts: readonly Context[]): Told {
  const known = factsOf(contexts);
  const isTold = (type: string) => {
    const fact = known.get(type);
    return fact !== undefined && classes[fact.definition.class] === 'told';
  };
  const all = (types: Iterable<string>) => [...types].every(isTold);
  const names = { told: new Set<string>(), silent: new Set<string>() };
  for (const { commands } of contexts.flatMap(({ deciders }) => deciders))
    for (const [name, { makes }] of Object.entries(commands)) names[isTold(makes) ? 'told' : 'silent'].add(name);
  const fields = new Set([...names.silent].map((name) => `${name.charAt(0).toLowerCase()}${name.slice(1)}`));
  const views = contexts.flatMap((context) => context.views).filter(({ listens }) => all(listens));
  const everything = all(known.keys());
  const processes = contexts
    .flatMap((context) => context.processes ?? [])
    .filter(({ hears, sets }) => all(hears) && all(sets));
  const heard = new Set([...processes.map(({ name }) => name), ...(everything ? [examinerName] : [])]);
  const told = new Set([...views.map(({ name }) => name), ...(everything ? [historyName] : [])]);
  return {
    command: (name) => names.told.has(name),
    commands: [...names.told],
    silent: (field) => fields.has(field),
    view: (name) => told.has(name),
    process: (name) => heard.has(name),
    facts: all,
  };
}
