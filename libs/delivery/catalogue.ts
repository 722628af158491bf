import type { GraphQLField, GraphQLSchema } from 'graphql';
import { refusals, warnings } from '#kernel/codes';
import type { Context } from '#kernel/context';
import { type VisibilityClass, visibilityClasses } from '#kernel/envelope';
import { type Fact, visibilityOf } from '#kernel/facts';
import { everyone, publicCode, roles, withoutGrant } from '#kernel/roles';
import { type Answer, more, relations, type Sees } from '#kernel/visibility';
import { classWords } from '#kernel/visibility-words';
import type { View } from '#kernel/view';
import type {
  Catalogue,
  CodeEntry,
  CodeListEntry,
  CommandEntry,
  FactEntry,
  OperationEntry,
  ProcessEntry,
  QueryEntry,
  RoleEntry,
  SeenBy,
  ViewEntry,
} from './catalogue-entries.ts';
import { codeListsIn, fieldEntries, typeEntries } from './catalogue-fields.ts';
import { makersOf } from './checks.ts';
import { errorCodes } from './error-codes.ts';
import { metaShape } from './meta.ts';
import { settingsHelp } from './settings.ts';

interface Described {
  readonly contexts: readonly Context[];
  readonly schema: GraphQLSchema;
  readonly sees: Sees;
}

/** The catalogue of these contexts, of the schema made of them and of the table of who sees what. Pure. */
export function catalogueOf({ contexts, schema, sees }: Described): Catalogue {
  const operations = operationsOf(schema);
  const signature = (name: string) => operations.get(name)?.graphql ?? name;
  const commands = contexts.flatMap((context) => commandsOf(context, signature));
  const views = contexts.flatMap(({ name, views }) => views.map((view) => viewOf(view, name, signature)));
  const queries = contexts.flatMap((context) => queriesOf(context, signature));
  const known = new Set([
    ...commands.map(({ mutation }) => mutation),
    ...contexts.flatMap(({ views }) => views.flatMap(({ one, many }) => [one, many])),
    ...queries.map(({ name }) => name),
  ]);
  return {
    contexts: contexts.map(({ name, sv }) => ({ name, sv })),
    facts: factsIn(contexts),
    commands,
    meta: fieldEntries(metaShape),
    processes: contexts.flatMap(processesOf),
    views,
    queries,
    others: [...operations.values()].filter(({ name }) => !known.has(name)),
    types: typeEntries(),
    codeLists: codeListsOf(contexts),
    refusals: codes(refusals),
    warnings: codes(warnings),
    errors: Object.entries(errorCodes).map(([code, words]) => ({ code, ...words })),
    classes: visibilityClasses.map((name) => ({ name, ...classWords[name], seenBy: seenBy(sees, name) })),
    roles: rolesOf(commands),
    settings: settingsHelp,
  };
}

/** Every fact of the contexts, with what makes it and what it feeds. */
export function factsIn(contexts: readonly Context[]): FactEntry[] {
  const makers = makersOf(contexts);
  const views = contexts.flatMap((context) => context.views);
  return contexts.flatMap(({ name: context, deciders, reservations = [] }) =>
    [...deciders.map(({ stream }) => stream), ...reservations].flatMap(({ category, object, facts }) =>
      Object.values<Fact>(facts).map((fact): FactEntry => {
        const { type, version, definition } = fact;
        const { sv, says, subject, data, release, releases } = definition;
        return {
          name: type,
          sv,
          says,
          context,
          stream: category,
          object,
          version,
          class: definition.class,
          released: release !== undefined,
          releases: releases !== undefined,
          ...(subject !== undefined && { subject }),
          fields: fieldEntries(data, visibilityOf(fact)),
          madeBy: makers.get(type) ?? [],
          feeds: views.filter(({ listens }) => listens.has(type)).map(({ many }) => many),
        };
      }),
    ),
  );
}

type Signature = (name: string) => string;

