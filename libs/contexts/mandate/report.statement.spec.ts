import { describe, expect, test } from '@jest/globals';
import { deciding } from '#kernel/given';
import type { InputOf } from '#kernel/commands';
import { kr } from '#kernel/money';
import { FundingYearFacts, fundingYears } from './funding-year.events.ts';
import { mandates } from './mandate.events.ts';
import { ReportCommands } from './report.commands.ts';
import { ReportFacts } from './report.events.ts';
import { report } from './report.ts';
import {
  zero,
  statement,
  drafted,
  stated,
  completeInterim,
  approved,
  given,
  money2017,
  money2018,
} from './report.sample.contract.ts';
import {
  allocated,
  ceiling,
  cost,
  document,
  final,
  interim,
  mandateId,
  openMandate,
  withoutReference,
  year2017,
  year2018,
} from './sample.contract.ts';

const { FinancialStatementAttached } = ReportFacts;

describe('a financial statement (#18)', () => {
  const attach = (change: Partial<ReturnType<typeof statement>>) =>
    given(drafted('INTERIM')).when('AttachFinancialStatement', { ...statement(interim, 2017), ...change });

  test("has the ledger's figures (scenario 3)", () => {
    attach({}).then(stated(interim, 2017));
    attach({ used: kr(164_000_051), unused: kr(35_999_949) }).refused('STATEMENT_DIFFERS', {
      fields: ['used', 'unused'],
    });
  });

  test('is refused for any figure that is not', () => {
    for (const field of ['ceiling', 'paid', 'carriedIn', 'carriedOut', 'used', 'unused', 'repaid'] as const)
      attach({ [field]: kr(7) }).refused('STATEMENT_DIFFERS', { fields: [field] });
    attach({ byCategory: [] }).refused('STATEMENT_DIFFERS', { fields: ['byCategory'] });
    attach({ byCategory: [{ category: 'TRAVEL', amount: kr(164_000_050) }] }).refused('STATEMENT_DIFFERS');
    attach({ paid: { amountMinor: ceiling.amountMinor, currency: 'EUR' } }).refused('STATEMENT_DIFFERS', {
      fields: ['paid'],
    });
  });

  test('says what was carried in, and what was carried out to the next year', () => {
    const carriedOver = FundingYearFacts.FundingCarryOverDecided({
      fundingYearId: year2018,
      fromFundingYearId: year2017,
      amount: kr(35_999_950),
      decisionDoc: document,
    });
    const scene = () =>
      deciding(report)
        .given(drafted('FINAL'))
        .and(mandates, mandateId, ...openMandate)
        .and(fundingYears, year2017, ...money2017)
        .and(fundingYears, year2018, ...money2018, carriedOver);
    const figures2017 = { ...statement(final, 2017), carriedOut: kr(35_999_950), unused: zero };
    const figures2018 = { ...statement(final, 2018), carriedIn: kr(35_999_950), unused: kr(45_999_950) };
    for (const figures of [figures2017, figures2018])
      scene().when('AttachFinancialStatement', figures).then(FinancialStatementAttached(figures));
    scene()
      .when('AttachFinancialStatement', statement(final, 2017))
      .refused('STATEMENT_DIFFERS', { fields: ['carriedOut', 'unused'] });
    scene()
      .when('AttachFinancialStatement', statement(final, 2018))
      .refused('STATEMENT_DIFFERS', { fields: ['carriedIn', 'unused'] });
  });

  test('may name a kind of cost of which there was none, each kind once', () => {
    const byCategory = [...statement(interim, 2017).byCategory, { category: 'IT' as const, amount: zero }];
    attach({ byCategory }).warned();
    const malformed = (input: InputOf<typeof ReportCommands.AttachFinancialStatement>) =>
      ReportCommands.AttachFinancialStatement.malformed?.(input);
    expect(malformed({ ...statement(interim, 2017), byCategory: [...byCategory, ...byCategory] })?.path).toBe(
      'byCategory',
    );
    expect(malformed({ ...statement(interim, 2017), byCategory })).toBeUndefined();
  });

  test('of a year with costs and no payment has less than nothing unused (scenario 24)', () => {
    const figures = { ...statement(interim, 2017), paid: zero, used: kr(100), unused: kr(-100) };
    const input = { ...figures, byCategory: [{ category: 'STAFF' as const, amount: kr(100) }] };
    deciding(report)
      .given(drafted('INTERIM'))
      .and(mandates, mandateId, ...withoutReference)
      .and(fundingYears, year2017, allocated(2017), cost(year2017, 1, kr(100), '2017-06-15'))
      .when('AttachFinancialStatement', input)
      .then(FinancialStatementAttached(input));
  });

  test('belongs to a draft, and to a year that has funds', () => {
    given().when('AttachFinancialStatement', statement(interim, 2017)).refused('NOT_FOUND', { reportId: interim });
    given(...completeInterim, approved(interim))
      .when('AttachFinancialStatement', statement(interim, 2017))
      .refused('INVALID_TRANSITION');
    given(drafted('INTERIM'))
      .when('AttachFinancialStatement', { ...statement(interim, 2017), fiscalYear: 2016 })
      .refused('NOT_FOUND', { fundingYearId: `${mandateId}-2016` });
  });
});
