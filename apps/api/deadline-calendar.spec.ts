import { describe, expect, test } from '@jest/globals';
import ICAL from 'ical.js';
import { deadlineCalendar, type Entry } from './deadline-calendar.ts';

/** The repayment of the decision: 31 March 2019 is a Sunday, and the day on which summer time begins. */
const repayment: Entry = {
  deadline: {
    obligationId: 'd0000000-0000-4000-8000-000000000018',
    text: {
      sv: 'Medel som inte har utnyttjats ska återbetalas till Kammarkollegiet på bankgiro 5052-5781; senast den 31 mars 2019, påhittat.',
      en: 'Funds that were not used shall be paid back.',
    },
    modality: 'SHALL',
    kind: 'REPAYMENT',
    hardDeadline: '2019-03-31',
    safeDeadline: '2019-03-29',
    daysLeft: 88,
    status: 'DUE',
    basis: 'OUTSTANDING',
  },
  changedAt: '2018-12-20T10:00:00.000Z',
};
const deadlineWith = (change: Partial<Entry['deadline']>): Entry => ({
  ...repayment,
  deadline: { ...repayment.deadline, ...change },
});
const today = '2018-12-31';

const eventsIn = (text: string) =>
  new ICAL.Component(ICAL.parse(text) as string).getAllSubcomponents('vevent').map((event) => ({
    event: new ICAL.Event(event),
    alarms: event.getAllSubcomponents('valarm').map((alarm) => String(alarm.getFirstPropertyValue('trigger'))),
    stamp: String(event.getFirstPropertyValue('dtstamp')),
    changed: String(event.getFirstPropertyValue('last-modified')),
  }));
const only = (entry: Entry, on = today) => {
  const [found] = eventsIn(deadlineCalendar([entry], on));
  if (!found) throw new Error('there is no event');
  return found;
};

describe('a deadline in the calendar', () => {
  test('is the whole of its safe day, under the id of its obligation', () => {
    const { event } = only(repayment);
    expect(event.uid).toBe(repayment.deadline.obligationId);
    expect([event.startDate.isDate, String(event.startDate), String(event.endDate)]).toEqual([
      ...[true, '2019-03-29', '2019-03-30'],
    ]);
  });

  test('says what, until when and how it stands, in Swedish and in English', () => {
    const { summary, description } = only(repayment).event;
    expect(summary).toBe(`Återbetalning: ${repayment.deadline.text.sv}`);
    for (const line of [
      repayment.deadline.text.sv,
      'Säkert datum: 2019-03-29',
      'Status: Kommande',
      'Funds that were not used shall be paid back.',
      'Status: Due',
    ])
      expect(description.split('\n')).toContain(line);
    expect(description).toMatch(/Att göra: Betala tillbaka/);
    expect(description).toMatch(/To do: Pay back/);
  });

  test('lasts to 23:59 in Stockholm, in summer time and in winter time', () => {
    const lastMinute = (hardDeadline: string) =>
      /svensk tid \((\d\d:\d\d) UTC\)/.exec(only(deadlineWith({ hardDeadline })).event.description)?.[1];
    expect(lastMinute('2019-03-30')).toBe('22:59');
    expect(lastMinute('2019-03-31')).toBe('21:59');
    expect(lastMinute('2018-10-27')).toBe('21:59');
    expect(lastMinute('2018-10-28')).toBe('22:59');
  });

  test('is reminded of 30, 10, 3 and 1 days before, as long as it is not met', () => {
    expect(only(repayment).alarms).toEqual(['-P30D', '-P10D', '-P3D', '-P1D']);
    const met = only(deadlineWith({ status: 'MET', metOn: '2019-03-28' }));
    expect(met.alarms).toEqual([]);
    expect(met.event.summary).toMatch(/^✓ /);
    expect(met.event.description).toMatch(/Status: Uppfyllt i tid \(2019-03-28\)/);
    expect(met.event.description).not.toMatch(/Att göra|To do/);
  });

  test('does not tell a status that its reader may not see, and still says what to do', () => {
    const { status: _, basis: __, ...hidden } = repayment.deadline;
    const { event, alarms } = only({ ...repayment, deadline: hidden });
    expect(event.description).toMatch(/Status: Visas inte för dig/);
    expect(event.description).toMatch(/Att göra/);
    expect(alarms).toHaveLength(4);
  });

  test('changed when a fact was recorded, or on the day when it came to be judged otherwise, never at the reading', () => {
    const changedOn = (day: string) => [only(repayment, day).stamp, only(repayment, day).changed];
    const both = (time: string) => [time, time];
    expect(changedOn('2018-12-31')).toEqual(both('2018-12-20T10:00:00Z'));
    expect(changedOn('2019-02-26')).toEqual(both('2018-12-20T10:00:00Z'));
    expect(changedOn('2019-02-27')).toEqual(both('2019-02-26T23:00:00Z'));
    expect(changedOn('2019-03-30')).toEqual(both('2019-03-29T23:00:00Z'));
    expect(changedOn('2019-12-24')).toEqual(both('2019-03-31T22:00:00Z'));
    expect(only({ ...repayment, changedAt: '2019-04-01T08:00:00.000Z' }, '2019-12-24').stamp).toBe(
      '2019-04-01T08:00:00Z',
    );
  });
});

describe('the text of the calendar', () => {
  const text = deadlineCalendar([repayment, deadlineWith({ kind: 'REPORT' })], today);

  test('is the same for the same deadlines', () => {
    expect(deadlineCalendar([repayment, deadlineWith({ kind: 'REPORT' })], today)).toBe(text);
  });

  test('has lines of at most 75 octets, which unfold to what was meant', () => {
    const lines = text.split('\r\n');
    expect(lines.some((line) => line.startsWith(' '))).toBe(true);
    for (const line of lines) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
    expect(only(repayment).event.summary).toContain('på bankgiro 5052-5781; senast den 31 mars 2019, påhittat.');
  });

  test('cannot be broken by what an obligation says', () => {
    const sv = 'Rad ett\r\nEND:VEVENT\r\nBEGIN:VEVENT\u0007\u0000 \\n; slut';
    const { event } = only(deadlineWith({ text: { sv } }));
    expect(eventsIn(deadlineCalendar([deadlineWith({ text: { sv } })], today))).toHaveLength(1);
    expect(event.summary).toContain('END:VEVENT');
    expect(deadlineCalendar([deadlineWith({ text: { sv } })], today)).not.toMatch(/[^\P{Cc}\r\n]/u);
  });

  test('tells when the address ends under which it is read', () => {
    const [, end] = eventsIn(deadlineCalendar([repayment], today, '2019-06-30T22:30:00.000Z'));
    expect(String(end?.event.startDate)).toBe('2019-07-01');
    expect(end?.event.summary).toMatch(/upphör/);
    expect(end?.alarms).toEqual(['-P10D', '-P1D']);
  });

  test('is a calendar without deadlines where there are none', () => {
    expect(eventsIn(deadlineCalendar([], today))).toEqual([]);
  });
});
