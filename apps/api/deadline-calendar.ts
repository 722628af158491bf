import ical, { ICalAlarmType, type ICalCalendar, ICalEventStatus, ICalEventTransparency } from 'ical-generator';
import type { deadlineShape } from '#contexts/mandate/views/deadlines.query';
import type { Data } from '#kernel/fields';
import { type Day, dayOf, endOfDay, type Instant, latest, plusDays, plusMinutes, startOfDay } from '#kernel/time';

/** A deadline, and when anything last changed that its viewer may see of the mandate. */
export interface Entry {
  readonly deadline: Data<typeof deadlineShape>;
  readonly changedAt: Instant;
}

/** In Swedish, and in English. */
type Said = readonly [sv: string, en: string];
type Deadline = Entry['deadline'];

const kinds: Record<Deadline['kind'], { readonly name: string; readonly todo: Said }> = {
  REQUISITION: {
    name: 'Rekvisition',
    todo: [
      'Lämna in rekvisitionen. Det är dagen då den tas emot som räknas.',
      'Hand in the requisition. The day on which it is received counts.',
    ],
  },
  REPAYMENT: {
    name: 'Återbetalning',
    todo: [
      'Betala tillbaka medel som inte har använts. Det är betalningsdagen som räknas.',
      'Pay back funds that were not used. The day of payment counts.',
    ],
  },
  REPORT: {
    name: 'Redovisning',
    todo: [
      'Lämna redovisningen. Det är dagen då den tas emot som räknas.',
      'Hand in the report. The day on which it is received counts.',
    ],
  },
  DOCUMENT: { name: 'Handling', todo: ['Visa att åtagandet är uppfyllt.', 'Show that the obligation is fulfilled.'] },
  ACTIVITY: {
    name: 'Aktivitet',
    todo: ['Genomför aktiviteten och bedöm åtagandet.', 'Carry it out and assess the obligation.'],
  },
  INTERACTION: {
    name: 'Samverkan',
    todo: ['Genomför samverkan och bedöm åtagandet.', 'Carry it out and assess the obligation.'],
  },
};

const statuses: Record<NonNullable<Deadline['status']>, Said> = {
  DUE: ['Kommande', 'Due'],
  SOON: ['Inom 30 dagar', 'Within 30 days'],
  AFTER_SAFE: ['Säkert datum passerat', 'Safe date passed'],
  MISSED: ['Missad', 'Missed'],
  MET: ['Uppfyllt i tid', 'Met in time'],
  MET_LATE: ['Uppfyllt för sent', 'Met too late'],
};

/** Reminders, as those of domain 7.6. */
const alarmDays = [30, 10, 3, 1];
const daySeconds = 24 * 60 * 60;
const refreshSeconds = 6 * 60 * 60;

/**
 * The deadlines as iCalendar (RFC 5545): a whole day each, the safe date, under an id that stays the same. The same
 * deadlines give the same text: no time in it is that of the reading. `until`: when the address ends under which it is
 * read, which is then an event of its own.
 */
export function deadlineCalendar(entries: readonly Entry[], today: Day, until?: Instant): string {
  const calendar = ical({
    name: 'Samverk: tidsfrister',
    prodId: { company: 'Samverk', product: 'Deadlines', language: 'SV' },
    ttl: refreshSeconds,
  });
  for (const entry of entries) addDeadline(calendar, entry, today);
  if (until !== undefined) addEnd(calendar, until);
  return calendar.toString();
}

function addDeadline(calendar: ICalCalendar, { deadline, changedAt }: Entry, today: Day): void {
  const { obligationId, kind, text, safeDeadline, hardDeadline, status } = deadline;
  const isMet = status?.startsWith('MET') ?? false;
  // The days on which a deadline is judged otherwise though nothing was recorded.
  const turns = [plusDays(safeDeadline, -30), plusDays(safeDeadline, 1), plusDays(hardDeadline, 1)];
  const lastChange = latest([changedAt, ...turns.filter((day) => day <= today).map(startOfDay)]);
  const event = calendar.createEvent({
    id: obligationId,
    start: safeDeadline,
    allDay: true,
    stamp: lastChange,
    lastModified: lastChange,
    summary: plain(`${isMet ? '✓ ' : ''}${kinds[kind].name}: ${text.sv}`),
    description: plain(described(deadline, isMet)),
    transparency: ICalEventTransparency.TRANSPARENT,
    status: ICalEventStatus.CONFIRMED,
  });
  if (!isMet) for (const days of alarmDays) remind(event, days);
}

function described({ kind, text, safeDeadline, hardDeadline, status, metOn }: Deadline, isMet: boolean): string {
  const lastMinute = plusMinutes(endOfDay(hardDeadline), -1).slice(11, 16);
  const { todo } = kinds[kind];
  const [sv, en] = status ? statuses[status] : (['Visas inte för dig', 'Not shown to you'] as const);
  const on = metOn === undefined ? '' : ` (${metOn})`;
  const swedish = [
    text.sv,
    `Säkert datum: ${safeDeadline}`,
    `Beslutets datum: ${hardDeadline}, till och med 23:59 svensk tid (${lastMinute} UTC)`,
    `Status: ${sv}${on}`,
    ...(isMet ? [] : [`Att göra: ${todo[0]}`]),
  ];
  const english = [
    ...(text.en === undefined ? [] : [text.en]),
    `Safe date: ${safeDeadline}`,
    `Date of the decision: ${hardDeadline}, to the end of 23:59 Swedish time (${lastMinute} UTC)`,
    `Status: ${en}${on}`,
    ...(isMet ? [] : [`To do: ${todo[1]}`]),
  ];
  return [...swedish, '', ...english].join('\n');
}

/** A feed that went silent would look like one without deadlines: it says beforehand when it ends. */
function addEnd(calendar: ICalCalendar, until: Instant): void {
  const event = calendar.createEvent({
    id: 'calendar-feed-ends',
    start: dayOf(until),
    allDay: true,
    stamp: until,
    summary: 'Samverk: adressen till den här kalendern upphör',
    description:
      'Hämta en ny adress med calendarFeed och prenumerera på den.\n\nThe address of this calendar ends: get a new one with calendarFeed and subscribe to that.',
    transparency: ICalEventTransparency.TRANSPARENT,
  });
  for (const days of [10, 1]) remind(event, days);
}

const remind = (event: ReturnType<ICalCalendar['createEvent']>, days: number) =>
  event.createAlarm({ type: ICalAlarmType.display, triggerBefore: days * daySeconds });

/** Without control characters, which the text of a calendar may not hold; lines end as they are. */
const plain = (text: string): string => text.replace(/[^\P{Cc}\n]/gu, ' ');
