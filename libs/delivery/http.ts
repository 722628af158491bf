import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { getStaticFile } from 'ruru/static';
import { ruruHTML } from 'ruru/server';
import type { Directory } from '#directory/directory';
import { IssuerUnreachable, type TokenVerifier, type Verdict } from './identity-token.ts';
import { type Caller, type Callers, publicCaller } from './people.ts';

const persons = new WeakMap<FastifyRequest, string>();

/** The caller behind a request: the person whose token was verified, with the roles held now; else the public. */
async function callerOf(request: FastifyRequest, callers: Callers): Promise<Caller> {
  const person = persons.get(request);
  return person === undefined ? publicCaller : callers.of(person);
}

/** What resolvers know of a request. Asked for again to tell of an error, it does not fail twice. */
export function asking(callers: Callers): (request: FastifyRequest) => Promise<{ readonly caller?: Caller }> {
  const failed = new WeakSet<FastifyRequest>();
  return async (request) => {
    if (failed.has(request)) return {};
    try {
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
  fastify.addHook('onRequest', async (request, reply) => {
    const verdict = await verdictOn(request.headers.authorization, verifier);
    if (verdict === 'unreachable') {
      const message = 'The issuer of tokens does not answer. Ask again in a moment.';
      return reply.code(503).header('retry-after', '5').send(said('ISSUER_UNREACHABLE', message));
    }
    if (verdict === 'bad') {
      const message = 'The token is not valid here: get a new one, or send none to ask as the public.';
      const challenge = 'Bearer error="invalid_token"';
      return reply.code(401).header('www-authenticate', challenge).send(said('UNAUTHENTICATED', message));
    }
    if (verdict !== 'public') persons.set(request, directory.personRef(verdict.issuer, verdict.subject));
    return undefined;
  });
}

async function verdictOn(authorization: string | undefined, verifier: TokenVerifier): Promise<Verdict | 'unreachable'> {
  try {
    return await verifier.verify(authorization);
  } catch (error) {
    if (error instanceof IssuerUnreachable) return 'unreachable';
    throw error;
  }
}

const said = (code: string, message: string) => ({ errors: [{ message, extensions: { code } }] });

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
