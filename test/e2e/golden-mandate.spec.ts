import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as given from './golden-steps.ts';
import { at, no, nothing, play, yes } from './golden-steps.ts';
import { mandateId, objectiveId, obligationId, ore, orgId, reportId, RunningSystem, yearId } from './harness.ts';
import { seenBy } from './who-sees-what.ts';

/** Scenarios 1 (a), 2, 3 (a) and 4 of domain 7.11, as one story on one clock: each row of theirs is a test. */
let system: RunningSystem;
beforeAll(async () => {
  system = await RunningSystem.start();
});
afterAll(() => system.end());

const [MO, FI, DM, RE] = ['MANDATE_OWNER', 'FINANCE', 'DECISION_MAKER', 'REGISTRAR'] as const;
const diaryNumber = { decisionDiaryNumber: 'DEMO 0000/0000 (påhittat)' };
const addressedTo = (org: 'KAMMARKOLLEGIET' | 'REGERINGSKANSLIET') => [
  { id: orgId(org), as: 'addressee' },
  { id: mandateId, as: 'part of' },
];
const mandate = `mandate-${mandateId}`;
const [year2017, year2018] = [`fundingyear-${yearId(2017)}`, `fundingyear-${yearId(2018)}`];
const used2017 = { STAFF: 100_000_000, EVENT: 64_000_050 };

describe('2017: the mandate begins, funds are asked for and paid', () => {
  test('1 · 2017-01-02T08:00:00Z: the decision is loaded: mandate, diary number, objective, 29 duties, two years, policy, copies', async () => {
    const history = (await system.history(undefined, mandateId)).reverse();
    expect(history.map(({ type }) => type)).toEqual([
      'MandateRegistered',
      'DecisionReferenceRecorded',
      'MandateObjectiveDefined',
      ...Array<string>(29).fill('ObligationRegistered'),
      ...Array<string>(2).fill('FundingYearAllocated'),
      ...Array<string>(2).fill('PolicyReferenceRegistered'),
      ...Array<string>(20).fill('DecisionCopySent'),
    ]);
    expect(new Set(history.map(({ recordedAt }) => recordedAt))).toEqual(new Set(['2017-01-02T08:00:00.000Z']));
    const [registered, reference, objective] = history.map(({ data }) => data);
    expect(registered).toMatchObject({
      ...{ periodFrom: '2017-01-01', periodTo: '2018-12-31' },
      repaymentAccount: { type: 'BANKGIRO', number: '5052-5781' },
      appropriation: { expenditureArea: '24 Näringsliv', appropriation: '1:5', item: '1' },
    });
    expect(registered).not.toHaveProperty('decisionDiaryNumber');
    expect(reference).toMatchObject(diaryNumber);
    expect(objective).toMatchObject({ objectiveId, code: 'G0' });
    const duty = (row: number) => history.find(({ data }) => data['obligationId'] === obligationId(row))?.data;
    const safe = Object.fromEntries([13, 14, 18, 22, 25].map((row) => [row, duty(row)?.['safeDeadline']]));
    expect(safe).toEqual({ 13: '2017-12-01', 14: '2018-11-30', 18: '2019-03-29', 22: '2019-03-29', 25: '2018-04-27' });
    const of = (type: string) => history.filter((event) => event.type === type).map(({ data }) => data);
    expect(of('FundingYearAllocated')).toMatchObject([
      { year: 2017, ceiling: ore(200_000_000), requisitionObligationId: obligationId(13) },
      { year: 2018, ceiling: ore(200_000_000), requisitionObligationId: obligationId(14) },
    ]);
  });

  const asked = {
    data: { addresseeOrgId: orgId('KAMMARKOLLEGIET'), ...diaryNumber },
    concerns: addressedTo('KAMMARKOLLEGIET'),
    basedOn: [mandate],
  };
  const whole = { data: { requisitionIds: [given.built('requisition 2017')] } };
  play(
    () => system,
    at(
      '2017-06-15T10:00:00.000Z',
      yes(2, FI, 'RecordCost', given.cost(2017, 'STAFF', '2017-06-15', 100_000_000), 'CostRecorded', {
        basedOn: [mandate, year2018],
      }),
    ),
    at(
      '2017-11-30T09:00:00.000Z',
      no(1, FI, 'SubmitRequisition', given.requisition(2017, 200_000_001), 'CEILING_EXCEEDED'),
      yes(1, FI, 'SubmitRequisition', given.requisition(2017, 200_000_000), 'RequisitionSubmitted', asked),
      no(1, FI, 'SubmitRequisition', given.requisition(2017, 1, 'another'), 'CEILING_EXCEEDED'),
    ),
    at(
      '2017-11-30T14:00:00.000Z',
      yes(1, FI, 'AcknowledgeRequisition', given.receipt(2017, '2017-11-30T13:00:00.000Z'), 'RequisitionAcknowledged'),
    ),
    at('2017-12-01T23:00:00.000Z', nothing(1, 'the deadline of row 13')),
    at(
      '2017-12-15T09:00:00.000Z',
      no(1, FI, 'RecordPayment', given.payment(2017, 199_999_999, '2017-12-15'), 'PAYMENT_DIFFERS'),
      yes(1, FI, 'RecordPayment', given.payment(2017, 200_000_000, '2017-12-15'), 'RequisitionPaid', whole),
      no(1, FI, 'RecordPayment', given.payment(2017, 200_000_000, '2017-12-15'), 'FUNDS_ALREADY_PAID'),
      no(1, FI, 'SubmitRequisition', given.requisition(2017, 1, 'another'), 'FUNDS_ALREADY_PAID'),
    ),
    at(
      '2017-12-20T10:00:00.000Z',
      yes(2, FI, 'RecordCost', given.cost(2017, 'EVENT', '2017-12-20', 64_000_050), 'CostRecorded'),
      no(2, FI, 'RecordCost', given.cost(2017, 'OTHER', '2017-12-20', 35_999_951), 'CEILING_EXCEEDED'),
    ),
  );
});

