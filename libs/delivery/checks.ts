import type { Context } from '#kernel/context';
import type { Decider } from '#kernel/decider';
import type { Fact } from '#kernel/facts';
import type { Process } from '#kernel/process';
import type { Shape } from '#kernel/fields';
import type { Stream } from '#kernel/stream';
import { seenOf, type View } from '#kernel/view';

/** What must not start: every problem found, each with its place. */
export class ContextsUnusable extends Error {
  override readonly name = 'ContextsUnusable';
}

/** Every stream of the contexts, reservations included. */
export const streamsOf = (contexts: readonly Context[]): Stream[] =>
  contexts.flatMap(({ deciders, reservations = [] }) => [...deciders.map(({ stream }) => stream), ...reservations]);

/** Every fact of the contexts, by type. */
export const factsOf = (contexts: readonly Context[]): Map<string, Fact> =>
  new Map(streamsOf(contexts).flatMap(({ facts }) => Object.entries(facts)));

/** What makes a fact: a command, the reservation that stands before a command's own fact, or a process. */
export interface Maker {
  readonly kind: 'command' | 'reservation' | 'process';
  /** The command, the category of the reservation's stream, or the process. */
  readonly name: string;
}

/** What makes each fact, by its type. */
export function makersOf(contexts: readonly Context[]): Map<string, Maker[]> {
  const makers = contexts.flatMap(({ deciders, reservations = [], processes = [] }): [type: string, maker: Maker][] => [
    ...deciders.flatMap(({ commands }) =>
      Object.entries(commands).map(([name, { makes }]): [string, Maker] => [makes, { kind: 'command', name }]),
    ),
    ...reservations.flatMap(({ category, facts }) =>
      Object.keys(facts)
        .filter((type) => !processes.some(({ makes }) => makes.includes(type)))
        .map((type): [string, Maker] => [type, { kind: 'reservation', name: category }]),
    ),
    ...processes.flatMap(({ name, makes }) => makes.map((type): [string, Maker] => [type, { kind: 'process', name }])),
  ]);
  const byType = Map.groupBy(makers, ([type]) => type);
  return new Map([...byType].map(([type, found]) => [type, found.map(([, maker]) => maker)]));
}

/**
 * Refuses what the types cannot: names that stand twice, facts that nothing makes, words that are empty, pointers to no
 * field, `own` permissions without an organisation, rows without their key, filters and orders on columns that not every
 * viewer of the row may see.
 * @throws ContextsUnusable with all problems
 */
export function checkContexts(contexts: readonly Context[]): void {
  const streams = streamsOf(contexts);
  const deciders = contexts.flatMap(({ deciders }) => deciders);
  const views = contexts.flatMap(({ views }) => views);
  const queries = contexts.flatMap(({ queries }) => queries);
  const processes = contexts.flatMap(({ processes = [] }) => processes);
  const problems = [
    ...twice(
      'stream category',
      streams.map(({ category }) => category),
    ),
    ...twice(
      'event',
      streams.flatMap(({ facts }) => Object.keys(facts)),
    ),
    ...twice(
      'command',
      deciders.flatMap(({ commands }) => Object.keys(commands)),
    ),
    ...twice(
      'table',
      views.map(({ name }) => name),
    ),
    ...twice('query', [...views.flatMap(({ one, many }) => [one, many]), ...queries.map(({ name }) => name)]),
    ...twice(
      'process',
      processes.map(({ name }) => name),
    ),
    ...unmade(contexts),
    ...contexts.flatMap((context) => [...undocumented(context, context.name, new Set())]),
    ...streams.flatMap(problemsOfStream),
    ...deciders.flatMap(problemsOfDecider),
    ...views.flatMap(problemsOfView),
    ...views.flatMap((view) => problemsOfRefs(view, new Set(views.map(({ type }) => type)))),
    ...processes.flatMap((process) => problemsOfProcess(process, streams)),
  ];
  if (problems.length > 0) throw new ContextsUnusable(`The contexts cannot start:\n- ${problems.join('\n- ')}`);
}

const twice = (what: string, names: readonly string[]): string[] =>
  [...new Set(names.filter((name, index) => names.indexOf(name) !== index))].map(
    (name) => `the ${what} ${name} stands twice`,
  );

function unmade(contexts: readonly Context[]): string[] {
  const makers = makersOf(contexts);
  return [...factsOf(contexts).keys()]
    .filter((type) => !makers.has(type))
    .map((type) => `${type} is made by no command, reservation or process`);
}

