import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isId } from '#kernel/swedish-numbers';
import type { Accepted, Desk, Refused } from './command-desk.ts';
import { BadUserInput } from './errors.ts';
import type { Told } from './told.ts';

/** What is told of a request when it has been answered: nothing that the caller said, but for an id of its choosing. */
export interface Answered {
  /** `meta.correlation` of its command, else the request's own. The caller has it too. */
  readonly correlation: string;
  readonly method: string;
  /** The route, never the address as it was asked; nothing where there is none. */
  readonly path: string | undefined;
  readonly status: number;
  readonly ms: number;
  /** The fields of Query and Mutation that were asked for, by their names in the schema. */
  readonly operation: string | undefined;
}

interface Noted {
  correlation: string;
  readonly reply: FastifyReply;
  readonly fields: Set<string>;
}

const noted = new WeakMap<object, Noted>();

/** The header that tells the caller under which id the request is in the log. */
export const correlationHeader = 'x-correlation-id';

/** The id under which a request is in the log; nothing for one that is not watched. */
export const correlationOf = (request: object | undefined): string | undefined =>
  request && noted.get(request)?.correlation;

/** Told by each root resolver of what it is asked: its own name, and the id that joins the command to others. */
export function note(request: object, field: string, args: Readonly<Record<string, unknown>>): void {
  const known = noted.get(request);
  if (!known) return;
  known.fields.add(field);
  const { correlation } = (args['meta'] ?? {}) as { readonly correlation?: unknown };
  if (typeof correlation !== 'string' || !isId(correlation)) return;
  known.correlation = correlation;
  known.reply.header(correlationHeader, correlation);
}

/** What may be told of a request now that it has been answered; nothing at all of one that brought a silent command. */
export function answeredOf(request: FastifyRequest, reply: FastifyReply, told: Told): Answered | undefined {
  const { correlation = request.id, fields = new Set<string>() } = noted.get(request) ?? {};
  for (const field of fields) if (told.silent(field)) return undefined;
  return {
    correlation,
    method: request.method,
    path: request.routeOptions.url,
    status: reply.statusCode,
    ms: reply.elapsedTime,
    operation: fields.size === 0 ? undefined : [...fields].join(' '),
  };
}

/** Gives each request its correlation id, and tells of each that may be told when it has been answered. */
export function watchRequests(fastify: FastifyInstance, told: Told, watchers: readonly ((one: Answered) => void)[]) {
  fastify.addHook('onRequest', (request, reply, done) => {
    noted.set(request, { correlation: request.id, reply, fields: new Set() });
    reply.header(correlationHeader, request.id);
    done();
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const answered = answeredOf(request, reply, told);
    if (answered) for (const watch of watchers) watch(answered);
    done();
  });
}

/** A desk that tells of each command that may be told what came of it. */
export const watchedDesk = (desk: Desk, told: Told, watch: (name: string, outcome: string) => void): Desk => ({
  async handle(intent) {
    if (!told.command(intent.name)) return desk.handle(intent);
    try {
      const answer = await desk.handle(intent);
      watch(intent.name, outcomeOf(answer));
      return answer;
    } catch (error) {
      watch(intent.name, failureOf(error));
      throw error;
    }
  },
});

/** What came of a command in one word: ACCEPTED, or the code of the refusal. */
export const outcomeOf = (answer: Accepted | Refused): string => ('code' in answer ? answer.code : 'ACCEPTED');
/** The same of one that was not answered. */
export const failureOf = (error: unknown): string => (error instanceof BadUserInput ? 'MALFORMED' : 'BROKEN');
