import { code, codeList, day, id, int, optional } from '#kernel/fields';
import { query, rowsOf, type Shown, type Today } from '#kernel/query';
import { type Day, dayOf, daysBetween, type Instant, latest } from '#kernel/time';
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
const bases = codeList('DeadlineBasis', 'What is there of an obligation that is not met.', {
  NOTHING_RECORDED: 'Inget registrerat',
  SENT_UNCONFIRMED: 'Skickat, mottagande inte bekräftat',
  OUTSTANDING: 'Belopp kvar att återbetala',
});
type Status = keyof typeof statuses.labels;
type Basis = keyof typeof bases.labels;

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
  basis: optional(code(bases, 'What is there of it while it is not met.')),
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
    .flatMap(({ obligationId, text, modality, kind, hardDeadline, safeDeadline, fulfilledOn }) => {
      if (!obligationId || !text || !modality || !kind || !hardDeadline) return [];
      const safe = safeDeadline ?? hardDeadline;
      const dates = { hardDeadline, safeDeadline: safe };
      const found = stateOf({ obligationId, kind, ...dates, ...(fulfilledOn && { fulfilledOn }) }, rows, today);
      const daysLeft = daysBetween(today, safe);
      return [{ obligationId, text, modality, kind, ...dates, daysLeft, ...judged(found, dates, daysLeft, today) }];
    })
    .sort((a, b) => daysBetween(b.safeDeadline, a.safeDeadline));
}

/** Met, where something had to be done on a day; or not, and why; or not for this viewer to know. */
type Found = { readonly met: { readonly on?: Day } } | { readonly basis: Basis } | undefined;

interface Dated {
  readonly obligationId: string;
  readonly kind: string;
  readonly hardDeadline: Day;
  readonly fulfilledOn?: Day;
}

/** When an obligation with a deadline is met: the table of domain 7.6. */
function stateOf({ obligationId, kind, hardDeadline, fulfilledOn }: Dated, rows: DeadlineRows, today: Day): Found {
  switch (kind) {
    case 'REQUISITION': {
      const year = rows.years.find(({ requisitionObligationId }) => requisitionObligationId === obligationId);
      if (!year) return { basis: 'NOTHING_RECORDED' };
      return year.settlement && handedIn(year.settlement.firstSentAt, year.settlement.firstReceivedAt);
    }
    case 'REPAYMENT':
      return paidBack(rows, today > hardDeadline || rows.mandates.some(({ periodTo = today }) => today > periodTo));
    case 'REPORT': {
      const report = rows.reports.find((row) => row.obligationId === obligationId);
      return handedIn(report?.sentAt, report?.receivedAt);
    }
    default:
      return fulfilledOn ? { met: { on: fulfilledOn } } : { basis: 'NOTHING_RECORDED' };
  }
}

function handedIn(sentAt: Instant | undefined, receivedAt: Instant | undefined): Found {
  if (receivedAt) return { met: { on: dayOf(receivedAt) } };
  return { basis: sentAt ? 'SENT_UNCONFIRMED' : 'NOTHING_RECORDED' };
}

/** Nothing is owed back before it is known what was used: while the period runs, it is not met by there being nothing. */
function paidBack({ years }: DeadlineRows, isOver: boolean): Found {
  const known = years.flatMap(({ settlement }) => (settlement ? [settlement] : []));
  if (known.length < years.length) return undefined;
  if (known.some(({ outstanding }) => outstanding.amountMinor > 0)) return { basis: 'OUTSTANDING' };
  if (!isOver) return { basis: 'NOTHING_RECORDED' };
  const days = known.flatMap(({ lastRepaidOn }) => lastRepaidOn ?? []);
  return { met: days.length === 0 ? {} : { on: latest(days) } };
}

function judged(
  found: Found,
  { hardDeadline, safeDeadline }: { readonly hardDeadline: Day; readonly safeDeadline: Day },
  daysLeft: number,
  today: Day,
): { readonly status?: Status; readonly basis?: Basis; readonly metOn?: Day } {
  if (!found) return {};
  if ('met' in found) {
    const { on } = found.met;
    return on === undefined ? { status: 'MET' } : { status: on > hardDeadline ? 'MET_LATE' : 'MET', metOn: on };
  }
  const { basis } = found;
  if (today > hardDeadline) return { status: 'MISSED', basis };
  if (today > safeDeadline) return { status: 'AFTER_SAFE', basis };
  return { status: daysLeft <= soon ? 'SOON' : 'DUE', basis };
}