describe('2018: the interim report makes the money of 2017 public', () => {
  const without2017 = { missing: [{ what: 'STATEMENT', fiscalYear: 2017 }] };
  const wrong = given.statement('INTERIM', 2017, 164_000_051, 35_999_949, used2017);
  const right = given.statement('INTERIM', 2017, 164_000_050, 35_999_950, used2017);
  const onLedger = { basedOn: [mandate, year2017, year2018] };
  const tooMuch = { fundingYearId: yearId(2017), costId: given.built('cost 2017 EVENT'), delta: ore(-64_000_051) };
  play(
    () => system,
    at(
      '2018-01-10T10:00:00.000Z',
      no(2, FI, 'RecordCost', given.cost(2017, 'OTHER', '2016-12-31', 100), 'COST_OUTSIDE_PERIOD'),
      no(2, FI, 'RecordCost', given.cost(2017, 'OTHER', '2018-01-02', 100), 'COST_OUTSIDE_PERIOD'),
      no(2, FI, 'CorrectCost', { ...tooMuch, reason: 'made up' }, 'COST_BELOW_ZERO'),
    ),
    at(
      '2018-03-01T09:00:00.000Z',
      yes(3, MO, 'DraftReport', given.draft('INTERIM'), 'ReportDrafted'),
      no(3, MO, 'DraftReport', given.draft('INTERIM'), 'ALREADY_EXISTS'),
    ),
    at(
      '2018-04-20T09:00:00.000Z',
      no(3, DM, 'ApproveReport', given.approval('INTERIM'), 'REPORT_INCOMPLETE', without2017),
      no(3, MO, 'SubmitReport', given.sending('INTERIM'), 'REPORT_INCOMPLETE', without2017),
      no(3, FI, 'AttachFinancialStatement', wrong, 'STATEMENT_DIFFERS', { fields: ['used', 'unused'] }),
      yes(3, FI, 'AttachFinancialStatement', right, 'FinancialStatementAttached', onLedger),
      no(3, MO, 'RecordObjectiveFollowUp', given.followUp('INTERIM'), 'NOT_A_FINAL_REPORT'),
      no(3, MO, 'SubmitReport', given.sending('INTERIM'), 'INVALID_TRANSITION'),
      yes(3, DM, 'ApproveReport', given.approval('INTERIM'), 'ReportApproved'),
    ),
  );

  test('a minute before it is submitted all see ceilings, and the payer what was sent to it', async () => {
    await system.clockTo('2018-04-27T19:59:00.000Z');
    const ceilings = { 2017: { ceiling: 200_000_000 }, 2018: { ceiling: 200_000_000 } };
    const bare = { ledger: ceilings, requisitions: [], costs: [], repayments: [], reports: [] };
    for (const role of ['PUBLIC', 'PROGRAMME_EVALUATOR', 'GOVERNMENT_RECIPIENT_REGERINGSKANSLIET'])
      expect([role, await seenBy(system, role)]).toEqual([role, { ...bare, events2017: ['FundingYearAllocated'] }]);
    expect(await seenBy(system, 'GOVERNMENT_RECIPIENT')).toEqual({
      ...bare,
      ledger: { ...ceilings, 2017: { ceiling: 200_000_000, requisitioned: 200_000_000, repaid: 0 } },
      requisitions: [{ amount: 200_000_000 }],
      events2017: ['FundingYearAllocated', 'RequisitionSubmitted'],
    });
  });

  const submitted = { data: { ...diaryNumber, fiscalYears: [2017] }, concerns: addressedTo('REGERINGSKANSLIET') };
  play(
    () => system,
    at('2018-04-27T20:00:00.000Z', yes(3, MO, 'SubmitReport', given.sending('INTERIM'), 'ReportSubmitted', submitted)),
  );

  const released = {
    ledger: {
      2017: {
        ...{ ceiling: 200_000_000, requisitioned: 200_000_000, paid: 200_000_000, used: 164_000_050 },
        ...{ unused: 35_999_950, repaid: 0, outstanding: 35_999_950 },
      },
      2018: { ceiling: 200_000_000 },
    },
    requisitions: [{ amount: 200_000_000, receivedAt: '2017-11-30T13:00:00.000Z', paidOn: '2017-12-15' }],
    costs: [{ amount: 100_000_000 }, { amount: 64_000_050 }],
    repayments: [],
    reports: [{ kind: 'INTERIM', state: 'SUBMITTED', statements: [2017] }],
    events2017: [
      ...['FundingYearAllocated', 'CostRecorded', 'RequisitionSubmitted', 'RequisitionAcknowledged'],
      ...['RequisitionPaid', 'CostRecorded'],
    ],
  };

  test('now all see the report and the money of 2017, but no reference that stays with the authority', async () => {
    const all = ['PUBLIC', 'PROGRAMME_EVALUATOR', 'GOVERNMENT_RECIPIENT', 'GOVERNMENT_RECIPIENT_REGERINGSKANSLIET'];
    const references = async (role: string) =>
      (await system.history(system.token(role), yearId(2017))).flatMap(({ data: { bankRef = [], voucherRef = [] } }) =>
        [bankRef, voucherRef].flat(),
      );
    for (const role of all) expect([role, await seenBy(system, role)]).toEqual([role, released]);
    for (const role of all) expect([role, await references(role)]).toEqual([role, []]);
    const { costs } = await seenBy(system, 'FINANCE');
    expect(costs.map(({ voucherRef }) => voucherRef)).toEqual(['made-up voucher', 'made-up voucher']);
    expect(await references('FINANCE')).toEqual(['made-up voucher', 'made-up transfer 2017', 'made-up voucher']);
  });

  const receipt2018 = given.receipt(2018, '2018-12-01T10:00:00.000Z');
  const late = { warnings: ['AFTER_SAFE_DEADLINE'] };
  play(
    () => system,
    at(
      '2018-04-27T21:59:30.000Z',
      yes(3, RE, 'ConfirmReportReceipt', given.arrival('INTERIM', '2018-04-27T21:59:00.000Z'), 'ReportReceived'),
    ),
    at('2018-04-27T22:00:00.000Z', nothing(3, 'the deadline of row 25')),
    at(
      '2018-11-30T15:00:00.000Z',
      yes(1, FI, 'SubmitRequisition', given.requisition(2018, 200_000_000), 'RequisitionSubmitted'),
    ),
    at('2018-12-01T10:05:00.000Z', yes(1, FI, 'AcknowledgeRequisition', receipt2018, 'RequisitionAcknowledged', late)),
    at('2018-12-01T23:00:00.000Z', nothing(1, 'the deadline of row 14')),
    at(
      '2018-12-14T09:00:00.000Z',
      yes(2, FI, 'RecordPayment', given.payment(2018, 200_000_000, '2018-12-14'), 'RequisitionPaid'),
    ),
    at(
      '2018-12-20T10:00:00.000Z',
      yes(2, FI, 'RecordCost', given.cost(2018, 'CONSULTANT', '2018-12-20', 190_000_000), 'CostRecorded'),
    ),
  );

  test('the costs of 2018 are not public', async () => {
    const { ledger, costs } = await seenBy(system, 'PUBLIC');
    expect([costs, ledger[2018]]).toEqual([released.costs, { ceiling: 200_000_000 }]);
    expect((await seenBy(system, 'FINANCE')).costs).toHaveLength(3);
  });
});

