import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Given, isRefusal, nothingLookedUp } from '#kernel/decider';
import type { NewFact } from '#kernel/facts';
import { kr, type Money, sum } from '#kernel/money';
import type { FoldedEvent, Stream } from '#kernel/stream';
import { type FundingYear, fundingYears, limitOf, outstandingOf } from './funding-year.events.ts';
import { fundingYear } from './funding-year.ts';
import { mandates } from './mandate.events.ts';
import {
  account,
  allocated,
  ceiling,
  document,
  obligationOf,
  openMandate,
  paid,
  someId,
  submitted,
  year2017,
  year2018,
} from './sample.contract.ts';

const at = '2019-03-29T09:00:00.000Z';
const folded = <State>(stream: Stream<State>, before: State, { type, data }: NewFact): State =>
  stream.fold(before, { type, data, version: 1, occurredAt: at, recordedAt: at } as FoldedEvent);

const mandate = openMandate.reduce((state, fact) => folded(mandates, state, fact), mandates.initial);

/** What was recorded of both years, and what it adds up to. */
interface Books {
  readonly history: readonly NewFact[];
  readonly years: Readonly<Record<string, FundingYear>>;
}
const yearIn = ({ years }: Books, id: string): FundingYear => years[id] ?? fundingYears.initial;
const recorded = (books: Books, fact: NewFact): Books => {
  const id = String(fact.data['fundingYearId']);
  return {
    history: [...books.history, fact],
    years: { ...books.years, [id]: folded(fundingYears, yearIn(books, id), fact) },
  };
};

const given = (books: Books): Given<Readonly<Record<string, unknown>>> => ({
  reads: {
    mandate: () => mandate,
    yearAfter: (id) => yearIn(books, id),
    yearBefore: (id) => yearIn(books, id),
  },
  known: nothingLookedUp,
  now: at,
  who: { person: someId(1), org: someId(2), role: 'FINANCE' },
  mandatedOrgId: someId(2),
});

/** Amounts near what matters, from one öre to the largest there is. */
const amount = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 3 }) },
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 120_000_000 }) },
  { weight: 1, arbitrary: fc.constantFrom(ceiling.amountMinor, ceiling.amountMinor + 1, Number.MAX_SAFE_INTEGER) },
);
const few = fc.integer({ min: 1, max: 4 });

interface Intent {
  readonly name: string;
  readonly input: { readonly fundingYearId: string };
}
const intentsOf = (fundingYearId: string): fc.Arbitrary<Intent>[] => [
  fc.record({ amount, n: few }).map(({ amount, n }) => ({
    name: 'SubmitRequisition',
    input: {
      fundingYearId,
      requisitionId: someId(n),
      amount: kr(amount),
      sentAt: '2017-11-30T09:00:00.000Z',
      doc: document,
    },
  })),
  fc.record({ amount, whole: fc.boolean() }).map(({ amount, whole }) => ({
    name: whole ? 'RecordPaymentInFull' : 'RecordPayment',
    input: { fundingYearId, paidOn: '2017-12-15', amount: kr(amount), bankRef: 'B' },
  })),
  fc.record({ amount, n: few }).map(({ amount, n }) => ({
    name: 'RecordCost',
    input: {
      fundingYearId,
      costId: someId(10 + n),
      amount: kr(amount),
      costDate: `${fundingYearId.slice(-4)}-06-15`,
      category: 'IT',
      voucherRef: 'V',
    },
  })),
  fc.record({ amount, n: few, sign: fc.constantFrom(1, -1) }).map(({ amount, n, sign }) => ({
    name: 'CorrectCost',
    input: { fundingYearId, costId: someId(10 + n), delta: kr(sign * amount), reason: 'R' },
  })),
  fc.record({ amount, n: few }).map(({ amount, n }) => ({
    name: 'RecordRepayment',
    input: {
      fundingYearId,
      repaymentId: someId(20 + n),
      obligationId: obligationOf(18),
      amount: kr(amount),
      paidOn: '2019-03-29',
      account,
      bankRef: 'B',
    },
  })),
];
const carryOver: fc.Arbitrary<Intent> = amount.map((amount) => ({
  name: 'DecideCarryOver',
  input: { fundingYearId: year2018, fromFundingYearId: year2017, amount: kr(amount), decisionDoc: document },
}));
const intents = fc.oneof(...intentsOf(year2017), ...intentsOf(year2018), ...intentsOf(year2018), carryOver, carryOver);

