import { code, codeList, day, id, int, optional } from '#kernel/fields';
import { query, rowsOf, type Shown, type Today } from '#kernel/query';
import { type Day, dayOf, daysBetween } from '#kernel/time';
import { assessed, type Basis, handedIn, isInTime, isOver, paidBack, type Standing } from '../deadline.rules.ts';
import { deadlineBases } from '../words.ts';
import { fundingLedger } from './funding-ledger.view.ts';
import { mandates } from './mandate.view.ts';
import { obligations } from './obligation.view.ts';
import { reports } from './report.view.ts';

const statuses = codeList('DeadlineStatus', 'How an obligation stands to its dates.', {
  DUE: 'Kommande',
  SOON: 'Inom 30 dagar',
  AFTER_SAFE: 'Säkert datum passerat',
  MISSED: 'Missad',
  MET: 'Uppfyllt i tid',
  MET_LATE: 'Uppfyllt för sent',
});
type Status = keyof typeof statuses.labels;

const { text, kind, modality, hardDeadline, safeDeadline } = obligations.row;
const soon = 30;

/** A duty with a date, and how it stands to it. */
export const deadlineShape = {
  obligationId: id('The obligation.'),
  text,
  modality,
  kind,
  hardDeadline: day(hardDeadline.says),
  safeDeadline: day(safeDeadline.says),
  daysLeft: int('Days from today to the safe deadline; below zero after it.', -4_000_000, 4_000_000),
  status: optional(code(statuses, 'How it stands; absent where it rests on money that the viewer may not see.')),
  basis: optional(code(deadlineBases, 'What is there of it while it is not met.')),
  metOn: optional(day('The day that counts, once it is met.')),
};

export interface DeadlineRows {
  readonly mandates: readonly Shown<typeof mandates>[];
  readonly obligations: readonly Shown<typeof obligations>[];
  readonly years: readonly Shown<typeof fundingLedger>[];
  readonly reports: readonly Shown<typeof reports>[];
}

/** Everything that the deadlines of one mandate rest on. */
export const deadlineRows = <Args>(mandateOf: (args: Args) => string) => ({
  mandates: rowsOf(mandates, (args: Args) => ({ keys: [mandateOf(args)] })),
  obligations: rowsOf(obligations, (args: Args) => ({ filter: { mandateId: mandateOf(args) } })),
  years: rowsOf(fundingLedger, (args: Args) => ({ filter: { mandateId: mandateOf(args) } })),
  reports: rowsOf(reports, (args: Args) => ({ filter: { mandateId: mandateOf(args) } })),
});

export const deadlines = query({
  name: 'deadlines',
  says: 'The deadline board of a mandate: every obligation with a date, the next first.',
  args: {
    mandateId: id('The mandate.'),
    before: optional(day('Only those whose hard deadline lies before this day.')),
  },
  gives: { type: 'Deadline', says: 'An obligation with a date, and how it stands to it.', shape: deadlineShape },
  reads: deadlineRows(({ mandateId }: { readonly mandateId: string }) => mandateId),
  list: true,
  answer: (rows, { before }, today) =>
    board(rows, today).filter(({ hardDeadline }) => before === undefined || hardDeadline < before),
});

/** Every obligation with a date, by safe deadline. Cost: the mandate's obligations. */
export function board(rows: DeadlineRows, { today }: Today) {
  return rows.obligations
    .flatMap(({ obligationId, text, modality, kind, hardDeadline, safeDeadline, fulfilledOn, miss }) => {
      if (!obligationId || !text || !modality || !kind || !hardDeadline) return [];
      const safe = safeDeadline ?? hardDeadline;
      const dates = { hardDeadline, safeDeadline: safe };
      const found = stateOf({ obligationId, kind, ...dates, ...(fulfilledOn && { fulfilledOn }) }, rows, today);
      const daysLeft = daysBetween(today, safe);
      const judgement = judged(inHistory(miss, found), dates, daysLeft, today);
      return [{ obligationId, text, modality, kind, ...dates, daysLeft, ...judgement }];
    })
    .sort((a, b) => daysBetween(b.safeDeadline, a.safeDeadline));
}

interface Dated {
  readonly obligationId: string;
  readonly kind: string;
  readonly hardDeadline: Day;
  readonly fulfilledOn?: Day;
}

/** How an obligation stands by the rows that the viewer sees; nothing where that is not for this viewer to know. */
function stateOf(
  { obligationId, kind, hardDeadline, fulfilledOn }: Dated,
  rows: DeadlineRows,
  today: Day,
): Standing | undefined {
  switch (kind) {
    case 'REQUISITION': {
      const year = rows.years.find(({ requisitionObligationId }) => requisitionObligationId === obligationId);
      if (!year) return { basis: 'NOTHING_RECORDED' };
      const { settlement: { firstSentAt, firstReceivedAt } = {} } = year;
      return year.settlement && handedIn(firstSentAt !== undefined, firstReceivedAt && dayOf(firstReceivedAt));
    }
    case 'REPAYMENT': {
      const known = rows.years.flatMap(({ settlement }) => settlement ?? []);
      if (known.length < rows.years.length) return undefined;
      const [{ periodTo = today } = {}] = rows.mandates;
      const money = known.map(({ outstanding, lastRepaidOn: last }) => ({ outstanding, repaidOn: last ? [last] : [] }));
      return paidBack(money, isOver(today, hardDeadline, periodTo));
    }
    case 'REPORT': {
      const report = rows.reports.find((row) => row.obligationId === obligationId);
      return handedIn(report?.sentAt !== undefined, report?.receivedAt && dayOf(report.receivedAt));
    }
    default:
      return assessed(fulfilledOn);
  }
}

/** What history says of a deadline that passed: once retracted, a miss counts as met in time (domain 7.6). */
function inHistory(
  miss: { readonly basis: Basis; readonly metOn?: Day } | undefined,
  found: Standing | undefined,
): Standing | undefined {
  if (miss?.metOn) return { met: { on: miss.metOn } };
  return found ?? (miss && { basis: miss.basis });
}

function judged(
  found: Standing | undefined,
  { hardDeadline, safeDeadline }: { readonly hardDeadline: Day; readonly safeDeadline: Day },
  daysLeft: number,
  today: Day,
): { readonly status?: Status; readonly basis?: Basis; readonly metOn?: Day } {
  if (!found) return {};
  if ('met' in found) {
    const { on } = found.met;
    return { status: isInTime(found, hardDeadline) ? 'MET' : 'MET_LATE', ...(on && { metOn: on }) };
  }
  const { basis } = found;
  if (today > hardDeadline) return { status: 'MISSED', basis };
  if (today > safeDeadline) return { status: 'AFTER_SAFE', basis };
  return { status: daysLeft <= soon ? 'SOON' : 'DUE', basis };
}
