import { objectOf } from '#kernel/envelope';
import { type Cause, type Effect, process, type Readings, reading, type Timer } from '#kernel/process';
import { type Day, dayOf, endOfDay, plusDays, startOfDay } from '#kernel/time';
import { assessed, handedIn, isInTime, isOver, paidBack, type Standing } from '../deadline.rules.ts';
import {
  carriedOutOf,
  type FundingYear,
  FundingYearFacts,
  fundingYears,
  outstandingOf,
} from '../funding-year.events.ts';
import { type Happened, type Mandate, MandateFacts, mandates, type Obligation } from '../mandate.events.ts';
import { type Report, ReportFacts, reports } from '../report.events.ts';
import { fundingYearOf, mandateOf, reportOf } from '../words.ts';

const { ReminderRaised, DeadlineMissed, DeadlineMissRetracted } = MandateFacts;

const remindedBefore = [30, 10, 3, 1];

/** Of which obligation a timer speaks; with `daysBefore` it reminds, else its deadline has passed. */
interface About {
  readonly obligationId: string;
  readonly daysBefore?: number;
}
type Reads = Readings<{ year: FundingYear; report: Report }>;

/** Every stream here is named after its mandate, or after what is built from its id. */
const mandateIn = (stream: string): string => mandateOf(objectOf(stream));

/** While no timer asks and no miss stands there is nothing to find out. */
const asks = ({ timer }: Cause<About>, { missed }: Mandate): boolean => timer !== undefined || missed.length > 0;

/** Reminds of deadlines, tells that they were missed, and takes that back: #23, #24 and #24b of domain 7.5, by 7.6. */
export const deadlines = process(mandates, {
  name: 'deadlines',
  version: 1,
  says: 'Reminds 30, 10, 3 and 1 days before a safe deadline; tells when a hard one was missed; retracts what a late record disproves.',
  of: { ...MandateFacts, ...FundingYearFacts, ...ReportFacts },
  makes: ['ReminderRaised', 'DeadlineMissed', 'DeadlineMissRetracted'],
  id: ({ stream }) => mandateIn(stream),
  reads: {
    year: reading(fundingYears, (cause: Cause<About>, mandate: Mandate) =>
      asks(cause, mandate) ? mandate.years.map((year) => fundingYearOf(mandateIn(cause.event.stream), year)) : [],
    ),
    report: reading(reports, (cause: Cause<About>, mandate: Mandate) => {
      const mandateId = mandateIn(cause.event.stream);
      return asks(cause, mandate) ? [reportOf(mandateId, 'INTERIM'), reportOf(mandateId, 'FINAL')] : [];
    }),
  },
  timers: {
    ObligationRegistered(
      { obligationId, modality, hardDeadline, safeDeadline = hardDeadline },
      { recordedAt },
    ): readonly Timer<About>[] {
      if (hardDeadline === undefined || safeDeadline === undefined) return [];
      const reminders = remindedBefore.map((daysBefore) => ({
        trigger: `${obligationId}/reminder/${safeDeadline}/${daysBefore}`,
        due: startOfDay(plusDays(safeDeadline, -daysBefore)),
        about: { obligationId, daysBefore },
      }));
      const ahead = reminders.filter(({ due }) => due >= recordedAt);
      if (modality !== 'SHALL') return ahead;
      const trigger = `${obligationId}/missed/${hardDeadline}`;
      return [...ahead, { trigger, due: endOfDay(hardDeadline), about: { obligationId } }];
    },
  },
  due({ due, about: { obligationId, daysBefore } }, mandate, reads, { stream }) {
    const obligation = mandate.obligations.get(obligationId);
    const { hardDeadline, safeDeadline = hardDeadline } = obligation ?? {};
    if (!obligation || hardDeadline === undefined || safeDeadline === undefined) return undefined;
    const mandateId = mandateIn(stream);
    const dated = { ...obligation, mandateId, obligationId, hardDeadline };
    const standing = standingOf(dated, mandate, reads, dayOf(due));
    if (daysBefore !== undefined)
      return 'met' in standing
        ? undefined
        : { fact: ReminderRaised({ mandateId, obligationId, daysBefore, safeDeadline }) };
    if (isInTime(standing, hardDeadline)) return undefined;
    // Met after the deadline, before it was registered here: only a repayment can be.
    const basis = 'basis' in standing ? standing.basis : 'OUTSTANDING';
    return { fact: DeadlineMissed({ mandateId, obligationId, hardDeadline, basis }) };
  },
  hears: [
    'RequisitionAcknowledged',
    'RequisitionPaid',
    'CostRecorded',
    'CostCorrected',
    'FundingCarryOverDecided',
    'UnusedFundsRepaid',
    'ReportReceived',
    'ObligationFulfilled',
    'DeadlineMissed',
  ],
  /**
   * Asked of every fact that may show it, and of the miss itself, which may be recorded after that fact. Whichever is
   * heard, the answer is to the first fact that shows it, so that there is one.
   */
  answer: ({ stream }, mandate, reads) =>
    mandate.missed.flatMap((obligationId): Effect<'DeadlineMissRetracted'>[] => {
      const mandateId = mandateIn(stream);
      const obligation = mandate.obligations.get(obligationId);
      const { hardDeadline } = obligation ?? {};
      if (!obligation || hardDeadline === undefined) return [];
      const shown = shownInTime({ ...obligation, mandateId, obligationId, hardDeadline }, mandate, reads);
      if (!shown) return [];
      const { on: happenedOn, by: factEventId } = shown;
      const fact = DeadlineMissRetracted({ mandateId, obligationId, hardDeadline, factEventId, happenedOn });
      return [{ fact, answers: factEventId, index: placeOf(obligationId, mandate) }];
    }),
});

