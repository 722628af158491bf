import { builtId, code, codeList, group, id, text } from '#kernel/fields';

/** The words of the mandate, its money and its reports. */

const uuidText = '[0-9a-f]{8}-[0-9a-f]{4}-[45][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}';

/** Built, so that there is one for each mandate and year (domain 7.2). */
export const builtFundingYear = (says: string) =>
  builtId(says, new RegExp(`^${uuidText}-\\d{4}$`), '{mandateId}-{year}');
export const fundingYearId = builtFundingYear('The funding year: the mandate and the year, joined.');
export const reportId = builtId(
  'The report: the mandate and the kind of report, joined.',
  new RegExp(`^${uuidText}-(INTERIM|FINAL)$`),
  '{mandateId}-INTERIM or {mandateId}-FINAL',
);

export const mandateId = id('The mandate (regeringsuppdrag).');
/** The mandate that a built id starts with. */
export const mandateOf = (builtId: string): string => builtId.slice(0, 36);
export const yearOfFunding = (fundingYearId: string): number => Number(fundingYearId.slice(37));
export const fundingYearOf = (mandateId: string, year: number): string => `${mandateId}-${year}`;
/** The funding year so many years later, of the same mandate. */
export const yearAfter = (fundingYearId: string, years = 1): string =>
  fundingYearOf(mandateOf(fundingYearId), yearOfFunding(fundingYearId) + years);

/** What lets the money of a year go: a report that holds its statement was submitted (domain 7.5). */
export const moneyOf = (fundingYearId: string): string => `year:${fundingYearId}`;
/** What lets go the sums of a year that hold money of the next one too: a report that holds both statements. */
export const moneyOfTwo = (fundingYearId: string): string => `years:${fundingYearId}`;

export const reportOf = (mandateId: string, kind: 'INTERIM' | 'FINAL'): string => `${mandateId}-${kind}`;

/** A copy of the decision, by recipient and unit: each gets one. */
export const copyOf = ({
  recipientOrgId,
  unit,
}: {
  readonly recipientOrgId: string;
  readonly unit?: string;
}): string => (unit === undefined ? recipientOrgId : `${recipientOrgId}-${unit}`);

/** Strongest first. */
export const modalities = codeList('Modality', 'How strongly the decision binds: ska, bör, får, kan.', {
  SHALL: 'ska',
  SHOULD: 'bör',
  MAY: 'får',
  CAN: 'kan',
});
export const obligationKinds = codeList('ObligationKind', 'What it takes to fulfil an obligation.', {
  ACTIVITY: 'Aktivitet',
  INTERACTION: 'Samverkan, samråd, koordinering eller dialog',
  REQUISITION: 'Rekvisition',
  REPAYMENT: 'Återbetalning',
  REPORT: 'Redovisning',
  DOCUMENT: 'Hänvisning i handling',
});
export const interactionKinds = codeList('InteractionKind', 'How others are involved; never merged.', {
  COLLABORATION: 'Samverkan',
  SAMRAD: 'Samråd',
  COORDINATION: 'Nära koordinering',
  DIALOGUE: 'Dialog',
});
export const counterpartClasses = codeList('CounterpartClass', 'A class of organisations where none is named.', {
  PUBLIC_BUYER: 'Relevanta offentliga beställare',
  TRADE_BODY: 'Branschorganisationer',
});
export const channels = codeList('Channel', 'How a document was sent.', {
  POST: 'Post',
  EMAIL: 'E-post',
  OTHER: 'Annat sätt',
});

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

export const deadlineBases = codeList('DeadlineBasis', 'What is there of an obligation that is not met.', {
  NOTHING_RECORDED: 'Inget registrerat',
  SENT_UNCONFIRMED: 'Skickat, mottagande inte bekräftat',
  OUTSTANDING: 'Belopp kvar att återbetala',
});
