import { builtId, code, codeList, group, text } from '#kernel/fields';

/** The words of the mandate's money and reports that more than one of its objects uses. */

const uuidText = '[0-9a-f]{8}-[0-9a-f]{4}-[45][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}';

/** Built, so that there is one for each mandate and year (domain 7.2). */
export const fundingYearId = builtId(
  'The funding year: the mandate and the year, joined.',
  new RegExp(`^${uuidText}-\\d{4}$`),
  '{mandateId}-{year}',
);
export const reportId = builtId(
  'The report: the mandate and the kind of report, joined.',
  new RegExp(`^${uuidText}-(INTERIM|FINAL)$`),
  '{mandateId}-INTERIM or {mandateId}-FINAL',
);

/** The mandate that a built id starts with. */
export const mandateOf = (builtId: string): string => builtId.slice(0, 36);
export const yearOfFunding = (fundingYearId: string): number => Number(fundingYearId.slice(37));
export const fundingYearOf = (mandateId: string, year: number): string => `${mandateId}-${year}`;
export const reportOf = (mandateId: string, kind: 'INTERIM' | 'FINAL'): string => `${mandateId}-${kind}`;

export const accountTypes = codeList('AccountType', 'Kind of account.', { BANKGIRO: 'Bankgiro' });
export const costCategories = codeList('CostCategory', 'What a cost was for.', {
  STAFF: 'Personal',
  TRAVEL: 'Resor',
  EVENT: 'Evenemang',
  CONSULTANT: 'Konsulter',
  IT: 'IT',
  OTHER: 'Övrigt',
});
export const reportKinds = codeList('ReportKind', 'Kind of report.', { INTERIM: 'Delrapport', FINAL: 'Slutrapport' });

export const bankAccount = group('BankAccount', 'The account that repayments go to.', {
  type: code(accountTypes),
  number: text('Number of the account.', {
    pattern: /^\d{3,4}-\d{4}$/,
    expected: 'a bankgiro: 3 or 4 digits, -, 4 digits',
  }),
});

export const appropriation = group('Appropriation', 'What the costs are charged to in the state budget.', {
  expenditureArea: text('Expenditure area (utgiftsområde).', { max: 200 }),
  appropriation: text('Appropriation (anslag).', { max: 200 }),
  item: text('Item of the appropriation (anslagspost).', { max: 200 }),
  label: text('Its name as the decision writes it.', { max: 200 }),
});