interface Dated extends Obligation {
  readonly mandateId: string;
  readonly obligationId: string;
  readonly hardDeadline: Day;
}

/** How an obligation stood to its deadline on a day, by what was known. */
function standingOf(dated: Dated, mandate: Mandate, reads: Reads, today: Day): Standing {
  switch (dated.kind) {
    case 'REQUISITION': {
      const year = requisitioned(dated, mandate, reads);
      const firstOn = year?.receipts.map(({ on }) => on).sort(byDay)[0];
      return handedIn((year?.requisitions.size ?? 0) > 0, firstOn);
    }
    case 'REPAYMENT': {
      const years = yearsIn(dated, mandate, reads);
      const money = years.map((year) => ({
        outstanding: outstandingOf(year, carriedOutOf(year, years)),
        repaidOn: year.repayments.values(),
      }));
      return paidBack(money, isOver(today, dated.hardDeadline, mandate.periodTo));
    }
    case 'REPORT': {
      const report = reportFor(dated, reads);
      return handedIn(report?.sentAt !== undefined, report?.received?.on);
    }
    default:
      return assessed(dated.assessed?.on);
  }
}

/** The first fact that shows that it was met by the end of the hard deadline, and the day on which it was. */
function shownInTime(dated: Dated, mandate: Mandate, reads: Reads): Happened | undefined {
  const { kind, hardDeadline } = dated;
  const inTime = (happened: Happened | undefined) => (happened && happened.on <= hardDeadline ? happened : undefined);
  switch (kind) {
    case 'REQUISITION':
      return requisitioned(dated, mandate, reads)?.receipts.find(inTime);
    case 'REPAYMENT': {
      const standing = standingOf(dated, mandate, reads, plusDays(hardDeadline, 1));
      if (!('met' in standing)) return undefined;
      const moves = yearsIn(dated, mandate, reads).flatMap((year) => year.moved ?? []);
      const last = moves.sort((a, b) => b.position - a.position)[0];
      // Where nothing was to be paid back, that was so when the period ended.
      return last && inTime({ on: standing.met.on ?? mandate.periodTo, by: last.by });
    }
    case 'REPORT':
      return inTime(reportFor(dated, reads)?.received);
    default:
      return inTime(dated.assessed);
  }
}

const byDay = (a: Day, b: Day): number => (a < b ? -1 : 1);

const yearsIn = ({ mandateId }: Dated, { years }: Mandate, reads: Reads): (FundingYear & { readonly year: number })[] =>
  years.map((year) => ({ year, ...reads.year(fundingYearOf(mandateId, year)) })).filter(({ is }) => is !== 'UNKNOWN');

const requisitioned = (dated: Dated, mandate: Mandate, reads: Reads): FundingYear | undefined =>
  yearsIn(dated, mandate, reads).find((year) => year.requisitionObligationId === dated.obligationId);

const reportFor = ({ mandateId, obligationId }: Dated, reads: Reads): Report | undefined =>
  (['INTERIM', 'FINAL'] as const)
    .map((kind) => reads.report(reportOf(mandateId, kind)))
    .find((report) => report.obligationId === obligationId);

/** One fact may show that several obligations were met, to repay: their place among those tells its answers apart. */
function placeOf(obligationId: string, { obligations }: Mandate): number {
  const repayments = obligations.entries().filter(([, { kind }]) => kind === 'REPAYMENT');
  return Math.max(
    0,
    repayments.findIndex(([id]) => id === obligationId),
  );
}
