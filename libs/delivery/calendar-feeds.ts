import type { Type } from '@nestjs/common';
import { Field, ObjectType } from '@nestjs/graphql';
import type { Instant } from '#kernel/time';
import type { OpaqueTokens } from './opaque.ts';
import { resolverClass } from './resolver-class.ts';
import { dateTimeScalar } from './scalars.ts';

@ObjectType('CalendarFeed', { description: 'An address for a calendar program, which cannot send a token.' })
export class CalendarFeed {
  @Field(() => String, {
    description: 'To be added to the address of this API. Keep it secret: whoever has it reads the calendar as you.',
  })
  path!: string;
  @Field(() => dateTimeScalar, { description: 'When it ends, by the real clock. Ask for a new one before that.' })
  until!: Instant;
}

/** Where the calendar is. */
export const calendarPath = '/calendar.ics';

/** An address lasts so long: a forgotten one does not stay open for ever. */
const days = 180;
const dayMs = 24 * 60 * 60 * 1_000;

/** What an address says once it was opened. */
export interface OpenedFeed {
  readonly person: string;
  readonly until: Instant;
  readonly hasEnded: boolean;
}

/**
 * Addresses under which a calendar program reads as a person. An address holds no token and no role, only who reads and
 * until when, sealed with the installation's secret: roles are looked up at each reading, so that one that was revoked
 * is gone with the next. `now` is there for tests, in milliseconds of the real clock.
 */
export class CalendarFeeds {
  readonly #tokens: OpaqueTokens;
  readonly #now: () => number;

  constructor(tokens: OpaqueTokens, now: () => number = Date.now) {
    this.#tokens = tokens;
    this.#now = now;
  }

  of(person: string): CalendarFeed {
    const until = new Date(this.#now() + days * dayMs).toISOString();
    return { path: `${calendarPath}?feed=${this.#tokens.seal('calendar', '', `${until} ${person}`)}`, until };
  }

  /** Nothing when the address was altered, or was made by another installation. */
  open(feed: string): OpenedFeed | undefined {
    const [until, person] = this.#tokens.open('calendar', '', feed)?.split(' ') ?? [];
    if (until === undefined || person === undefined) return undefined;
    return { person, until, hasEnded: this.#now() >= Date.parse(until) };
  }
}

/** `calendarFeed`: an address for whoever is signed in; the public needs none. */
export const calendarResolver = (): Type =>
  resolverClass('CalendarQueries', CalendarFeeds, [
    {
      kind: 'query',
      name: 'calendarFeed',
      says: `A new address under which a calendar program reads your deadlines for ${days} days; nothing without a token, since ${calendarPath} itself is what anyone may see.`,
      gives: () => CalendarFeed,
      nullable: true,
      args: [],
      resolve: (feeds: CalendarFeeds, _, { person }) => (person === undefined ? null : feeds.of(person)),
    },
  ]);
