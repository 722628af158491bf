import { Injectable } from '@nestjs/common';
import { AbstractGraphQLDriver, type GqlModuleOptions } from '@nestjs/graphql';
import { isUtf8 } from 'node:buffer';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  type ExecutionResult,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  OperationTypeNode,
} from 'graphql';
import { Documents, NotRun, type Variables } from './documents.ts';
import { formatted, type ReportBroken } from './error-format.ts';
import { BadUserInput, TimedOut } from './errors.ts';
import type { Limits } from './limit-settings.ts';

/** What serves GraphQL, beside the schema. */
export interface Serving {
  readonly limits: Limits['limits'];
  readonly report: ReportBroken;
  /** What resolvers know of a request. */
  contextOf(request: FastifyRequest): object | Promise<object>;
  /** Told what a request costs beside one unit of its rate. */
  charge(request: FastifyRequest, units: number): void;
}

export interface ServingOptions extends GqlModuleOptions {
  readonly serving: Serving;
  readonly schema?: GraphQLSchema;
}

/** Serves the schema that Nest made, on `/graphql`. */
@Injectable()
export class GraphQLOverHttp extends AbstractGraphQLDriver<ServingOptions> {
  override async start({ schema, serving }: ServingOptions): Promise<void> {
    if (!schema) throw new TypeError('there is no schema to serve');
    const fastify = this.httpAdapterHost.httpAdapter.getInstance<FastifyInstance>();
    await fastify.register((scope, _, done) => (serveGraphQL(scope, schema, serving), done()));
  }
  override stop(): Promise<void> {
    return Promise.resolve();
  }
}

const graphqlJson = 'application/graphql-response+json';
const json = 'application/json';
type MediaType = typeof graphqlJson | typeof json;

/** A request that is none: answered alike in both media types. */
class BadRequest extends BadUserInput {
  readonly status: number;
  constructor(path: string, expected: string, status = 400) {
    super([{ path, rule: 'request', expected }]);
    this.status = status;
  }
}

interface Asked {
  readonly query: string;
  readonly operationName: string | undefined;
  readonly variables: Variables;
}

/**
 * The protocol GraphQL over HTTP: https://graphql.github.io/graphql-over-http/draft/. A query by GET or POST, a mutation
 * by POST alone; a body is JSON in UTF-8. No page of another origin can send such a body without being asked for leave
 * first, and none gets it: that is what keeps forged requests out. There are no cookies.
 */
function serveGraphQL(scope: FastifyInstance, schema: GraphQLSchema, serving: Serving): void {
  const { limits, report, contextOf, charge } = serving;
  const documents = new Documents(schema, limits);
  const parseJson = scope.getDefaultJsonParser('error', 'error');
  const read = (request: FastifyRequest, body: string, done: (error: Error | null, value?: unknown) => void) =>
    void parseJson(request, body, done);

  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser<Buffer>(
    json,
    { parseAs: 'buffer', bodyLimit: limits.bodyBytes },
    (request, body, done) => {
      charge(request, units(body.length, bytesReceived));
      if (isUtf8(body)) read(request, body.toString(), done);
      else done(new BadRequest('', 'JSON in UTF-8'));
    },
  );

  async function run(request: FastifyRequest, { query, operationName, variables }: Asked): Promise<Payload> {
    if (!documents.has(query)) charge(request, units(Math.min(query.length, limits.documentBytes), charactersRead));
    const operation = documents.find(query, operationName);
    if (request.method !== 'POST' && operation.node.operation !== OperationTypeNode.QUERY)
      throw new BadRequest('query', 'a query; send a mutation by POST', 405);
    charge(request, units(documents.price(operation, variables), valuesAnswered));
    const made = contextOf(request);
    const context = made instanceof Promise ? await made : made;
    const result = documents.run(operation, variables, context);
    const { data, errors } = result instanceof Promise ? await inTime(result, limits.executionSeconds) : result;
    return errors ? { data, errors: errors.map((error) => formatted(error, report, request)) } : { data };
  }

  async function answer(request: FastifyRequest, reply: FastifyReply, asked: Asked): Promise<void> {
    const mediaType = acceptable(request);
    try {
      send(reply, 200, mediaType, await run(request, asked));
    } catch (error) {
      if (error instanceof BadRequest) throw error;
      const found = error instanceof NotRun ? error.errors : [error as Error];
      const errors = found.map((one) => formatted(one, report, request));
      send(reply, statusOf(errors, mediaType), mediaType, { errors });
    }
  }

  scope.post('/graphql', (request, reply) => answer(request, reply, askedIn(request.body)));

  scope.get('/graphql', (request, reply) => {
    const { variables, extensions, ...rest } = request.query as Readonly<Record<string, unknown>>;
    const parameters: Record<string, unknown> = { ...rest };
    for (const [name, text] of Object.entries({ variables, extensions })) {
      if (text === undefined || text === '') continue;
      if (typeof text !== 'string') throw new BadRequest(name, 'a JSON object');
      read(request, text, (error, value) => {
        if (error) throw new BadRequest(name, 'a JSON object');
        parameters[name] = value;
      });
    }
    return answer(request, reply, askedIn(parameters));
  });

  scope.route({
    method: ['PUT', 'PATCH', 'DELETE', 'OPTIONS'],
    url: '/graphql',
    handler: () => Promise.reject(new BadRequest('', 'GET or POST', 405)),
  });

  scope.setErrorHandler((error: FastifyError | BadRequest, request, reply) => {
    const status = error instanceof BadRequest ? error.status : (error.statusCode ?? 500);
    const told = error instanceof GraphQLError || status >= 500 ? error : refusedByFastify(error, status);
    if (status === 405) void reply.header('allow', request.method === 'GET' ? 'POST' : 'GET, POST');
    send(reply, status, json, { errors: [formatted(told, report, request)] });
  });
}

