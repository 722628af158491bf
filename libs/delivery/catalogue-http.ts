import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type GraphQLSchema, printSchema } from 'graphql';
import type { Context } from '#kernel/context';
import { catalogueOf } from './catalogue.ts';
import { cataloguePage } from './catalogue-page.ts';
import { shippedTable } from './platform.ts';

/** What is the same for everyone until the next start. */
interface Document {
  readonly type: string;
  readonly body: string;
  readonly zipped: Buffer;
  readonly tag: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * `/catalogue` as a page, and as JSON for whoever asks for that, which `/catalogue.json` always is; and
 * `/schema.graphql`. They tell what there is, nothing of what was recorded, and need no token.
 */
export function serveCatalogue(fastify: FastifyInstance, contexts: readonly Context[], schema: GraphQLSchema): void {
  const catalogue = catalogueOf({ contexts, schema, sees: shippedTable() });
  const { body, policy } = cataloguePage(catalogue);
  const page = documentOf('text/html', body, { 'content-security-policy': policy, 'referrer-policy': 'no-referrer' });
  const json = documentOf('application/json', JSON.stringify(catalogue));
  const text = documentOf('text/plain', printSchema(schema));
  fastify.get('/catalogue', (request, reply) => send(request, reply, wantsJson(request) ? json : page));
  fastify.get('/catalogue.json', (request, reply) => send(request, reply, json));
  fastify.get('/schema.graphql', (request, reply) => send(request, reply, text));
}

function documentOf(type: string, body: string, headers: Document['headers'] = {}): Document {
  const tag = `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  return { type: `${type}; charset=utf-8`, body, zipped: gzipSync(body), tag, headers };
}

function send({ headers }: FastifyRequest, reply: FastifyReply, document: Document): FastifyReply {
  const { type, body, zipped, tag } = document;
  reply.headers({ etag: tag, 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff', ...document.headers });
  reply.header('vary', 'accept, accept-encoding');
  if (headers['if-none-match']?.split(/\s*,\s*/).includes(tag)) return reply.code(304).send();
  reply.type(type);
  const zips = /\bgzip\b(?!\s*;\s*q=0(?![.\d]*[1-9]))/.test(String(headers['accept-encoding']));
  return zips ? reply.header('content-encoding', 'gzip').send(zipped) : reply.send(body);
}

/** Whether JSON is wanted more than a page (RFC 9110, 12.5.1). A page, where it is all one. */
function wantsJson({ headers: { accept = '*/*' } }: FastifyRequest): boolean {
  const ranges = accept.split(',').map((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const q = parameters.find((parameter) => parameter.startsWith('q='));
    return { type, quality: q === undefined ? 1 : Number(q.slice(2)) };
  });
  const quality = (type: string) =>
    [type, type.replace(/\/.*/, '/*'), '*/*']
      .map((wanted) => ranges.find((range) => range.type === wanted)?.quality)
      .find((found) => found !== undefined) ?? 0;
  return quality('application/json') > quality('text/html');
}
