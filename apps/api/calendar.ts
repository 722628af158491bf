import { hash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { deadlines, type deadlineShape } from '#contexts/mandate/views/deadlines.query';
import { mandates } from '#contexts/mandate/views/mandate.view';
import { calendarPath, type OpenedFeed } from '#delivery/calendar-feeds';
import { callerOf } from '#delivery/http';
import type { Caller } from '#delivery/people';
import type { Platform } from '#delivery/platform';
import type { Connection } from '#delivery/reader';
import { correlationOf } from '#delivery/watching';
import type { Directory } from '#directory/directory';
import type { Data } from '#kernel/fields';
import { dayOf } from '#kernel/time';
import { deadlineCalendar, type Entry } from './deadline-calendar.ts';

interface Needs {
  readonly platform: Platform;
  readonly directory: Directory;
  /** Told of what broke, under an id that the caller is told too. */
  readonly broken: (error: unknown, id: string) => void;
}

/** What a caller was last shown, and when that was so: nothing is read again before anything could be otherwise. */
interface Shown {
  readonly position: number;
  readonly today: string;
  readonly until: string | undefined;
  readonly text: string;
  readonly tag: string;
}

/**
 * `/calendar.ics`: the deadlines that the caller may see, for calendar programs. Who asks is told by a token as
 * everywhere, or by the address itself (`calendarFeed`); by neither, it is the public. Cost: the deadlines of every
 * mandate, once for each caller and change; else one look at what is kept.
 */
export function serveCalendar(fastify: FastifyInstance, { platform, directory, broken }: Needs): void {
  const shown = new WeakMap<Caller, Shown>();

  async function calendarOf(caller: Caller, until: string | undefined): Promise<Shown> {
    const { position } = platform.projector;
    const today = dayOf(platform.clock.now());
    const known = shown.get(caller);
    if (known?.position === position && known.today === today && known.until === until) return known;
    const text = deadlineCalendar(await entriesFor(platform, caller), today, until);
    const tag = `"${hash('sha256', text, 'base64url')}"`;
    const now = { position, today, until, text, tag };
    shown.set(caller, now);
    return now;
  }

  async function answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { feed } = request.query as { readonly feed?: unknown };
    const opened = typeof feed === 'string' ? platform.calendarFeeds.open(feed) : undefined;
    if (feed !== undefined && (!opened || !(await directory.knows(opened.person))))
      return said(reply, 404, 'There is no calendar at this address. Ask for a new one: calendarFeed.');
    if (opened?.hasEnded) return said(reply, 410, 'This address has ended. Ask for a new one: calendarFeed.');
    const caller = await callerBehind(request, opened);
    const { text, tag } = await calendarOf(caller, opened?.until);
    reply.headers({
      etag: tag,
      'cache-control': 'private, no-cache',
      vary: 'authorization',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
    if (isHeld(request.headers['if-none-match'], tag)) return reply.code(304).send();
    return reply
      .headers({ 'content-disposition': 'inline; filename="samverk.ics"' })
      .type('text/calendar; charset=utf-8')
      .send(text);
  }

  const callerBehind = async (request: FastifyRequest, opened: OpenedFeed | undefined): Promise<Caller> =>
    opened ? platform.callers.of(opened.person) : callerOf(request, platform.callers);

  fastify.get(calendarPath, async (request, reply) => {
    try {
      return await answer(request, reply);
    } catch (error) {
      const id = correlationOf(request) ?? request.id;
      broken(error, id);
      return said(reply, 500, `Something broke here, and was logged. If it stays, tell the operator ${id}.`);
    }
  });
}

const said = (reply: FastifyReply, status: number, text: string): FastifyReply =>
  reply.code(status).header('cache-control', 'no-store').type('text/plain; charset=utf-8').send(`${text}\n`);

/** Whether the caller has this text already (RFC 9110, 13.1.2). */
const isHeld = (ifNoneMatch: string | undefined, tag: string): boolean =>
  ifNoneMatch !== undefined &&
  ifNoneMatch.split(',').some((one) => ['*', tag].includes(one.trim().replace(/^W\//, '')));

/** The deadlines of every mandate that the caller may see, mandate by mandate. */
async function entriesFor({ reader }: Platform, caller: Caller): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (let after: string | null = null; ;) {
    const page: Connection<string> = await reader.page(mandates, { first: 100, after }, caller, ({ row }) =>
      String(row['mandateId']),
    );
    for (const { node: mandateId } of page.edges) {
      const rows = (await reader.answer(deadlines, { mandateId }, caller)) as readonly Data<typeof deadlineShape>[];
      const newest = { filter: { object: mandateId }, newestFirst: true, first: 1 };
      const [last] = (await reader.history(newest, caller, ({ event }) => event.recordedAt)).edges;
      if (last) entries.push(...rows.map((deadline) => ({ deadline, changedAt: last.node })));
    }
    if (!page.pageInfo.hasNextPage) return entries;
    after = page.pageInfo.endCursor;
  }
}
