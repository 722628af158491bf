import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import * as given from './golden-steps.ts';
import type { Input } from './harness.ts';
import { mandateId, mutationOf, newId, obligationId, ore, orgId, RunningSystem, yearId } from './harness.ts';
import { commandBody, isRefused, saysNothingOfUs, type Wrong } from './malformed.ts';

/** Bad commands (promise C13): a clear answer that names field and rule; nothing changes; nothing of the inside shows. */
let system: RunningSystem;
let head: number;
beforeAll(async () => {
  system = await RunningSystem.start();
  await system.clockTo('2017-12-15T09:00:00.000Z');
});
afterAll(() => system.end());
beforeEach(async () => {
  head = await system.head();
});
afterEach(async () => {
  expect(await system.head()).toBe(head);
});

const aCost = (changed: Input = {}): Input => ({
  ...given.cost(2017, 'STAFF', '2017-12-01', 100),
  costId: newId(),
  ...changed,
});
const withAmount = (amountMinor: unknown, currency = 'SEK') => ({ amount: { amountMinor, currency } });
const aDuty = (changed: Input): Input => ({
  ...{ mandateId, obligationId: newId(), modality: 'SHALL', kind: 'ACTIVITY', text: { sv: 'Påhittat.' } },
  ...{ source: { paragraph: '1' }, counterpartOrgIds: [], evidenceTypes: [] },
  ...changed,
});
const aYear = (changed: Input): Input => ({
  ...{ fundingYearId: yearId(2017), mandateId, year: 2017, ceiling: ore(1), requisitionObligationId: newId() },
  ...changed,
});
const tooLarge = {
  text: { sv: '𝔸'.repeat(2_000), en: '𝔸'.repeat(2_000) },
  source: { paragraph: '𝔸'.repeat(2_000) },
  counterpartOrgIds: Array.from({ length: 1_000 }, newId),
  evidenceTypes: Array.from({ length: 50 }, () => `A${'b'.repeat(99)}`),
};