/** Whatever has words in a definition, however deep, and leaves them empty: a part that stands in two places once. */
function* undocumented(part: unknown, place: string, seen: Set<unknown>): Iterable<string> {
  if (part === null || (typeof part !== 'object' && typeof part !== 'function') || seen.has(part)) return;
  seen.add(part);
  for (const [name, inner] of Object.entries(part)) {
    const words = name === 'says' || name === 'sv' || place.endsWith('.labels');
    if (words && typeof inner === 'string' && inner.trim() === '') yield `${place}.${name} is empty`;
    yield* undocumented(inner, `${place}.${name}`, seen);
  }
}

function problemsOfStream({ category, facts }: Stream): string[] {
  const problems = /^[a-z]+$/.test(category) ? [] : [`the stream category ${category} is not of small letters only`];
  for (const [type, { definition }] of Object.entries<Fact>(facts)) {
    for (const pointer of Object.keys(definition.fields ?? {}))
      if (!pointsTo(definition.data, pointer))
        problems.push(`${type} gives a class to ${pointer}, which is no field of it`);
    if (definition.subject !== undefined && !definition.data[definition.subject])
      problems.push(`${type} names ${definition.subject} as its subject, which is no field of it`);
  }
  return problems;
}

function pointsTo(shape: Shape, pointer: string): boolean {
  const [, name = '', ...rest] = pointer.split('/');
  const field = shape[name];
  if (!field || rest.length === 0) return field !== undefined;
  const inner = field.kind.is === 'list' && rest[0] === '*' ? field.kind.of.kind : field.kind;
  const deeper = field.kind.is === 'list' ? rest.slice(1) : rest;
  if (deeper.length === 0) return true;
  return inner.is === 'group' && pointsTo(inner.shape, `/${deeper.join('/')}`);
}

function problemsOfDecider({ stream, commands, organisation, person }: Decider): string[] {
  return Object.entries(commands).flatMap(([name, { by, input }]) => [
    ...(by.length === 0 ? [`${name} may be issued by nobody`] : []),
    ...(by.some(({ where }) => where === 'own') && !organisation
      ? [`${name} is for an own organisation, and ${stream.category} does not tell which`]
      : []),
    ...(by.some(({ where }) => where === 'self') && !person
      ? [`${name} is for the person concerned, and ${stream.category} does not tell which`]
      : []),
    ...(Object.keys(input).length === 0 ? [`${name} has no input`] : []),
  ]);
}

function problemsOfRefs({ name, row, refs }: View, types: ReadonlySet<string>): string[] {
  return Object.entries(refs).flatMap(([field, [column, type]]) => [
    ...(row[field] ? [`${name} refers by ${field}, which is a column`] : []),
    ...(['id', 'builtId'].includes(row[column]?.kind.is ?? '')
      ? []
      : [`${name} refers by ${column}, which is no column with an id`]),
    ...(types.has(type) ? [] : [`${name} refers to a row of type ${type}, and there is no such view`]),
  ]);
}

function problemsOfView(view: View): string[] {
  const { name, row, key, filters, orders, columns, listens, of } = view;
  const own = seenOf(view, key);
  return [
    ...(row[key] ? [] : [`${name} has no column ${key}, its key`]),
    ...Object.keys(columns).flatMap((column) =>
      row[column] ? [] : [`${name} gives a class to ${column}, which is no column`],
    ),
    ...(own === view.seen ? [] : [`${name} hides its key ${key} from viewers of the row`]),
    ...[...filters, ...orders].flatMap((column) =>
      seenOf(view, column) === view.seen
        ? []
        : [`${name} filters or orders by ${column}, which not every viewer of the row may see`],
    ),
    ...[...listens].flatMap((type) =>
      of[type] ? [] : [`${name} listens to ${type}, which is no fact of its streams`],
    ),
  ];
}

function problemsOfProcess({ name, of, hears, sets, stream, reads }: Process, streams: readonly Stream[]): string[] {
  const known = new Set(streams);
  const used = [stream, ...Object.values(reads).map((read) => read.stream)];
  return [
    ...[...hears, ...sets].flatMap((type) =>
      of[type] ? [] : [`the process ${name} hears ${type}, which is no fact of its streams`],
    ),
    ...used.flatMap((one) =>
      known.has(one) ? [] : [`the process ${name} uses the stream ${one.category}, which is of no context`],
    ),
  ];
}
