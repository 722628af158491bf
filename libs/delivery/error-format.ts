import { randomUUID } from 'node:crypto';
import { type ASTNode, BREAK, GraphQLError, type GraphQLFormattedError, Kind, parse, visit } from 'graphql';
import type { Problem } from '#kernel/commands';
import type { ErrorCode } from './error-codes.ts';
import { correlationOf } from './watching.ts';

/** Told of what broke, with the id under which the caller was told of it. */
export type ReportBroken = (error: unknown, correlationId: string) => void;

const ours = new Set<unknown>([
  'BAD_USER_INPUT',
  'NOT_YET_VISIBLE',
  'QUERY_TOO_COMPLEX',
  'TIMED_OUT',
] satisfies ErrorCode[]);

/**
 * The roads of domain 7.4 that end in `errors`: what is malformed says where, which rule and what is expected; what
 * broke is masked, and reported under a correlation id. No stack and no value of ours leaves.
 */
export function formatted(error: Error, report: ReportBroken, request: object): GraphQLFormattedError {
  const { extensions, path } = error as Partial<GraphQLError>;
  const at = path ? { path } : {};
  if (ours.has(extensions?.['code'])) {
    const { code, fields = [problemOf(error)], ...rest } = { ...extensions };
    const known = code === 'BAD_USER_INPUT' ? { code, fields } : { code, ...rest };
    return { message: shortened(error.message), ...at, extensions: known };
  }
  // Made before anything ran: GraphQL's own words about the document or the variables.
  if (path === undefined && isOfGraphQL(error))
    return { message: shortened(error.message), extensions: { code: 'BAD_USER_INPUT', fields: [problemOf(error)] } };
  const correlationId = correlationOf(request) ?? randomUUID();
  report(error, correlationId);
  return {
    message: `Something broke here, and was logged. Ask again; if it stays, tell the operator ${correlationId}.`,
    ...at,
    extensions: { code: 'INTERNAL', correlationId },
  };
}

/** Not one that was made of another error. */
function isOfGraphQL(error: Error): boolean {
  if (!(error instanceof GraphQLError)) return false;
  return error.originalError === undefined || isOfGraphQL(error.originalError);
}

const shortened = (message: string): string => (message.length > 500 ? `${message.slice(0, 500)}…` : message);

/** GraphQL's message as a problem: the path of the field, the rule and what is expected. */
function problemOf(error: Error): Problem {
  const { message } = error;
  const { nodes, source, extensions, originalError } = error as Partial<GraphQLError>;
  const variable = /^Variable "\$(\w+)"/.exec(message)?.[1];
  const place = / at "([^"]+)"/.exec(message)?.[1] ?? variable ?? pathOf(nodes?.[0], source?.body) ?? '';
  const missing = /Field "([\w.]+)" of required type/.exec(message)?.[1]?.split('.').at(-1);
  const unknown = /Field "(\w+)" is not defined by type/.exec(message)?.[1];
  const name = missing ?? unknown;
  const path = name !== undefined && place.split('.').at(-1) !== name ? [place, name].filter(Boolean).join('.') : place;
  const wanted =
    extensions?.['expected'] ?? (originalError as Partial<GraphQLError> | undefined)?.extensions?.['expected'];
  const rule =
    missing !== undefined ? 'required' : unknown !== undefined ? 'unknown' : place === '' ? 'document' : 'type';
  const expected =
    typeof wanted === 'string'
      ? wanted
      : missing !== undefined
        ? 'a value'
        : unknown !== undefined
          ? 'no such field'
          : shortened(message);
  return { path, rule, expected };
}

/** Where in a document's arguments a value stands: `input.amount.amountMinor`. */
function pathOf(node: ASTNode | undefined, body: string | undefined): string | undefined {
  if (!node?.loc || body === undefined) return undefined;
  const { start } = node.loc;
  let found: string | undefined;
  try {
    visit(parse(body), {
      enter(here, _, parent, __, ancestors) {
        if (here.kind !== node.kind || here.loc?.start !== start) return undefined;
        const chain = [...ancestors, parent, here].filter((one) => one !== undefined && !Array.isArray(one));
        const named = chain as readonly (ASTNode & { name?: { value: string } })[];
        const names = named.filter(({ kind }) => kind === Kind.ARGUMENT || kind === Kind.OBJECT_FIELD);
        found = names.map(({ name }) => name?.value).join('.');
        return BREAK;
      },
    });
  } catch {
    return undefined; // the document cannot be read at all: the message says where
  }
  return found === '' ? undefined : found;
}