describe('2019: the final report, the repayments and the close', () => {
  const final2017 = given.statement('FINAL', 2017, 164_000_050, 35_999_950, used2017);
  const final2018 = given.statement('FINAL', 2018, 190_000_000, 10_000_000, { CONSULTANT: 190_000_000 });
  const withoutG0 = { missing: [{ what: 'FOLLOW_UP', objectiveId, code: 'G0' }] };
  const submitted = { data: { ...diaryNumber, fiscalYears: [2017, 2018] }, concerns: addressedTo('REGERINGSKANSLIET') };
  const repaid = { data: diaryNumber, concerns: addressedTo('KAMMARKOLLEGIET') };
  const closed = {
    data: { balance: { paid: ore(400_000_000), used: ore(354_000_050), repaid: ore(45_999_950) } },
    basedOn: [year2017, year2018, `report-${reportId('INTERIM')}`, `report-${reportId('FINAL')}`],
  };
  const onLedger = (...years: string[]) => ({ basedOn: [mandate, ...years] });
  play(
    () => system,
    at(
      '2019-01-10T10:00:00.000Z',
      no(2, FI, 'RecordCost', given.cost(2018, 'OTHER', '2019-01-01', 100), 'COST_OUTSIDE_PERIOD'),
    ),
    at(
      '2019-03-01T09:00:00.000Z',
      yes(4, MO, 'DraftReport', given.draft('FINAL'), 'ReportDrafted'),
      yes(4, FI, 'AttachFinancialStatement', final2017, 'FinancialStatementAttached', onLedger(year2017, year2018)),
      yes(4, FI, 'AttachFinancialStatement', final2018, 'FinancialStatementAttached', onLedger(year2018)),
      no(4, DM, 'ApproveReport', given.approval('FINAL'), 'REPORT_INCOMPLETE', withoutG0),
      yes(4, MO, 'RecordObjectiveFollowUp', given.followUp('FINAL'), 'ObjectiveFollowUpRecorded'),
      yes(4, DM, 'ApproveReport', given.approval('FINAL'), 'ReportApproved'),
    ),
    at('2019-03-28T10:00:00.000Z', no(4, MO, 'CloseMandate', given.closing('explained'), 'REPORT_NOT_SUBMITTED')),
    at('2019-03-29T08:00:00.000Z', yes(4, MO, 'SubmitReport', given.sending('FINAL'), 'ReportSubmitted', submitted)),
    at(
      '2019-03-29T08:31:00.000Z',
      yes(4, RE, 'ConfirmReportReceipt', given.arrival('FINAL', '2019-03-29T08:30:00.000Z'), 'ReportReceived'),
    ),
    at('2019-03-29T08:40:00.000Z', no(4, MO, 'CloseMandate', given.closing('explained'), 'BOOKS_NOT_BALANCED')),
    at(
      '2019-03-29T09:00:00.000Z',
      no(2, FI, 'RecordRepayment', given.repayment(2017, 35_999_950, '000-0000'), 'WRONG_REPAYMENT_ACCOUNT'),
      no(2, FI, 'RecordRepayment', given.repayment(2017, 35_999_951), 'UNUSED_EXCEEDED'),
      yes(2, FI, 'RecordRepayment', given.repayment(2017, 35_999_950), 'UnusedFundsRepaid', repaid),
      yes(2, FI, 'RecordRepayment', given.repayment(2018, 10_000_000), 'UnusedFundsRepaid', repaid),
    ),
    at('2019-03-31T22:00:00.000Z', nothing(2, 'the deadline of row 18')),
    at(
      '2019-04-01T08:00:00.000Z',
      no(4, MO, 'CloseMandate', given.closing('unexplained'), 'OBLIGATION_OPEN'),
      yes(4, MO, 'CloseMandate', given.closing('explained'), 'MandateClosed', closed),
      no(4, FI, 'RecordCost', given.cost(2018, 'IT', '2018-12-31', 1), 'INVALID_TRANSITION'),
      no(4, MO, 'CloseMandate', given.closing('explained'), 'INVALID_TRANSITION'),
    ),
  );

  const sums = {
    2017: { paid: 200_000_000, used: 164_000_050, unused: 35_999_950, repaid: 35_999_950, outstanding: 0 },
    2018: { paid: 200_000_000, used: 190_000_000, unused: 10_000_000, repaid: 10_000_000, outstanding: 0 },
  };

  test('the ledger balances: 4 000 000,00 = 3 540 000,50 + 459 999,50 kronor', async () => {
    const { ledger, costs, repayments } = await seenBy(system, 'FINANCE');
    const total = (rows: readonly { amount?: number }[]) => rows.reduce((sum, { amount = 0 }) => sum + amount, 0);
    expect(ledger).toMatchObject(sums);
    expect([total(costs), total(repayments)]).toEqual([354_000_050, 45_999_950]);
    const overview = `query ($id: ID!) { mandateOverview(id: $id) { state total {
      paid { amountMinor } used { amountMinor } repaid { amountMinor } outstanding { amountMinor } } } }`;
    const [paid, used] = [{ amountMinor: 400_000_000 }, { amountMinor: 354_000_050 }];
    const [repaid, outstanding] = [{ amountMinor: 45_999_950 }, { amountMinor: 0 }];
    expect(await system.read(system.token('FINANCE'), overview, { id: mandateId })).toEqual({
      mandateOverview: { state: 'CLOSED', total: { paid, used, repaid, outstanding } },
    });
  });

  test('all see what the final report covers; the repayments came after it, and only their payee sees them', async () => {
    const { ledger, costs, repayments, reports } = await seenBy(system, 'PUBLIC');
    for (const year of [2017, 2018] as const) {
      const { paid, used } = sums[year];
      expect(ledger[year]).toMatchObject({ paid, used });
      expect(ledger[year]).not.toHaveProperty('repaid');
      expect(ledger[year]).not.toHaveProperty('outstanding');
    }
    expect([costs.length, repayments]).toEqual([3, []]);
    expect(reports.map(({ kind, state }) => `${kind} ${state}`)).toEqual(['FINAL RECEIVED', 'INTERIM RECEIVED']);
    const { repayments: received } = await seenBy(system, 'GOVERNMENT_RECIPIENT');
    expect(received).toEqual([{ amount: 35_999_950 }, { amount: 10_000_000 }]);
  });
});
