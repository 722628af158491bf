import type { NewFact } from '#kernel/facts';
import { safeDeadline } from '#kernel/calendar';
import { kr, type Money } from '#kernel/money';
import { decision, madeUpDiaryNumber, type OrganisationKey } from './decision.ts';
import { FundingYearFacts } from './funding-year.events.ts';
import { MandateFacts } from './mandate.events.ts';
import { fundingYearOf, reportOf } from './words.ts';

/** The real decision as facts, with ids, sums, dates and a diary number that are made up: what specs are given. */

const idOf = (kind: string, n: number) => `${kind}0000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

export const mandateId = idOf('a', 1);
export const objectiveId = idOf('b', 1);
export const obligationOf = (row: number) => idOf('c', row);
export const someId = (n: number) => idOf('d', n);
const organisationKeys = Object.keys(decision.organisations) as OrganisationKey[];
export const orgOf = (key: OrganisationKey) => idOf('e', organisationKeys.indexOf(key));

export const year2017 = fundingYearOf(mandateId, 2017);
export const year2018 = fundingYearOf(mandateId, 2018);
export const interim = reportOf(mandateId, 'INTERIM');
export const final = reportOf(mandateId, 'FINAL');

export const document = { documentId: someId(900), version: 1, sha256: '0'.repeat(64) };
export const account: { readonly type: 'BANKGIRO'; readonly number: string } = decision.mandate.repaymentAccount;

export const mandateInput = {
  mandateId,
  title: decision.mandate.title,
  principalOrgId: orgOf(decision.mandate.principal),
  mandatedOrgId: orgOf(decision.mandate.mandated),
  payerOrgId: orgOf(decision.mandate.payer),
  signatory: decision.mandate.signatory,
  periodFrom: decision.mandate.periodFrom,
  periodTo: decision.mandate.periodTo,
  repaymentAccount: account,
  appropriation: decision.mandate.appropriation,
  decisionDoc: { documentId: someId(901), ...decision.mandate.document },
};

export const referenceInput = { mandateId, decisionDiaryNumber: madeUpDiaryNumber };

const [{ code, sv, en, paragraph }] = decision.objectives;
export const objectiveInput = { mandateId, objectiveId, code, text: { sv, en }, source: { paragraph } };

export const obligationInputs = decision.obligations.map(
  ({ sv, en = '', paragraph, counterparts = [], ...stated }) => ({
    ...stated,
    mandateId,
    obligationId: obligationOf(stated.row),
    text: { sv, en },
    source: { paragraph },
    counterpartOrgIds: counterparts.map(orgOf),
  }),
);

export const registered = MandateFacts.MandateRegistered(mandateInput);
export const referenced = MandateFacts.DecisionReferenceRecorded(referenceInput);
export const objectiveDefined = MandateFacts.MandateObjectiveDefined(objectiveInput);
export const obligationsRegistered = obligationInputs.map((input) =>
  MandateFacts.ObligationRegistered({
    ...input,
    ...(input.hardDeadline && { safeDeadline: safeDeadline(input.hardDeadline) }),
  }),
);
export const closed = MandateFacts.MandateClosed({
  mandateId,
  closedOn: '2019-04-01',
  explanations: [],
  balance: { paid: kr(0), used: kr(0), repaid: kr(0) },
});

/** The mandate as the decision is loaded (scenario 1, first row), without its diary number and with it. */
export const withoutReference: readonly NewFact[] = [registered, objectiveDefined, ...obligationsRegistered];
export const openMandate: readonly NewFact[] = [registered, referenced, objectiveDefined, ...obligationsRegistered];

export const ceiling = kr(200_000_000);
export const yearInput = (year: 2017 | 2018) => ({
  fundingYearId: fundingYearOf(mandateId, year),
  mandateId,
  year,
  ceiling,
  requisitionObligationId: obligationOf(year === 2017 ? 13 : 14),
});
export const allocated = (year: 2017 | 2018) => FundingYearFacts.FundingYearAllocated(yearInput(year));

type Year = typeof year2017;
const payer = orgOf('KAMMARKOLLEGIET');

export const submitted = (fundingYearId: Year, amount: Money = ceiling, sentAt = '2017-11-30T09:00:00.000Z', n = 1) =>
  FundingYearFacts.RequisitionSubmitted(
    {
      fundingYearId,
      requisitionId: someId(n),
      amount,
      addresseeOrgId: payer,
      decisionDiaryNumber: madeUpDiaryNumber,
      sentAt,
      doc: document,
    },
    { addressee: [payer] },
  );

export const paid = (fundingYearId: Year, amount: Money = ceiling) =>
  FundingYearFacts.RequisitionPaid({
    fundingYearId,
    requisitionIds: [someId(1)],
    paidOn: '2017-12-15',
    amount,
    bankRef: 'BANK-1 (påhittad)',
  });

export const costInput = (fundingYearId: Year, n: number, amount: Money, costDate: string) => ({
  fundingYearId,
  costId: someId(100 + n),
  amount,
  costDate,
  category: 'STAFF' as const,
  voucherRef: `VER-${n} (påhittad)`,
});

export const cost = (...input: Parameters<typeof costInput>) =>
  FundingYearFacts.CostRecorded({ ...costInput(...input), appropriation: decision.mandate.appropriation });

export const repaid = (fundingYearId: Year, amount: Money, paidOn = '2019-03-29') =>
  FundingYearFacts.UnusedFundsRepaid(
    {
      fundingYearId,
      repaymentId: someId(fundingYearId === year2017 ? 201 : 202),
      obligationId: obligationOf(18),
      amount,
      paidOn,
      account,
      decisionDiaryNumber: madeUpDiaryNumber,
      bankRef: 'BANK-9 (påhittad)',
    },
    { addressee: [payer] },
  );
