import { Server } from 'node:net';
import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { getStaticFile } from 'ruru/static';
import { ruruHTML } from 'ruru/server';
import type { Directory } from '#directory/directory';
import type { ErrorCode } from './error-codes.ts';
import { icon } from './icon.ts';
import { IssuerUnreachable, type TokenVerifier, type Verdict } from './identity-token.ts';
import { type Caller, type Callers, publicCaller } from './people.ts';
import type { RateLimits } from './rate-limits.ts';
import type { Asking } from './resolver-class.ts';

const persons = new WeakMap<FastifyRequest, string>();

export const personOf = (request: FastifyRequest): string | undefined => persons.get(request);
/** The caller behind a request: the person whose token was verified, with the roles held now; else the public. */
export function callerOf(request: FastifyRequest, callers: Callers): Caller | Promise<Caller> {
  const person = persons.get(request);
  return person === undefined ? publicCaller : callers.of(person);
}

/** What resolvers know of a request. */
export const contextOf =
  (callers: Callers) =>
  (request: FastifyRequest): Asking | Promise<Asking> => {
    const caller = callerOf(request, callers);
    return caller instanceof Promise ? caller.then((known) => ({ caller: known, request })) : { caller, request };
  };

/**
 * Every request's token is verified before its body is read. No token is no error; one that is bad, expired or foreign
 * is HTTP 401 and nothing is executed; a person who asks too much is HTTP 429. 503 when the issuer's keys cannot be had: that is no judgement on the token.
 */
export function verifyTokens(
  fastify: FastifyInstance,
  verifier: TokenVerifier,
  directory: Directory,
  rateLimits: RateLimits,
): void {
  // A verdict is most often there at once, and so is the person: such a request then waits for nothing.
  fastify.addHook('onRequest', (request, reply, done) => {
    const admit = (person: string) => {
      if (!rateLimits.admits(person, reply)) return;
      persons.set(request, person);
      done();
    };
    const settle = (verdict: Verdict): void | Promise<void> => {
      if (verdict === 'bad') return void refuse(reply, verdict);
      if (verdict === 'public') return done();
      return directory.personRef(verdict.issuer, verdict.subject).then(admit);
    };
    const failed = (error: unknown) => {
      if (error instanceof IssuerUnreachable) refuse(reply, 'unreachable');
      else done(error as Error);
    };
    const verdict = verifier.verify(request.headers.authorization);
    const settled = verdict instanceof Promise ? verdict.then(settle) : settle(verdict);
    settled?.catch(failed);
  });
}

function refuse(reply: FastifyReply, verdict: 'bad' | 'unreachable'): FastifyReply {
  if (verdict === 'unreachable') {
    const message = 'The issuer of tokens does not answer. Ask again in a moment.';
    return reply.code(503).header('retry-after', '5').send(said('ISSUER_UNREACHABLE', message));
  }
  const message = 'The token is not valid here: get a new one, or send none to ask as the public.';
  const challenge = 'Bearer error="invalid_token"';
  return reply.code(401).header('www-authenticate', challenge).send(said('UNAUTHENTICATED', message));
}

const said = (code: ErrorCode, message: string) => ({ errors: [{ message, extensions: { code } }] });

const graceMs = 3_000;

/** Connections that still send or read when the server closes are cut after a moment. */
export function closeInTime(fastify: FastifyInstance): void {
  fastify.addHook('preClose', (done) => {
    setTimeout(() => fastify.server.closeAllConnections(), graceMs).unref();
    done();
  });
}

/** `/health/live`: the process answers. `/health/ready`: it serves, and nothing waits. One bit each. */
export function serveHealth(fastify: FastifyInstance, ready: () => boolean): void {
  const answer = (reply: FastifyReply, ok: boolean) => reply.code(ok ? 200 : 503).send({ ok });
  fastify.get('/health/live', (_, reply) => answer(reply, true));
  fastify.get('/health/ready', (_, reply) => answer(reply, ready()));
}

/** No request for so long, in milliseconds: then none is on its way. */
const quiet = 100;
/** No longer than this, in milliseconds. */
const longestDrain = 5_000;

/**
 * Gives what is done before the server is closed, so that no answer is lost. Closing cuts off every connection on which
 * nothing is being answered, also one whose next request is on its way, and those that still wait to be accepted. Here
 * all that wait are accepted and later ones refused, and each that is open is told with its next answer that this was
 * the last; then those on which nothing more comes may be closed.
 */
export function drainable(fastify: FastifyInstance): () => Promise<void> {
  let draining = false;
  let last = 0;
  fastify.addHook('onRequest', (_, __, done) => {
    last = performance.now();
    done();
  });
  fastify.addHook('onSend', (_, reply, payload, done) => {
    if (draining) reply.header('connection', 'close');
    done(null, payload);
  });
  return async () => {
    const until = performance.now() + longestDrain;
    draining = true;
    let waiting = true;
    fastify.server.on('connection', () => (waiting = true));
    while (waiting && performance.now() < until) {
      waiting = false;
      await turn(); // at most one is accepted in a turn
    }
    Server.prototype.close.call(fastify.server); // no longer listens, and that is all: http's own would cut off
    last = performance.now();
    while (performance.now() - last < quiet && performance.now() < until) {
      await delay(10);
      await turn(); // what has come is read first
    }
  };
}

/** GraphiQL, with everything it needs from this server. */
export function serveGraphiql(fastify: FastifyInstance): void {
  const staticPath = '/graphiql/static/';
  const html = ruruHTML({
    endpoint: '/graphql',
    staticPath,
    htmlParts: { titleTag: `<title>Samverk · GraphiQL</title><link rel="icon" href="${icon}" />` },
  });
  fastify.get('/graphiql', (_, reply) => reply.type('text/html; charset=utf-8').send(html));
  fastify.get(`${staticPath}*`, async (request, reply) => {
    const acceptEncoding = request.headers['accept-encoding'];
    const file = await getStaticFile({ staticPath, urlPath: request.url, acceptEncoding, disallowDevAssets: true });
    return file ? reply.headers(file.headers).send(file.content) : reply.code(404).send();
  });
}
