import type { Type } from '@nestjs/common';
import { Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import { objectOf, categoryOf } from '#kernel/envelope';
import { roles } from '#kernel/roles';
import type { Caller } from './people.ts';
import { connectionOf, RedactionType } from './answers.ts';
import { type HistoryArgs, Reader } from './reader.ts';
import { resolverClass } from './resolver-class.ts';
import { dateTimeScalar, jsonScalar } from './scalars.ts';
import type { ShownEvent } from './sight.ts';

@ObjectType('EventActor', { description: 'Who did it: a person in a role for an organisation, or the system.' })
class EventActorType {
  @Field(() => String, { description: 'The role acted in; SYSTEM for timers and policies.' })
  role!: string;
  @Field(() => String, { nullable: true, description: 'Rollens svenska namn.' })
  roleSv!: string | null;
  @Field(() => ID, { nullable: true, description: 'The organisation acted for.' })
  org!: string | null;
  @Field(() => ID, { nullable: true, description: 'The person, by reference; only for those who may know.' })
  person!: string | null;
  @Field(() => String, { nullable: true, description: 'The timer or policy, where no person acted.' })
  system!: string | null;
}

@ObjectType('EventObject', { description: 'An object by type and id.' })
export class EventObjectType {
  @Field(() => String, { description: 'Its type.' })
  type!: string;
  @Field(() => ID, { description: 'Its id.' })
  id!: string;
}

@ObjectType('EventConcern', { description: 'Another object that an event is about.' })
class EventConcernType {
  @Field(() => ID, { description: 'The object.' })
  id!: string;
  @Field(() => String, { description: 'How: author, addressee, part of, concerns.' })
  as!: string;
}

@ObjectType('HistoryEvent', { description: 'One thing that happened, as far as you may see it.' })
export class HistoryEventType {
  @Field(() => ID, { description: 'The event.' })
  id!: string;
  @Field(() => String, { description: 'Its type.' })
  type!: string;
  @Field(() => String, { description: 'Typens svenska etikett.' })
  sv!: string;
  @Field(() => Int, { description: 'Version of the shape of `data`.' })
  version!: number;
  @Field(() => EventObjectType, { description: 'The object that it happened to.' })
  object!: EventObjectType;
  @Field(() => dateTimeScalar, { description: 'When it happened.' })
  occurredAt!: string;
  @Field(() => dateTimeScalar, { description: 'When it was recorded.' })
  recordedAt!: string;
  @Field(() => EventActorType, { description: 'Who did it.' })
  actor!: EventActorType;
  @Field(() => ID, { description: 'The authority that keeps it.' })
  custodian!: string;
  @Field(() => String, { nullable: true, description: 'Diary number of the case.' })
  case!: string | null;
  @Field(() => String, { nullable: true, description: 'The law under which it happened, where one was pinned.' })
  regime!: string | null;
  @Field(() => String, { nullable: true, description: 'The reason given for recording it late.' })
  backdating!: string | null;
  @Field(() => [EventConcernType], { description: 'The other objects that it is about.' })
  concerns!: EventConcernType[];
  @Field(() => jsonScalar, { description: 'What was recorded, less what you may not see.' })
  data!: object;
  @Field(() => [RedactionType], { description: 'Parts of `data` that are there and withheld.' })
  redactions!: RedactionType[];
}

@InputType('EventFilter', { description: 'Which events.' })
class EventFilterType {
  @Field(() => ID, { nullable: true, description: 'Only what happened to this object, or concerns it.' })
  object?: string;
  @Field(() => [String], { nullable: true, description: 'Only events of these types.' })
  types?: string[];
}

@ObjectType('HeldRole', { description: 'A role in force.' })
class HeldRoleType {
  @Field(() => String, { description: 'The role.' })
  role!: string;
  @Field(() => String, { description: 'Rollens svenska namn.' })
  sv!: string;
  @Field(() => ID, { description: 'The organisation that it is held for.' })
  org!: string;
  @Field(() => ID, { nullable: true, description: 'The object that it is limited to.' })
  scope!: string | null;
}

@ObjectType('Me', { description: 'Who you are here.' })
class MeType {
  @Field(() => ID, { nullable: true, description: 'Your reference; nothing without a token.' })
  personRef!: string | null;
  @Field(() => [HeldRoleType], { description: 'The roles that you hold now.' })
  roles!: HeldRoleType[];
}

/** What the history needs to know of the streams and facts that there are. */
export interface Naming {
  objectType(category: string): string;
  label(eventType: string): string;
}

/** An event as the API tells it. */
export function told(
  { event, data, redactions, actorOrg, actorPerson, concerns, backdating }: ShownEvent,
  naming: Naming,
): HistoryEventType {
  const { id, type, version, stream, occurredAt, recordedAt, actor, custodian, regime } = event;
  return {
    id,
    type,
    sv: naming.label(type),
    version,
    object: { type: naming.objectType(categoryOf(stream)), id: objectOf(stream) },
    occurredAt,
    recordedAt,
    actor: {
      role: actor.role,
      roleSv: Object.entries(roles).find(([role]) => role === actor.role)?.[1].sv ?? null,
      org: actorOrg ?? null,
      person: actorPerson ?? null,
      system: 'system' in actor ? actor.system : null,
    },
    custodian,
    case: event.case,
    regime,
    backdating,
    concerns: [...concerns],
    data,
    redactions: [...redactions],
  };
}

const connection = connectionOf('HistoryEvent', HistoryEventType);

/** History and `me`: what every context has without asking for it. */
export function historyResolver(naming: Naming): Type {
  return resolverClass('HistoryQueries', Reader, [
    {
      kind: 'query',
      name: 'history',
      says: 'What happened, in order, by whom in which role, as far as you may see.',
      gives: () => connection,
      args: [
        { name: 'filter', type: () => EventFilterType, description: 'Which events.' },
        { name: 'newestFirst', type: () => Boolean, nullable: true, description: 'From the last to the first.' },
        {
          name: 'first',
          type: () => Int,
          nullable: true,
          description: 'How many: 1 to 100, 20 unless told. What is on the page costs that many times.',
        },
        { name: 'after', type: () => String, nullable: true, description: 'The cursor behind which the page begins.' },
        { name: 'notBefore', type: () => String, nullable: true, description: 'The `consistency` of an answer.' },
      ],
      async resolve(reader: Reader, args, caller) {
        await reader.waitFor(args['notBefore'] as string | undefined);
        return reader.history(args as unknown as HistoryArgs, caller, (shown) => told(shown, naming));
      },
    },
    {
      kind: 'query',
      name: 'me',
      says: 'Who you are here, and the roles you hold.',
      gives: () => MeType,
      args: [],
      resolve: (_: Reader, __, caller: Caller): MeType => ({
        personRef: caller.person ?? null,
        roles: caller.grants.map(({ role, org, scopeId }) => ({
          role,
          sv: roles[role].sv,
          org,
          scope: scopeId ?? null,
        })),
      }),
    },
  ]);
}
