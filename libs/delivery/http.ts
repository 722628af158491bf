import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { getStaticFile } from 'ruru/static';
import { ruruHTML } from 'ruru/server';
import type { Directory } from '#directory/directory';
import type { ErrorCode } from './error-codes.ts';
import { BadUserInput } from './errors.ts';
import { IssuerUnreachable, type TokenVerifier, type Verdict } from './identity-token.ts';
import { type Caller, type Callers, publicCaller } from './people.ts';

const persons = new WeakMap<FastifyRequest, string>();

/** The caller behind a request: the person whose token was verified, with the roles held now; else the public. */
export async function callerOf(request: FastifyRequest, callers: Callers): Promise<Caller> {
  const person = persons.get(request);
  return person === undefined ? publicCaller : callers.of(person);
}

/** Text that is JSON and no GraphQL. Mercurius would take it for a parsed document, of whatever is in it. */
const parsedDocument = /^\s*(?:\{\s*["}]|[[\d"-]|(?:true|false|null)\b)/;

/** What resolvers know of a request. Asked for again to tell of an error, it does not fail twice. */
export function asking(callers: Callers): (request: FastifyRequest) => Promise<{ readonly caller?: Caller }> {
  const failed = new WeakSet<FastifyRequest>();
  return async (request) => {
    if (failed.has(request)) return {};
    try {
      const { query } = { ...((request.body ?? request.query) as { readonly query?: unknown }) };
      if (typeof query === 'string' && parsedDocument.test(query))
        throw new BadUserInput([{ path: 'query', rule: 'document', expected: 'a GraphQL document as text' }]);
      return { caller: await callerOf(request, callers) };
    } catch (error) {
      failed.add(request);
      throw error;
    }
  };
}

/**
 * Every request's token is verified before its body is read. No token is no error; one that is bad, expired or foreign
 * is HTTP 401 and nothing is executed. 503 when the issuer's keys cannot be had: that is no judgement on the token.
 */
export function verifyTokens(fastify: FastifyInstance, verifier: TokenVerifier, directory: Directory): void {
  // A verdict is most often there at once: such a request then waits for nothing.
  fastify.addHook('onRequest', (request, reply, done) => {
    const settle = (verdict: Verdict | 'unreachable') => {
      if (verdict === 'bad' || verdict === 'unreachable') return void refuse(reply, verdict);
      if (verdict !== 'public') persons.set(request, directory.personRef(verdict.issuer, verdict.subject));
      done();
    };
    const failed = (error: unknown) => {
      if (error instanceof IssuerUnreachable) settle('unreachable');
      else done(error as Error);
    };
    const verdict = verifier.verify(request.headers.authorization);
    if (verdict instanceof Promise) verdict.then(settle).catch(failed);
    else settle(verdict);
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

/** `/health/live`: the process answers. `/health/ready`: it serves, and nothing waits. One bit each. */
export function serveHealth(fastify: FastifyInstance, ready: () => boolean): void {
  const answer = (reply: FastifyReply, ok: boolean) => reply.code(ok ? 200 : 503).send({ ok });
  fastify.get('/health/live', (_, reply) => answer(reply, true));
  fastify.get('/health/ready', (_, reply) => answer(reply, ready()));
}

/** GraphiQL, with everything it needs from this server. */
export function serveGraphiql(fastify: FastifyInstance): void {
  const staticPath = '/graphiql/static/';
  const html = ruruHTML({
    endpoint: '/graphql',
    staticPath,
    htmlParts: { titleTag: '<title>Samverk · GraphiQL</title>' },
  });
  fastify.get('/graphiql', (_, reply) => reply.type('text/html; charset=utf-8').send(html));
  fastify.get(`${staticPath}*`, async (request, reply) => {
    const acceptEncoding = request.headers['accept-encoding'];
    const file = await getStaticFile({ staticPath, urlPath: request.url, acceptEncoding, disallowDevAssets: true });
    return file ? reply.headers(file.headers).send(file.content) : reply.code(404).send();
  });
}