describe('a malformed cost', () => {
  const amount = 'input.amount.amountMinor';
  const wholeNumber = /whole number between -9007199254740991 and 9007199254740991/;
  const voucher = (voucherRef: unknown) => ({ voucherRef });
  const costs: [string, Input, Wrong][] = [
    ['an amount as a float', withAmount(1.5), [amount, 'type', wholeNumber]],
    ['an amount as text', withAmount('100'), [amount, 'type', wholeNumber]],
    ['an amount beyond 53 bits', withAmount(2 ** 53), [amount, 'type', wholeNumber]],
    ['an amount of null', withAmount(null), [amount, 'type']],
    ['an amount of zero', withAmount(0), ['input.amount', 'money', /above zero/]],
    ['an amount below zero', withAmount(-1), ['input.amount', 'money', /above zero/]],
    ['an amount in another currency', withAmount(1, 'EUR'), ['input.amount', 'money', /SEK/]],
    ['money as a number', { amount: 100 }, ['input.amount', 'type']],
    ['an unknown part of money', { amount: { ...ore(1), tax: 1 } }, ['input.amount.tax', 'unknown']],
    ['a day that does not exist', { costDate: '2017-02-29' }, ['input.costDate', 'type', /a day that exists/]],
    ['a code that is not in its list', { category: 'BRIBE' }, ['input.category', 'type', /CostCategory/]],
    ['an unknown field', { colour: 'red' }, ['input.colour', 'unknown']],
    ['a field called constructor', { constructor: { name: 'X' } }, ['input.constructor', 'unknown']],
    ['a field that is missing', voucher(undefined), ['input.voucherRef', 'required']],
    ['null for what is required', voucher(null), ['input.voucherRef', 'type']],
    ['a number for text', voucher(7), ['input.voucherRef', 'type']],
    ['an integer out of all bounds', voucher(10 ** 300), ['input.voucherRef', 'type']],
    ['empty text', voucher(''), ['input.voucherRef', 'length', /1 to 2000/]],
    ['text of blanks', voucher(' \t\n '), ['input.voucherRef', 'length']],
    ['text above 2,000 characters', voucher('𝔸'.repeat(2_001)), ['input.voucherRef', 'length', /2000/]],
    ['half a character', voucher('a\ud800'), ['input.voucherRef', 'length']],
    [
      'an id of version 1',
      { costId: 'c232ab00-9414-11ec-b3c8-9f6bdeced846' },
      ['input.costId', 'id', /version 4 or 5/],
    ],
    ['an id in capitals', { costId: newId().toUpperCase() }, ['input.costId', 'id', /lower case/]],
    [
      'a built id that is none',
      { fundingYearId: '2017' },
      ['input.fundingYearId', 'pattern', /\{mandateId\}-\{year\}/],
    ],
  ];
  test.each(costs)('%s', (_, changed, wrong) =>
    isRefused(system, system.token('FINANCE'), commandBody('RecordCost', aCost(changed)), wrong),
  );

  test.each([
    ['no input', null, ['input', 'type']],
    ['a list as input', [], ['input', 'type']],
  ] as [string, unknown, Wrong][])('%s', async (_, input, [path]) => {
    const { status, text } = await system.post(system.token('FINANCE'), commandBody('RecordCost', input));
    expect(status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
    expect(text).toContain(`"path":"${path}`);
    saysNothingOfUs(text);
  });

  const metas: [string, Input | null, Wrong][] = [
    ['no meta', null, ['meta', 'type']],
    ['no command id', {}, ['meta.commandId', 'required']],
    ['a command id of version 7', { commandId: '01941f29-7c00-7d1a-8b3c-0123456789ab' }, ['meta.commandId', 'id']],
    ['an unknown part of meta', { commandId: newId(), position: 7 }, ['meta.position', 'unknown']],
    ['a long case number', { commandId: newId(), case: 'x'.repeat(101) }, ['meta.case', 'length', /100/]],
  ];
  test.each(metas)('%s', (_, meta, wrong) =>
    isRefused(system, system.token('FINANCE'), commandBody('RecordCost', aCost(), meta), wrong),
  );

  test('several things wrong: all are named', async () => {
    const input = aCost({ costId: 'x', voucherRef: '', ...withAmount(0) });
    const { text } = await system.post(system.token('FINANCE'), commandBody('RecordCost', input, { commandId: 'y' }));
    const { errors } = JSON.parse(text) as { errors: { extensions: { fields: { path: string }[] } }[] };
    const paths = errors[0]?.extensions.fields.map(({ path }) => path).sort();
    expect(paths).toEqual(['input.amount', 'input.costId', 'input.voucherRef', 'meta.commandId']);
  });

  test('in the words of the document itself', () => {
    const query = `mutation { recordCost(input: { fundingYearId: "${yearId(2017)}", costId: "${newId()}",
      amount: { amountMinor: 1.5, currency: "SEK" }, costDate: "2017-12-01", category: STAFF, voucherRef: "X" },
      meta: { commandId: "${newId()}" }) { __typename } }`;
    return isRefused(system, system.token('FINANCE'), JSON.stringify({ query }), [amount, 'type', wholeNumber]);
  });

  test('__proto__ as a field pollutes nothing', async () => {
    const variables = `{"input": {"__proto__": {"polluted": true}}, "meta": {"commandId": "${newId()}"}}`;
    const body = `{"query": ${JSON.stringify(mutationOf('RecordCost'))}, "variables": ${variables}}`;
    const { status, text } = await system.post(system.token('FINANCE'), body);
    expect(status).toBe(400);
    expect(Object.prototype).not.toHaveProperty('polluted');
    expect(JSON.parse(text)).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
    saysNothingOfUs(text);
  });
});

describe('a malformed command of another kind', () => {
  const sent = (sentAt: string) => given.requisition(2017, 1)(sentAt);
  const noCorrection = { fundingYearId: yearId(2017), costId: newId(), delta: ore(0), reason: 'made up' };
  const otherReport = { ...given.draft('FINAL'), reportId: `${mandateId}-INTERIM` };
  const commands: [string, string, Input, Wrong][] = [
    [
      'an instant of another form',
      'SubmitRequisition',
      sent('2017-11-30T09:00:00Z'),
      ['input.sentAt', 'type', /three/],
    ],
    ['a correction by nothing', 'CorrectCost', noCorrection, ['input.delta', 'money', /other than zero/]],
    [
      'a bankgiro that is none',
      'RecordRepayment',
      given.repayment(2017, 1, '50525781'),
      ['input.account.number', 'pattern'],
    ],
    ['a built id of other parts', 'DraftReport', otherReport, ['input.reportId', 'built', /-FINAL/]],
    ['a year beyond 32 bits', 'AllocateFundingYear', aYear({ year: 10 ** 12 }), ['input.year', 'type']],
    ['a year out of range', 'AllocateFundingYear', aYear({ year: 0 }), ['input.year', 'int', /1900 to 2200/]],
    [
      'one bad item',
      'RegisterObligation',
      aDuty({ evidenceTypes: ['A', 'no type'] }),
      ['input.evidenceTypes', 'pattern'],
    ],
    [
      'too many',
      'RegisterObligation',
      aDuty({ evidenceTypes: Array(51).fill('Aa') }),
      ['input.evidenceTypes', 'arrayMaxSize'],
    ],
    ['an empty part', 'RegisterObligation', aDuty({ text: { sv: '' } }), ['input.text.sv', 'length']],
    ['what does not go together', 'RegisterObligation', aDuty({ kind: 'REPORT' }), ['input.reportKind', 'together']],
    ['an event above 64 KiB', 'RegisterObligation', aDuty(tooLarge), ['input', 'size', /65536 bytes/]],
  ];
  const ofFinance = new Set(['SubmitRequisition', 'CorrectCost', 'RecordRepayment']);
  test.each(commands)('%s: %s', (_, name, input, wrong) =>
    isRefused(system, system.token(ofFinance.has(name) ? 'FINANCE' : 'MANDATE_OWNER'), commandBody(name, input), wrong),
  );
});

describe('a command that a rule refuses says which, and what is behind it', () => {
  const dear = given.requisition(2017, 200_000_001)('2017-11-30T09:00:00.000Z');
  const ahead = given.requisition(2017, 1)('2017-12-15T09:00:00.001Z');
  const elsewhere = { ...given.repayment(2017, 1, '000-0000'), paidOn: '2017-12-15' };
  const account = { type: 'BANKGIRO', number: '5052-5781' };
  const otherDuty = { ...given.draft('FINAL'), obligationId: obligationId(25) };
  const another = { org: orgId('SKL'), representation: newId() };
  const ofYear2019 = aCost({ fundingYearId: yearId(2019) });
  const refused: [string, string, string, Input, string, Input][] = [
    ['a role that may not', 'REGISTRAR', 'RecordCost', aCost(), 'FORBIDDEN', {}],
    ['a year that is not there', 'FINANCE', 'RecordCost', ofYear2019, 'NOT_FOUND', {}],
    [
      'funds above the ceiling',
      'FINANCE',
      'SubmitRequisition',
      dear,
      'CEILING_EXCEEDED',
      { ceiling: ore(200_000_000) },
    ],
    ['a payment unasked for', 'FINANCE', 'RecordPayment', given.payment(2017, 1, '2017-12-15'), 'NO_REQUISITION', {}],
    ['another account', 'FINANCE', 'RecordRepayment', elsewhere, 'WRONG_REPAYMENT_ACCOUNT', { account }],
    ['a report for another duty', 'MANDATE_OWNER', 'DraftReport', otherDuty, 'NOT_FOUND', {}],
    ['a report that is not there', 'DECISION_MAKER', 'ApproveReport', given.approval('FINAL'), 'NOT_FOUND', {}],
    ['sent after now', 'FINANCE', 'SubmitRequisition', ahead, 'OCCURRED_IN_FUTURE', { field: 'input.sentAt' }],
    [
      'a cost of tomorrow',
      ...(['FINANCE', 'RecordCost', aCost({ costDate: '2017-12-16' })] as const),
      ...(['OCCURRED_IN_FUTURE', { field: 'input.costDate' }] as const),
    ],
  ];
  test.each(refused)('%s', async (_, role, name, input, code, details) => {
    const outcome = await system.command(system.token(role), name, input);
    expect(outcome).toMatchObject({ __typename: 'Refused', code, details });
    expect(outcome).toHaveProperty('message', expect.stringMatching(/\w+ .*\./));
    saysNothingOfUs(JSON.stringify(outcome));
  });

  const metas: [string, Input, string, Input][] = [
    ['in six minutes', { occurredAt: '2017-12-15T09:06:00.000Z' }, 'OCCURRED_IN_FUTURE', { field: 'meta.occurredAt' }],
    ['31 days ago, no reason', { occurredAt: '2017-11-14T09:00:00.000Z' }, 'BACKDATING_NOT_JUSTIFIED', {}],
    ['in the name of another', { onBehalfOf: another }, 'NO_REPRESENTATION', { reason: 'NONE' }],
  ];
  test.each(metas)('what is said to have happened %s', async (_, meta, code, details) => {
    const outcome = await system.command(system.token('FINANCE'), 'RecordCost', aCost(), meta);
    expect(outcome).toMatchObject({ __typename: 'Refused', code, details });
  });
});