/** Decides one intent on the books; the facts it led to, none where it was refused. */
function decided({ name, input }: Intent, books: Books): readonly NewFact[] {
  const year = yearIn(books, input.fundingYearId);
  const [command, filled] =
    name === 'RecordPaymentInFull' ? ['RecordPayment', { ...input, amount: year.requisitioned }] : [name, input];
  const decision = fundingYear.decide(command, filled, year, given(books));
  return isRefusal(decision) ? [] : decision.facts;
}

const amountOf = ({ data }: NewFact): Money => (data['amount'] ?? data['delta']) as Money;
const ore = ({ amountMinor }: Money): number => amountMinor;

/** What is left of a year, found from what was recorded alone. */
function expectBalanced(books: Books, id: string): number {
  const total = (field: 'fundingYearId' | 'fromFundingYearId', ...types: string[]) =>
    ore(sum(books.history.filter(({ type, data }) => types.includes(type) && data[field] === id).map(amountOf)));
  const year = yearIn(books, id);
  const carriedIn = total('fundingYearId', 'FundingCarryOverDecided');
  const carriedOut = total('fromFundingYearId', 'FundingCarryOverDecided');
  const requisitioned = total('fundingYearId', 'RequisitionSubmitted');
  const paid = total('fundingYearId', 'RequisitionPaid');
  const used = total('fundingYearId', 'CostRecorded', 'CostCorrected');
  const repaid = total('fundingYearId', 'UnusedFundsRepaid');

  expect(requisitioned).toBeLessThanOrEqual(ore(ceiling));
  expect([0, requisitioned]).toContain(paid);
  expect(used).toBeLessThanOrEqual(ore(limitOf(year, kr(carriedOut))));
  expect(Math.min(0, ...year.costs.values().map(({ amount }) => ore(amount)))).toBe(0);
  expect([
    year.requisitioned,
    year.paid,
    year.carriedIn,
    year.used,
    sum(year.byCategory.values()),
    year.repaid,
  ]).toEqual([requisitioned, paid, carriedIn, used, used, repaid].map(kr));
  expect(ore(limitOf(year, kr(carriedOut)))).toBe(ore(ceiling) + carriedIn - carriedOut);
  const outstanding = paid + carriedIn - carriedOut - used - repaid;
  expect(ore(outstandingOf(year, kr(carriedOut)))).toBe(outstanding);
  return outstanding;
}

test('whatever is asked in whatever order, over two years, what is accepted keeps the books', () => {
  const reached = new Map<string, number>();
  const begins = fc.constantFrom([], [submitted(year2017), paid(year2017)]);
  const everyHistory = fc.property(begins, fc.array(intents, { minLength: 30, maxLength: 60 }), (first, asked) => {
    const facts = [allocated(2017), allocated(2018), ...first];
    let books = facts.reduce<Books>(recorded, { history: [], years: {} });
    for (const intent of asked) {
      for (const fact of decided(intent, books)) {
        const [before, after] = [books, recorded(books, fact)];
        books = after;
        const outstanding = [year2017, year2018].map((id) => expectBalanced(after, id));
        // What is carried over leaves one year and comes into the other: of both together nothing is gained or lost.
        const all = [year2017, year2018].map((id) => yearIn(after, id));
        const inAll = (which: 'paid' | 'used' | 'repaid') => ore(sum(all.map((year) => year[which])));
        expect(inAll('paid')).toBe(inAll('used') + inAll('repaid') + outstanding.reduce((a, b) => a + b));
        const from = { UnusedFundsRepaid: 'fundingYearId', FundingCarryOverDecided: 'fromFundingYearId' }[fact.type];
        if (from === undefined) continue;
        const id = String(fact.data[from]);
        expect(ore(amountOf(fact))).toBeLessThanOrEqual(expectBalanced(before, id));
        expect(expectBalanced(after, id)).toBeGreaterThanOrEqual(0);
      }
    }
    for (const type of new Set(books.history.map(({ type }) => type))) reached.set(type, (reached.get(type) ?? 0) + 1);
    // More used in a year than its own ceiling: what only money that was carried in makes possible.
    if (ore(yearIn(books, year2018).used) > ore(ceiling)) reached.set('above', (reached.get('above') ?? 0) + 1);
  });
  fc.assert(everyHistory, { numRuns: 300 });
  // The histories went where the rules are.
  for (const where of ['RequisitionPaid', 'UnusedFundsRepaid', 'CostCorrected', 'FundingCarryOverDecided', 'above'])
    expect([where, (reached.get(where) ?? 0) > 10]).toEqual([where, true]);
});
