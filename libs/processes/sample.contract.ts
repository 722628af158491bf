import type { EventStore } from '#event-store/event-store';
import { type NewEvent, objectOf } from '#kernel/envelope';
import { fact, facts, type NewFact, visibilityOf } from '#kernel/facts';
import { day, id, instant } from '#kernel/fields';
import { process, reading } from '#kernel/process';
import { type Stream, stream, streamName } from '#kernel/stream';
import type { Clock, Instant } from '#kernel/time';
import type { Made } from './acting.ts';

/** A library of our own: loans that are due at a time, returned in another stream, and told of by a process. */

const loanId = id('The loan.');
export const LoanFacts = facts({
  LoanGranted: fact({
    says: 'A loan was granted.',
    sv: 'Lån',
    class: 'PUBLIC',
    data: { loanId, dueAt: instant('When it is due.') },
  }),
  LoanOverdue: fact({ says: 'It was not returned in time.', sv: 'Försenat', class: 'PUBLIC', data: { loanId } }),
  OverdueForgiven: fact({ says: 'It was, after all.', sv: 'Förlåtet', class: 'PUBLIC', data: { loanId } }),
});
export const ReturnFacts = facts({
  LoanReturned: fact({
    says: 'A loan was returned.',
    sv: 'Återlämnat',
    class: 'PUBLIC',
    data: { loanId, on: day('The day.') },
  }),
});

interface Loan {
  readonly dueAt: Instant;
  readonly overdue: boolean;
}
export const loans = stream<Loan, typeof LoanFacts>({
  category: 'loan',
  object: 'Loan',
  facts: LoanFacts,
  initial: { dueAt: '', overdue: false },
}).evolve({
  LoanGranted: (_, { dueAt }) => ({ dueAt, overdue: false }),
  LoanOverdue: (loan) => ({ ...loan, overdue: true }),
  OverdueForgiven: (loan) => ({ ...loan, overdue: false }),
});
interface Return {
  readonly on?: string;
  readonly by?: string;
}
export const returns = stream<Return, typeof ReturnFacts>({
  category: 'return',
  object: 'Return',
  facts: ReturnFacts,
  initial: {},
}).evolve({
  LoanReturned: (before, { on }, { id: by }) => (before.on === undefined ? { on, by } : before),
});

/** Tells of a loan that is not returned when it is due; forgives what was returned in time and recorded late. */
export const reminding = (trouble: (loan: string) => void = () => {}) =>
  process(loans, {
    name: 'reminding',
    version: 1,
    says: 'Tells of overdue loans.',
    of: { ...LoanFacts, ...ReturnFacts },
    makes: ['LoanOverdue', 'OverdueForgiven'],
    id: ({ stream }) => objectOf(stream),
    reads: { returned: reading(returns, ({ event }) => [objectOf(event.stream)]) },
    timers: {
      LoanGranted: ({ loanId, dueAt }) => [{ trigger: `${loanId}/due/${dueAt}`, due: dueAt, about: loanId }],
    },
    due({ about: loanId }, _, { returned }) {
      trouble(loanId);
      return returned(loanId).on === undefined ? { fact: LoanFacts.LoanOverdue({ loanId }) } : undefined;
    },
    hears: ['LoanReturned', 'LoanOverdue'],
    answer({ stream }, { overdue, dueAt }, { returned }) {
      const loanId = objectOf(stream);
      trouble(loanId);
      const { on, by } = returned(loanId);
      if (!overdue || on === undefined || by === undefined || on >= dueAt.slice(0, 10)) return [];
      return [{ fact: LoanFacts.OverdueForgiven({ loanId }), answers: by }];
    },
  });

export const loan = (n: number): string => `10000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const org = '20000000-0000-4000-8000-000000000001';

/** A clock that is moved by hand. */
export class HandClock implements Clock {
  #now: Instant;
  constructor(now: Instant) {
    this.#now = now;
  }
  now = (): Instant => this.#now;
  moveTo(now: Instant): void {
    this.#now = now;
  }
}

/** What of a stream an event is made of. */
type Kind = Pick<Stream, 'category' | 'facts'>;

/** An event of a person. */
function spoken({ facts }: Kind, made: NewFact, id: string, at: Instant): NewEvent {
  const known = facts[made.type];
  if (!known) throw new TypeError(`no fact ${made.type}`);
  return {
    id,
    type: made.type,
    version: 1,
    occurredAt: at,
    actor: { person: org, org, role: 'PERSON', onBehalfOf: null },
    custodian: org,
    case: null,
    regime: null,
    command: null,
    correlation: id,
    causation: null,
    concerns: [],
    basedOn: {},
    visibility: visibilityOf(known),
    subjects: [],
    backdating: null,
    data: made.data,
  };
}

/** Ids as readable as a UUID may be: what stands for the hash of a name. */
function idOf(name: string): string {
  let hash = 0n;
  for (const character of name) hash = (hash * 1_000_003n + BigInt(character.codePointAt(0) ?? 0)) % 2n ** 128n;
  const hex = hash.toString(16).padStart(32, '0');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** The event of an effect, by the rule of domain 7.2 with another hash. */
export const eventOf =
  (clock: Clock) =>
  ({ process: { name, stream }, cause: { event, timer }, effect, id, basedOn }: Made): NewEvent => {
    const causation = timer ? null : (effect.answers ?? event.id);
    const trigger = causation ?? timer?.trigger ?? '';
    const at = timer?.due ?? clock.now();
    const made = spoken(stream, effect.fact, idOf(`${name}/${trigger}/${streamName(stream, id)}`), at);
    return { ...made, actor: { system: name, org, role: 'SYSTEM', onBehalfOf: null }, causation, basedOn };
  };

export const grant = (events: EventStore, clock: Clock, n: number, dueAt: Instant) =>
  append(events, clock, loans, LoanFacts.LoanGranted({ loanId: loan(n), dueAt }), loan(n));
export const give = (events: EventStore, clock: Clock, n: number, on: string) =>
  append(events, clock, returns, ReturnFacts.LoanReturned({ loanId: loan(n), on }), loan(n));

async function append(events: EventStore, clock: Clock, of: Kind, fact: NewFact, id: string): Promise<void> {
  const stream = streamName(of, id);
  await events.append(stream, [spoken(of, fact, idOf(`${stream} ${JSON.stringify(fact.data)}`), clock.now())], 'any');
}

/** What the processes did, in order: the type, the loan, and when it happened. */
export async function effectsIn(events: EventStore): Promise<string[]> {
  const all = await events.readAll({ after: 0, limit: 10_000 });
  return all
    .filter(({ actor }) => 'system' in actor)
    .map(({ type, stream, occurredAt }) => `${type} ${Number(stream.slice(-12))} ${occurredAt.slice(0, 10)}`);
}
