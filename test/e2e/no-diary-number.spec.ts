import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type AnotherMandate, registerAnother } from './another-mandate.ts';
import * as given from './golden-steps.ts';
import { aDoc, type Input, ore, orgId, RunningSystem } from './harness.ts';

/** Scenario 24 of domain 7.11: what a mandate without its decision's diary number can do, and what not. */
let system: RunningSystem;
let mandate: AnotherMandate;
beforeAll(async () => {
  system = await RunningSystem.start();
  mandate = await registerAnother(system, 'a mandate without a diary number');
  await system.clockTo('2018-04-20T09:00:00.000Z');
});
afterAll(() => system.end());

const decisionDiaryNumber = 'DEMO 0000/0000 (påhittat)';
const issue = (role: string, name: string, input: Input) => system.command(system.token(role), name, input);
const accepted = { __typename: 'Accepted' };
const refused = (code: string) => ({ __typename: 'Refused', code });

const reportId = () => `${mandate.mandateId}-INTERIM`;
const requisition = () => ({
  ...given.requisition(2017, 100)('2017-11-30T09:00:00.000Z'),
  fundingYearId: mandate.fundingYearId,
});
const payment = () => ({ ...given.payment(2017, 100, '2018-04-20'), fundingYearId: mandate.fundingYearId });
const repayment = () => ({
  ...given.repayment(2017, 40),
  ...{ fundingYearId: mandate.fundingYearId, obligationId: mandate.repayment, paidOn: '2018-04-20' },
});
const sending = () => ({ reportId: reportId(), sentAt: '2018-04-20T09:00:00.000Z' });
const reference = (number: string) => ({ mandateId: mandate.mandateId, decisionDiaryNumber: number });

test('costs are recorded, statements attached and reports approved without it', async () => {
  const { mandateId, fundingYearId, interim } = mandate;
  const cost = { ...given.cost(2017, 'STAFF', '2017-06-15', 60), fundingYearId };
  const draft = { reportId: reportId(), mandateId, kind: 'INTERIM', obligationId: interim };
  const statement = {
    ...given.statement('INTERIM', 2017, 60, -60, { STAFF: 60 }),
    ...{ reportId: reportId(), ceiling: ore(100), paid: ore(0) },
  };
  expect(await issue('FINANCE', 'RecordCost', cost)).toMatchObject(accepted);
  const recipient = { recipientOrgId: orgId('REGERINGSKANSLIET') };
  expect(await issue('MANDATE_OWNER', 'DraftReport', { ...draft, ...recipient })).toMatchObject(accepted);
  expect(await issue('FINANCE', 'AttachFinancialStatement', statement)).toMatchObject(accepted);
  expect(await issue('DECISION_MAKER', 'ApproveReport', { reportId: reportId(), doc: aDoc })).toMatchObject(accepted);
});

test('requisition, repayment and the approved report are refused without it', async () => {
  const missing = refused('MISSING_DECISION_REFERENCE');
  expect(await issue('FINANCE', 'SubmitRequisition', requisition())).toMatchObject(missing);
  expect(await issue('FINANCE', 'RecordRepayment', repayment())).toMatchObject(missing);
  expect(await issue('MANDATE_OWNER', 'SubmitReport', sending())).toMatchObject(missing);
});

test('once the registrar has recorded it, all three are accepted and carry it', async () => {
  const recorded = await issue('REGISTRAR', 'RecordDecisionReference', reference(decisionDiaryNumber));
  expect(recorded).toMatchObject(accepted);
  expect(await issue('FINANCE', 'SubmitRequisition', requisition())).toMatchObject(accepted);
  expect(await issue('FINANCE', 'RecordPayment', payment())).toMatchObject(accepted);
  expect(await issue('FINANCE', 'RecordRepayment', repayment())).toMatchObject(accepted);
  expect(await issue('MANDATE_OWNER', 'SubmitReport', sending())).toMatchObject(accepted);
  const ofYear = await system.stored(`fundingyear-${mandate.fundingYearId}`);
  const ofReport = await system.stored(`report-${reportId()}`);
  const carrying = [...ofYear, ...ofReport].filter(({ data }) => data['decisionDiaryNumber'] === decisionDiaryNumber);
  expect(carrying.map(({ type }) => type)).toEqual(['RequisitionSubmitted', 'UnusedFundsRepaid', 'ReportSubmitted']);
});

test('it is recorded only once, whether the same or another, and not where the mandate came with one', async () => {
  const already = refused('DECISION_REFERENCE_ALREADY_RECORDED');
  const other = await registerAnother(system, 'a mandate with its diary number', { decisionDiaryNumber });
  for (const number of [decisionDiaryNumber, 'DEMO 0000/0001 (påhittat)'])
    for (const { mandateId } of [mandate, other]) {
      const input = { ...reference(number), mandateId };
      expect(await issue('REGISTRAR', 'RecordDecisionReference', input)).toMatchObject(already);
    }
});
