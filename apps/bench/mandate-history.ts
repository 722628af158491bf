import { randomUUID } from 'node:crypto';
import { OrganisationFacts, organisations } from '#contexts/identity/public';
import {
  FundingYearFacts,
  fundingYearOf,
  fundingYears,
  MandateFacts,
  mandates,
  ReportFacts,
  reportOf,
  reports,
} from '#contexts/mandate/public';
import type { NewFact } from '#kernel/facts';
import { kr } from '#kernel/money';
import { type Recorded, recorded } from './recorded.ts';

const fiscalYears = [2017, 2018, 2019];
const costsOfYear = 100;
const obligationCount = 12;
/** So many mandates are at work at once. */
const abreast = 8;

const appropriation = {
  expenditureArea: '24 Näringsliv',
  appropriation: '1:2 Verket för innovationssystem: Forskning och utveckling',
  item: 'ap.1',
  label: 'Forskning och utveckling inom innovationsområdet',
};
const repaymentAccount = { type: 'BANKGIRO', number: '5051-6822' } as const;
const decisionDiaryNumber = 'BENCH 0000/0000 (påhittat)';
const doc = () => ({ documentId: randomUUID(), version: 1, sha256: '9f'.repeat(32) });
const paid = kr(200_000_000);
const costAmount = kr(1_234_500);
const ore = kr(1);

/** The first `count` events of made-up mandates, several side by side: for each thing that happens to one, what it does. */
export function* history(count: number): Iterable<Recorded> {
  const running = Array.from({ length: abreast }, mandate);
  for (let at = 0, made = 0; made < count; at = (at + 1) % abreast) {
    const next = running[at]?.next();
    if (next?.done !== false) running[at] = mandate();
    else {
      made += 1;
      yield next.value;
    }
  }
}

/** A cost on a year of its own, as a fact that is recorded again and again. */
export const aCost = (): Recorded => cost(fundingYearOf(randomUUID(), 2017), randomUUID(), 2017, 0);

/** A mandate, and a year of it on which costs of one öre are booked without end: a stream as long as wanted. */
export function* longYear(mandateId: string): Generator<Recorded, never, void> {
  const payer = randomUUID();
  yield* registration(mandateId, payer, [], []);
  const fundingYearId = fundingYearOf(mandateId, 2017);
  yield allocation(fundingYearId, mandateId, 2017, randomUUID());
  for (;;) yield cost(fundingYearId, randomUUID(), 2017, 0, ore);
}

function* mandate(): Generator<Recorded, undefined> {
  const mandateId = randomUUID();
  const payer = randomUUID();
  const objectiveIds = [randomUUID(), randomUUID()];
  const obligationIds = Array.from({ length: obligationCount }, () => randomUUID());
  yield* registration(mandateId, payer, objectiveIds, obligationIds);
  for (const year of fiscalYears) yield* fundingYear(mandateId, payer, year);
  yield* report(mandateId, payer, 'INTERIM', []);
  yield* report(mandateId, payer, 'FINAL', objectiveIds);
  yield* closing(mandateId, obligationIds);
  return undefined;
}

function* registration(
  mandateId: string,
  payerOrgId: string,
  objectiveIds: readonly string[],
  obligationIds: readonly string[],
): Iterable<Recorded> {
  const at = '2017-01-02T08:00:00.000Z';
  const source = { paragraph: 'Beslutet, andra stycket' };
  const orgIds = [payerOrgId, ...Array.from({ length: 5 }, () => randomUUID())];
  for (const orgId of orgIds)
    yield recorded(
      organisations,
      orgId,
      OrganisationFacts.OrganisationRegistered({
        orgId,
        soleTrader: false,
        name: `Exempelmyndigheten ${orgId.slice(0, 8)} (påhittad)`,
        kind: 'CONTRACTING_AUTHORITY',
        level: 'NATIONAL',
        contactPoints: [{ kind: 'WEB', value: 'https://myndigheten.example' }],
      }),
      at,
    );
  const say = (fact: NewFact) => recorded(mandates, mandateId, fact, at);
  yield say(
    MandateFacts.MandateRegistered({
      mandateId,
      title: { sv: 'Uppdrag om beställargrupper (påhittat)', en: 'Mandate on buyer groups (made up)' },
      principalOrgId: orgIds[1] ?? payerOrgId,
      mandatedOrgId: orgIds[2] ?? payerOrgId,
      payerOrgId,
      decisionDiaryNumber,
      signatory: { name: 'Förnamn Efternamn (påhittad)', sourceText: 'F Efternamn' },
      periodFrom: '2017-01-01',
      periodTo: '2019-12-31',
      repaymentAccount,
      appropriation,
      decisionDoc: doc(),
    }),
  );
  for (const [index, objectiveId] of objectiveIds.entries())
    yield say(
      MandateFacts.MandateObjectiveDefined({
        mandateId,
        objectiveId,
        code: `M${index + 1}`,
        text: { sv: 'Fler innovationsupphandlingar genomförs av beställare tillsammans.' },
        source,
      }),
    );
  for (const [index, obligationId] of obligationIds.entries())
    yield say(
      MandateFacts.ObligationRegistered({
        mandateId,
        obligationId,
        row: index + 1,
        modality: 'SHALL',
        kind: 'ACTIVITY',
        text: { sv: 'Myndigheten ska bidra till att beställargrupper bildas och får stöd i sitt arbete.' },
        source,
        counterpartOrgIds: orgIds.slice(3),
        hardDeadline: '2019-12-31',
        safeDeadline: '2019-12-30',
        evidenceTypes: ['CostRecorded'],
      }),
    );
}