const commandsOf = ({ name: context, deciders }: Context, signature: Signature): CommandEntry[] =>
  deciders.flatMap(({ stream, commands }) =>
    Object.entries(commands).map(([name, { says, by, makes, input }]) => {
      const mutation = `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
      const filled = Object.keys(stream.facts[makes]?.definition.data ?? {}).filter((field) => !input[field]);
      const graphql = signature(mutation);
      return { name, says, context, by, makes, filled, mutation, graphql, input: fieldEntries(input) };
    }),
  );

const processesOf = ({ name: context, processes = [] }: Context): ProcessEntry[] =>
  processes.map(({ name, says, sets, hears, makes }) => ({
    name,
    says,
    context,
    hears: [...new Set([...sets, ...hears])],
    makes,
  }));

function viewOf(view: View, context: string, signature: Signature): ViewEntry {
  const { one, many, type, says, seen, columns, key, filters, orders, listens } = view;
  const classes = Object.entries(columns).map(([name, column]) => [`/${name}`, column.class] as const);
  return {
    name: many,
    type,
    says,
    context,
    class: seen.class,
    released: seen.release !== undefined,
    key,
    graphql: [signature(one), signature(many)],
    columns: fieldEntries(view.row, { class: seen.class, fields: Object.fromEntries(classes) }).map((field) => ({
      ...field,
      filter: filters.includes(field.name),
      order: orders.includes(field.name),
    })),
    fedBy: [...listens],
  };
}

const queriesOf = ({ name: context, queries }: Context, signature: Signature): QueryEntry[] =>
  queries.map(({ name, says, args, gives, list, reads }) => ({
    name,
    says,
    context,
    graphql: signature(name),
    args: fieldEntries(args),
    gives: { type: gives.type, says: gives.says, list },
    fields: fieldEntries(gives.shape),
    reads: Object.values(reads).map(({ view }) => view.many),
  }));

/** Every field of Query, Mutation and Subscription, by name. */
function operationsOf(schema: GraphQLSchema): Map<string, OperationEntry> {
  const found = [
    ['query', schema.getQueryType()],
    ['mutation', schema.getMutationType()],
    ['subscription', schema.getSubscriptionType()],
  ] as const;
  const entries = found.flatMap(([kind, type]) =>
    Object.values(type?.getFields() ?? {}).map((field) => operationOf(kind, field)),
  );
  return new Map(entries.map((entry) => [entry.name, entry]));
}

function operationOf(kind: OperationEntry['kind'], field: GraphQLField<unknown, unknown>): OperationEntry {
  const { name, description, type } = field;
  const args = field.args.map((arg) => ({ name: arg.name, type: String(arg.type), says: arg.description ?? '' }));
  const taken = args.length === 0 ? '' : `(${args.map((arg) => `${arg.name}: ${arg.type}`).join(', ')})`;
  return { kind, name, says: description ?? '', graphql: `${name}${taken}: ${String(type)}`, args };
}

/** Every code list that a field of the contexts uses. */
export function codeListsOf(contexts: readonly Context[]): CodeListEntry[] {
  const shapes = contexts.flatMap(({ deciders, views, queries }) => [
    ...deciders.flatMap(({ stream }) => Object.values<Fact>(stream.facts).map(({ definition }) => definition.data)),
    ...deciders.flatMap(({ commands }) => Object.values(commands).map(({ input }) => input)),
    ...views.map(({ row }) => row),
    ...queries.flatMap(({ args, gives }) => [args, gives.shape]),
  ]);
  const lists = new Map(shapes.flatMap(codeListsIn).map((list) => [list.name, list]));
  return [...lists.values()].map(({ name, says, labels }) => ({
    name,
    says,
    codes: Object.entries(labels).map(([code, sv]) => ({ code, sv })),
  }));
}

const codes = (texts: Readonly<Record<string, string>>): CodeEntry[] =>
  Object.entries(texts).map(([code, says]) => ({ code, says }));

function rolesOf(commands: readonly CommandEntry[]): RoleEntry[] {
  const issues = (name: string) =>
    commands.filter(({ by }) => by.some(({ role }) => role === name)).map((command) => command.name);
  return Object.entries({ ...roles, ...withoutGrant, ...everyone }).map(([name, words]) => ({
    name,
    ...words,
    issues: issues(name),
  }));
}

/** Who sees what of a class in each relation: whoever sees more of it there than without it. */
function seenBy(sees: Sees, of: VisibilityClass): SeenBy[] {
  const viewers = { ...everyone, ...roles };
  return relations.flatMap((relation) => {
    const shown = Object.entries(viewers).flatMap(([role, { code }]) => {
      const likeAll = code === publicCode ? 'no' : sees(publicCode, relation, of);
      const anyway = relation === 'ANYONE' ? 'no' : more(sees(publicCode, 'ANYONE', of), sees(code, 'ANYONE', of));
      const answer = sees(code, relation, of);
      return isMore(answer, more(likeAll, anyway)) ? [{ role, answer }] : [];
    });
    return [...Map.groupBy(shown, ({ answer }) => answer)].map(([answer, found]) => ({
      relation,
      sees: answer,
      roles: found.map(({ role }) => role),
    }));
  });
}

const isMore = (a: Answer, b: Answer): boolean => a !== b && more(a, b) === a;
