import type { Type } from '@nestjs/common';
import { Field, InputType, Int, ObjectType } from '@nestjs/graphql';
import type { EventStore } from '#event-store/event-store';
import { refusals } from '#kernel/codes';
import { roles } from '#kernel/roles';
import type { Place, ProcessStore } from '#processes/process-store';
import { codesOf, connectionOf } from './answers.ts';
import { recordedLate } from './consistency.ts';
import { BadUserInput } from './errors.ts';
import { EventObjectType, HistoryEventType, type Naming, told } from './history-fields.ts';
import type { OpaqueTokens } from './opaque.ts';
import type { Caller } from './people.ts';
import { type Connection, limitOf, type PageArgs } from './reader.ts';
import { resolverClass } from './resolver-class.ts';
import type { ShownEvent, Sight } from './sight.ts';

/** A finding as its viewer sees it. */
interface ShownFinding {
  readonly rule: string;
  readonly event: ShownEvent;
  readonly unseen: readonly ShownEvent[];
}

export interface DataQualityArgs extends PageArgs {
  readonly filter?: { readonly rule?: string | null } | null;
}

/** So many findings are looked at in one go. */
const atOnce = 100;

/**
 * The read model DataQuality (domain 7.7). It is of class ORG_INTERNAL, and about an event: whoever sees what is internal
 * at the authority that keeps the event, and may know of the event itself, sees the finding. Cost: the findings of the
 * viewer's organisations up to the end of the page.
 */
export class DataQuality {
  readonly #findings: ProcessStore;
  readonly #store: EventStore;
  readonly #sight: Sight;
  readonly #tokens: OpaqueTokens;

  constructor(needs: { processStore: ProcessStore; store: EventStore; sight: Sight; tokens: OpaqueTokens }) {
    this.#findings = needs.processStore;
    this.#store = needs.store;
    this.#sight = needs.sight;
    this.#tokens = needs.tokens;
  }

  async page(args: DataQualityArgs, caller: Caller): Promise<Connection<ShownFinding>> {
    const limit = limitOf(args);
    const rule = args.filter?.rule ?? undefined;
    const bound = JSON.stringify(['dataQuality', rule ?? null, caller.person ?? null]);
    const found: { place: Place; node: ShownFinding }[] = [];
    let after = this.#placeIn(bound, args.after);
    const custodians = this.#custodiansOf(caller);
    for (let more = custodians.length > 0; more && found.length <= limit;) {
      const wanted = { custodians, ...(rule && { rule }), ...(after && { after }), limit: atOnce };
      const findings = await this.#findings.findings(wanted);
      const positions = new Set(findings.flatMap(({ position, unseen }) => [position, ...unseen]));
      const shown = await this.#sight.events(await this.#store.at([...positions]), caller);
      const events = new Map(shown.map((event) => [event.event.position, event]));
      for (const { position, rule, unseen } of findings) {
        after = { position, rule };
        const event = events.get(position);
        const others = unseen.flatMap((position) => events.get(position) ?? []);
        if (event) found.push({ place: after, node: { rule, event, unseen: others } });
      }
      more = findings.length === atOnce;
    }
    const edges = found.slice(0, limit).map(({ place, node }) => ({ cursor: this.#cursor(bound, place), node }));
    return {
      edges,
      pageInfo: {
        hasNextPage: found.length > limit,
        hasPreviousPage: args.after !== null && args.after !== undefined,
        startCursor: edges[0]?.cursor ?? null,
        endCursor: edges.at(-1)?.cursor ?? null,
      },
    };
  }

  /** The authorities of which the caller sees all that is internal. */
  #custodiansOf({ grants }: Caller): string[] {
    const { sees } = this.#sight;
    const internal = grants.filter(
      ({ role, scopeId }) => scopeId === undefined && sees(roles[role].code, 'CUSTODIAN', 'ORG_INTERNAL') === 'yes',
    );
    return [...new Set(internal.map((grant) => grant.for))];
  }

  #cursor(bound: string, place: Place): string {
    return this.#tokens.seal('cursor', bound, JSON.stringify(place));
  }

  #placeIn(bound: string, cursor: string | null | undefined): Place | undefined {
    if (cursor === null || cursor === undefined) return undefined;
    const place = this.#tokens.open('cursor', bound, cursor);
    if (place === undefined)
      throw new BadUserInput([
        { path: 'after', rule: 'cursor', expected: 'a cursor of this list, with the same filter' },
      ]);
    return JSON.parse(place) as Place;
  }
}

const late = 'Recorded more than 30 days after it happened.';
const rules = codesOf({ ...refusals, [recordedLate]: late }, 'DataQualityRule', 'What an event does not keep.');

@ObjectType('DataQuality', { description: 'Something about an event that is to be looked at. Nothing was undone.' })
class DataQualityType {
  @Field(() => rules, {
    description:
      'The rule: the code with which the command would have been refused, had its decision seen what stood in other objects when it was recorded; or RECORDED_LATE.',
  })
  rule!: string;
  @Field(() => String, { description: 'What the rule says.' })
  message!: string;
  @Field(() => EventObjectType, { description: 'The object that the event happened to.' })
  object!: EventObjectType;
  @Field(() => HistoryEventType, { description: 'The event.' })
  event!: HistoryEventType;
  @Field(() => [HistoryEventType], { description: 'The events that its decision did not see, as far as you may.' })
  unseen!: HistoryEventType[];
}

@InputType('DataQualityFilter', { description: 'Which findings.' })
class DataQualityFilterType {
  @Field(() => rules, { nullable: true, description: 'Only those of this rule.' })
  rule?: string;
}

const connection = connectionOf('DataQuality', DataQualityType);

/** The query `dataQuality`. */
export function dataQualityResolver(naming: Naming): Type {
  const shown = ({ rule, event, unseen }: ShownFinding): DataQualityType => {
    const { object, ...rest } = told(event, naming);
    const message =
      rule === recordedLate ? late : (Object.entries(refusals).find(([code]) => code === rule)?.[1] ?? rule);
    return { rule, message, object, event: { object, ...rest }, unseen: unseen.map((other) => told(other, naming)) };
  };
  return resolverClass('DataQualityQueries', DataQuality, [
    {
      kind: 'query',
      name: 'dataQuality',
      says: 'What is to be looked at in the records of your organisation: rules that two commands at once broke together, and what was recorded late. In the order in which it was recorded; at most 100 at a time.',
      gives: () => connection,
      args: [
        { name: 'filter', type: () => DataQualityFilterType, nullable: true, description: 'Which findings.' },
        { name: 'first', type: () => Int, nullable: true, description: 'How many: 1 to 100, 20 unless told.' },
        { name: 'after', type: () => String, nullable: true, description: 'The cursor behind which the page begins.' },
      ],
      async resolve(dataQuality: DataQuality, args, caller) {
        const page = await dataQuality.page(args, caller);
        return { ...page, edges: page.edges.map(({ cursor, node }) => ({ cursor, node: shown(node) })) };
      },
    },
  ]);
}