function* fundingYear(mandateId: string, payer: string, year: number): Iterable<Recorded> {
  const fundingYearId = fundingYearOf(mandateId, year);
  const requisitionId = randomUUID();
  const obligationId = randomUUID();
  const at = `${year}-03-01T09:00:00.000Z`;
  const toPayer = { addressee: [payer] };
  const say = (fact: NewFact) => recorded(fundingYears, fundingYearId, fact, at);
  const facts = FundingYearFacts;
  yield allocation(fundingYearId, mandateId, year, obligationId);
  const asked = { fundingYearId, requisitionId, amount: paid, addresseeOrgId: payer, decisionDiaryNumber };
  yield say(facts.RequisitionSubmitted({ ...asked, sentAt: at, doc: doc() }, toPayer));
  yield say(facts.RequisitionAcknowledged({ fundingYearId, requisitionId, receivedAt: at, receiptRef: 'K-1' }));
  const payment = { requisitionIds: [requisitionId], paidOn: `${year}-03-15`, amount: paid, bankRef: 'B-1' };
  yield say(facts.RequisitionPaid({ fundingYearId, ...payment }));
  for (let index = 0; index < costsOfYear; index++) {
    const costId = randomUUID();
    yield cost(fundingYearId, costId, year, index);
    if (index % 10 === 9)
      yield say(facts.CostCorrected({ fundingYearId, costId, delta: kr(-50_000), reason: 'Moms avdragen.' }));
  }
  const repayment = { repaymentId: randomUUID(), obligationId, amount: kr(77_050_000), paidOn: `${year}-12-20` };
  yield say(
    facts.UnusedFundsRepaid(
      { fundingYearId, ...repayment, account: repaymentAccount, decisionDiaryNumber, bankRef: 'B-2' },
      toPayer,
    ),
  );
}

const allocation = (
  fundingYearId: string,
  mandateId: string,
  year: number,
  requisitionObligationId: string,
): Recorded =>
  recorded(
    fundingYears,
    fundingYearId,
    FundingYearFacts.FundingYearAllocated({ fundingYearId, mandateId, year, ceiling: paid, requisitionObligationId }),
    `${year}-03-01T09:00:00.000Z`,
  );

function cost(fundingYearId: string, costId: string, year: number, index: number, amount = costAmount): Recorded {
  const month = String((index % 12) + 1).padStart(2, '0');
  return recorded(
    fundingYears,
    fundingYearId,
    FundingYearFacts.CostRecorded({
      fundingYearId,
      costId,
      amount,
      costDate: `${year}-${month}-15`,
      category: index % 3 === 0 ? 'CONSULTANT' : 'STAFF',
      appropriation,
      voucherRef: `V${year}-${index}`,
    }),
    `${year}-${month}-16T10:00:00.000Z`,
  );
}

function* report(
  mandateId: string,
  recipientOrgId: string,
  kind: 'INTERIM' | 'FINAL',
  objectiveIds: readonly string[],
): Iterable<Recorded> {
  const reportId = reportOf(mandateId, kind);
  const at = '2020-02-20T12:00:00.000Z';
  const say = (fact: NewFact) => recorded(reports, reportId, fact, at);
  yield say(ReportFacts.ReportDrafted({ reportId, mandateId, kind, obligationId: randomUUID(), recipientOrgId }));
  for (const fiscalYear of fiscalYears)
    yield say(
      ReportFacts.FinancialStatementAttached({
        reportId,
        fiscalYear,
        ceiling: paid,
        paid,
        carriedIn: kr(0),
        carriedOut: kr(0),
        used: kr(122_950_000),
        unused: kr(77_050_000),
        repaid: kr(77_050_000),
        byCategory: [{ category: 'STAFF', amount: kr(122_950_000) }],
      }),
    );
  for (const objectiveId of objectiveIds)
    yield say(
      ReportFacts.ObjectiveFollowUpRecorded({
        reportId,
        objectiveId,
        assessment: 'PARTLY',
        narrative: { sv: 'Fler upphandlingar än åren före, färre än väntat.' },
        indicatorResults: [],
      }),
    );
  const approved = doc();
  yield say(ReportFacts.ReportApproved({ reportId, doc: approved }));
  yield say(ReportFacts.ReportSubmitted({ reportId, sentAt: at, decisionDiaryNumber, doc: approved, fiscalYears }));
  yield say(ReportFacts.ReportReceived({ reportId, receivedAt: at }));
}

function* closing(mandateId: string, obligationIds: readonly string[]): Iterable<Recorded> {
  const at = '2020-03-02T08:00:00.000Z';
  const say = (fact: NewFact) => recorded(mandates, mandateId, fact, at);
  const reasoning = { sv: 'Kostnader och redovisningar visar det.' };
  for (const obligationId of obligationIds) {
    const evidence = [{ eventId: randomUUID(), type: 'CostRecorded' }];
    yield say(MandateFacts.ObligationEvidenceLinked({ mandateId, obligationId, evidence, note: 'Se verifikatet.' }));
    yield say(MandateFacts.ObligationFulfilled({ mandateId, obligationId, assessedOn: '2020-03-01', reasoning }));
  }
  const balance = { paid: kr(600_000_000), used: kr(368_850_000), repaid: kr(231_150_000) };
  yield say(MandateFacts.MandateClosed({ mandateId, closedOn: '2020-03-02', explanations: [], balance }));
}
