import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Given, isRefusal, nothingLookedUp } from '#kernel/decider';
import type { NewFact } from '#kernel/facts';
import { kr, type Money, sum } from '#kernel/money';
import type { FoldedEvent, Stream } from '#kernel/stream';
import { type FundingYear, fundingYears, outstandingOf } from './funding-year.events.ts';
import { fundingYear } from './funding-year.ts';
import { mandates } from './mandate.events.ts';
import {
  account,
  allocated,
  ceiling,
  document,
  obligationOf,
  openMandate,
  someId,
  year2017,
} from './sample.contract.ts';

const at = '2019-03-29T09:00:00.000Z';
const folded = <State>(stream: Stream<State>, before: State, { type, data }: NewFact): State =>
  stream.fold(before, { type, data, version: 1, occurredAt: at, recordedAt: at } as FoldedEvent);

const mandate = openMandate.reduce((state, fact) => folded(mandates, state, fact), mandates.initial);
const given: Given<Readonly<Record<string, unknown>>> = {
  reads: { mandate: () => mandate },
  known: nothingLookedUp,
  now: at,
  who: { person: someId(1), org: someId(2), role: 'FINANCE' },
  mandatedOrgId: someId(2),
};

/** Amounts near what matters, from one öre to the largest there is. */
const amount = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 3 }) },
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 120_000_000 }) },
  { weight: 1, arbitrary: fc.constantFrom(ceiling.amountMinor, ceiling.amountMinor + 1, Number.MAX_SAFE_INTEGER) },
);
const few = fc.integer({ min: 1, max: 4 });
const fundingYearId = year2017;

interface Intent {
  readonly name: string;
  readonly input: object;
}
const intents: fc.Arbitrary<Intent> = fc.oneof(
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
      costDate: '2017-06-15',
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
);

/** Decides one intent on a state; the facts it led to, none where it was refused. */
function decided({ name, input }: Intent, year: FundingYear): readonly NewFact[] {
  const [command, filled] =
    name === 'RecordPaymentInFull' ? ['RecordPayment', { ...input, amount: year.requisitioned }] : [name, input];
  const decision = fundingYear.decide(command, filled, year, given);
  return isRefusal(decision) ? [] : decision.facts;
}

const amountOf = ({ data }: NewFact): Money => (data['amount'] ?? data['delta']) as Money;
const total = (history: readonly NewFact[], ...types: string[]) =>
  sum(history.filter(({ type }) => types.includes(type)).map(amountOf)).amountMinor;

test('whatever is asked in whatever order, what is accepted keeps the books', () => {
  let [paidOnce, repaidOnce, correctedOnce] = [0, 0, 0];
  const everyHistory = fc.property(fc.array(intents, { minLength: 20, maxLength: 40 }), (asked) => {
    const history: NewFact[] = [allocated(2017)];
    let year = folded(fundingYears, fundingYears.initial, allocated(2017));
    for (const intent of asked) {
      const before = year;
      for (const fact of decided(intent, before)) {
        history.push(fact);
        year = folded(fundingYears, before, fact);
        if (fact.type !== 'UnusedFundsRepaid') continue;
        expect(amountOf(fact).amountMinor).toBeLessThanOrEqual(outstandingOf(before).amountMinor);
        expect(outstandingOf(year).amountMinor).toBeGreaterThanOrEqual(0);
      }
      const { requisitioned, paid, used, repaid } = year;
      expect(requisitioned.amountMinor).toBe(total(history, 'RequisitionSubmitted'));
      expect(requisitioned.amountMinor).toBeLessThanOrEqual(ceiling.amountMinor);
      expect(paid.amountMinor).toBe(total(history, 'RequisitionPaid'));
      expect([0, requisitioned.amountMinor]).toContain(paid.amountMinor);
      expect(used.amountMinor).toBe(total(history, 'CostRecorded', 'CostCorrected'));
      expect(used.amountMinor).toBeLessThanOrEqual(ceiling.amountMinor);
      for (const { amount } of year.costs.values()) expect(amount.amountMinor).toBeGreaterThanOrEqual(0);
      expect(sum(year.byCategory.values()).amountMinor).toBe(used.amountMinor);
      expect(repaid.amountMinor).toBe(total(history, 'UnusedFundsRepaid'));
      expect(outstandingOf(year).amountMinor).toBe(paid.amountMinor - used.amountMinor - repaid.amountMinor);
    }
    const types = new Set(history.map(({ type }) => type));
    paidOnce += Number(types.has('RequisitionPaid'));
    repaidOnce += Number(types.has('UnusedFundsRepaid'));
    correctedOnce += Number(types.has('CostCorrected'));
  });
  fc.assert(everyHistory, { numRuns: 150 });
  // The histories went where the rules are.
  for (const reached of [paidOnce, repaidOnce, correctedOnce]) expect(reached).toBeGreaterThan(10);
});