const expectations: Readonly<Record<number, string>> = {
  413: 'a smaller body',
  415: `a body of content-type ${json}`,
};
const refusedByFastify = (error: FastifyError, status: number): BadRequest =>
  new BadRequest('', expectations[status] ?? `a request that can be read (${error.message})`, status);

interface Payload {
  readonly data?: unknown;
  readonly errors?: readonly GraphQLFormattedError[];
}

const send = (reply: FastifyReply, status: number, mediaType: MediaType, payload: Payload): void =>
  void reply.code(status).header('content-type', `${mediaType}; charset=utf-8`).send(JSON.stringify(payload));

/** What did not run is HTTP 400, but 200 for those who know GraphQL's answers by `application/json` alone. */
function statusOf(errors: readonly GraphQLFormattedError[], mediaType: MediaType): number {
  if (errors.some(({ extensions }) => extensions?.['code'] === 'INTERNAL')) return 500;
  if (errors.some(({ extensions }) => extensions?.['code'] === 'TIMED_OUT')) return 504;
  return mediaType === json ? 200 : 400;
}

/** A request is one unit of a rate, and one more for each so many of what it makes work. */
const [valuesAnswered, charactersRead, bytesReceived] = [1_000, 500, 20_000];
const units = (amount: number, ofThese: number): number => Math.floor(amount / ofThese);

/** The parameters of a request, each of the type that it must have. `null` is as good as absent, and `extensions` unused. */
function askedIn(body: unknown): Asked {
  if (Array.isArray(body)) throw new BadRequest('', 'one request at a time: batches are not taken');
  if (typeof body !== 'object' || body === null) throw new BadRequest('', 'a JSON object with `query`');
  const { query, operationName, variables, extensions } = body as Readonly<Record<string, unknown>>;
  if (typeof query !== 'string' || query === '') throw new BadRequest('query', 'a GraphQL document as text');
  if (typeof (operationName ?? '') !== 'string') throw new BadRequest('operationName', 'the name of an operation');
  if (!isMap(variables ?? {})) throw new BadRequest('variables', 'a JSON object');
  if (!isMap(extensions ?? {})) throw new BadRequest('extensions', 'a JSON object');
  return {
    query,
    operationName: (operationName ?? undefined) as string | undefined,
    variables: (variables ?? {}) as Variables,
  };
}

const isMap = (value: unknown): boolean => typeof value === 'object' && !Array.isArray(value);

/** The media type that the caller prefers; JSON when it does not say. @throws BadRequest when it takes neither */
function acceptable({ headers: { accept } }: FastifyRequest): MediaType {
  if (accept === undefined || accept === '*/*') return json;
  let best: { readonly type: MediaType; readonly q: number } | undefined;
  for (const range of accept.split(',')) {
    const [name = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const type = name === graphqlJson ? graphqlJson : [json, 'application/*', '*/*'].includes(name) ? json : undefined;
    const q = Number(parameters.find((one) => one.startsWith('q='))?.slice(2) ?? 1);
    if (type && q > 0 && q > (best?.q ?? 0)) best = { type, q };
  }
  if (!best) throw new BadRequest('accept', `${graphqlJson} or ${json}`, 406);
  return best.type;
}

/** @throws TimedOut when it takes longer; it goes on, and its answer is dropped */
async function inTime(result: Promise<ExecutionResult>, seconds: number): Promise<ExecutionResult> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new TimedOut(seconds)), seconds * 1_000);
  try {
    return await Promise.race([result, promise]);
  } finally {
    clearTimeout(timer);
  }
}
