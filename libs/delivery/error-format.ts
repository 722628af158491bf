import { randomUUID } from 'node:crypto';
import {
  type ASTNode,
  BREAK,
  getOperationAST,
  getVariableValues,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  Kind,
  parse,
  visit,
} from 'graphql';
import type { Problem } from '#kernel/commands';
import type { ErrorCode } from './error-codes.ts';
import { correlationOf } from './watching.ts';

/** Told of what broke, with the id under which the caller was told of it. */
export type ReportBroken = (error: unknown, correlationId: string) => void;

interface Execution {
  readonly data?: unknown;
  readonly errors?: readonly Error[];
}

/** Where an answer comes from: the schema, and the request as it was asked. */
interface Asked {
  readonly app?: { readonly graphql: { readonly schema: GraphQLSchema } };
  readonly reply?: { readonly request: { readonly body?: unknown; readonly query?: unknown } };
}

/** An error with the HTTP status that whoever made it meant, where it is no error of GraphQL's own. */
interface Found {
  readonly error: Error;
  readonly status: number | undefined;
}

const ours = new Set<unknown>(['BAD_USER_INPUT', 'NOT_YET_VISIBLE', 'QUERY_TOO_COMPLEX'] satisfies ErrorCode[]);

/**
 * The roads of domain 7.4 that end in `errors`: what is malformed says where, which rule and what is expected; what
 * broke is masked, and reported under a correlation id. No stack and no value of ours leaves.
 */
export const errorFormatter =
  (report: ReportBroken) =>
  (execution: Execution, asked?: Asked): { statusCode: number; response: { data: never; errors: never } } => {
    const found = judgedAgain(execution.errors ?? [], asked).map(unwrapped);
    const errors = found.flat().map((one) => formatted(one, report, asked?.reply?.request));
    const hasData = execution.data !== undefined && execution.data !== null;
    return {
      statusCode: hasData ? 200 : statusOf(errors, found.flat()),
      response: { data: (execution.data ?? null) as never, errors: errors as never },
    };
  };

/** Errors without a path were made before anything ran. */
function statusOf(errors: readonly GraphQLFormattedError[], found: readonly Found[]): number {
  if (errors.some(({ path }) => path !== undefined)) return 200;
  if (errors.some(({ extensions }) => extensions?.['code'] === 'INTERNAL')) return 500;
  return found.find(({ status }) => status !== undefined)?.status ?? 400;
}

/**
 * Twice Mercurius does not leave the judgement to GraphQL, and it is judged again here. The request for which a document
 * is compiled has its variables judged by the compiler alone, which names the last field without its path. And a GET is
 * asked for its operation before it is known that there is one.
 */
function judgedAgain(errors: readonly Error[], { app, reply }: Asked = {}): readonly Error[] {
  const { body, query: inUrl } = reply?.request ?? {};
  const { query, variables, operationName } = { ...(body ?? inUrl ?? {}) } as Readonly<Record<string, unknown>>;
  const unjudged = errors.some(
    ({ message, path, originalError }: Partial<GraphQLError>) =>
      path === undefined && (message?.startsWith('Variable "$') || originalError instanceof TypeError),
  );
  if (!unjudged || !app || typeof query !== 'string') return errors;
  const operation = getOperationAST(parse(query), typeof operationName === 'string' ? operationName : null);
  if (!operation) return [new GraphQLError('operationName must name one of the operations of the document')];
  const given = (typeof variables === 'string' ? JSON.parse(variables) : (variables ?? {})) as Record<string, unknown>;
  return getVariableValues(app.graphql.schema, operation.variableDefinitions ?? [], given).errors ?? errors;
}

/** Mercurius wraps what Fastify refused, and the errors of parsing and validation, in errors of its own. */
function unwrapped(error: Error): Found[] {
  const { path, originalError = error } = error as Partial<GraphQLError> & Error;
  if (path !== undefined) return [{ error, status: undefined }];
  const { errors, statusCode: status } = originalError as { readonly errors?: unknown; readonly statusCode?: number };
  const inner = Array.isArray(errors) ? (errors as Error[]) : [error];
  return inner.map((one) => ({ error: one, status }));
}

function formatted({ error, status }: Found, report: ReportBroken, request: object | undefined): GraphQLFormattedError {
  const { extensions, path } = error as Partial<GraphQLError>;
  const at = path ? { path } : {};
  if (ours.has(extensions?.['code'])) {
    const { code, fields = [problemOf(error)], ...rest } = { ...extensions };
    const known = code === 'BAD_USER_INPUT' ? { code, fields } : { code, ...rest };
    return { message: shortened(error.message), ...at, extensions: known };
  }
  // Made before anything ran: GraphQL's own words about the document or the variables, or Fastify's about the request.
  const ofCaller = status === undefined ? isOfGraphQL(error) : status >= 400 && status < 500;
  if (path === undefined && ofCaller)
    return { message: shortened(error.message), extensions: { code: 'BAD_USER_INPUT', fields: [problemOf(error)] } };
  const correlationId = correlationOf(request) ?? randomUUID();
  report(error, correlationId);
  return {
    message: `Something broke here, and was logged. Ask again; if it stays, tell the operator ${correlationId}.`,
    ...at,
    extensions: { code: 'INTERNAL', correlationId },
  };
}

/** Not one that Mercurius made of another error. */
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
