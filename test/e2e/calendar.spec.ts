import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import ICAL from 'ical.js';
import { CalendarFeeds } from '#delivery/calendar-feeds';
import { opaqueTokens } from '#delivery/opaque';
import * as given from './golden-steps.ts';
import { authorization, mandateId, newId, obligationId, orgId, RunningSystem, type Token } from './harness.ts';

/** The deadlines in a calendar program: what it is given, and under which address. */
let system: RunningSystem;
beforeAll(async () => {
  system = await RunningSystem.start();
  await system.clockTo('2017-11-30T09:00:00.000Z');
  await system.accepted(
    system.token('FINANCE'),
    'SubmitRequisition',
    given.requisition(2017, 200_000_000)('2017-11-30T09:00:00.000Z'),
  );
  const receipt = given.receipt(2017, '2017-11-30T09:00:00.000Z');
  const { consistency } = await system.accepted(system.token('FINANCE'), 'AcknowledgeRequisition', receipt);
  await system.history(undefined, mandateId, { notBefore: consistency });
});
afterAll(() => system.end());

const get = async (path: string, headers: Readonly<Record<string, string>> = {}) => {
  const response = await fetch(`${system.url}${path}`, { headers });
  return { status: response.status, headers: response.headers, text: await response.text() };
};
const read = async (path = '/calendar.ics', token: Token = undefined) => {
  const { status, text } = await get(path, authorization(token));
  expect(status).toBe(200);
  return text;
};
/** The events of a calendar by their ids. */
const eventsIn = (text: string) =>
  new Map(
    new ICAL.Component(ICAL.parse(text) as string).getAllSubcomponents('vevent').map((found) => {
      const event = new ICAL.Event(found);
      return [event.uid, { day: String(event.startDate), status: /Status: (.*)/.exec(event.description)?.[1] }];
    }),
  );
const addressFor = async (token: Token) => {
  type Answer = { calendarFeed: { path: string; until: string } | null };
  return (await system.read<Answer>(token, '{ calendarFeed { path until } }')).calendarFeed;
};
const feedOf = async (token: Token) => (await addressFor(token))?.path ?? '';
const withRow = (row: number, text: string) => eventsIn(text).get(obligationId(row));

describe('/calendar.ics', () => {
  test('has each duty with a date on its safe day, under an id that stays', async () => {
    const events = eventsIn(await read());
    expect(Object.fromEntries([13, 14, 18, 22, 25].map((row) => [row, events.get(obligationId(row))?.day]))).toEqual({
      ...{ 13: '2017-12-01', 14: '2018-11-30', 18: '2019-03-29', 22: '2019-03-29', 25: '2018-04-27' },
    });
    expect(events.size).toBe(5);
    expect([...eventsIn(await read()).keys()]).toEqual([...events.keys()]);
  });

  test('is shown to each as they may see it: the state of money not to the public, nor to a member', async () => {
    const seen = async (role: string) => withRow(13, await read('/calendar.ics', system.token(role)))?.status;
    expect(await seen('FINANCE')).toBe('Uppfyllt i tid (2017-11-30)');
    expect(await seen('MANDATE_OWNER')).toBe('Uppfyllt i tid (2017-11-30)');
    for (const role of ['PUBLIC', 'GROUP_MEMBER', 'GOVERNMENT_RECIPIENT', 'PROGRAMME_EVALUATOR'])
      expect([role, await seen(role)]).toEqual([role, 'Visas inte för dig']);
    expect(withRow(25, await read())?.status).toBe('Kommande');
  });

  test('is not given twice to whoever has it already, and is private', async () => {
    const first = await get('/calendar.ics');
    const etag = first.headers.get('etag') ?? '';
    expect(first.headers.get('content-type')).toBe('text/calendar; charset=utf-8');
    expect(first.headers.get('cache-control')).toMatch(/^private/);
    expect(etag).toBe(`"${createHash('sha256').update(first.text).digest('base64url')}"`);
    for (const held of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await get('/calendar.ics', { 'if-none-match': held });
      expect([again.status, again.text, again.headers.get('etag')]).toEqual([304, '', etag]);
    }
    expect((await get('/calendar.ics', { 'if-none-match': '"other"' })).status).toBe(200);
    const signedIn = await get('/calendar.ics', { ...authorization(system.token('FINANCE')), 'if-none-match': etag });
    expect(signedIn.status).toBe(200);
  });

  test('refuses a token that is bad, as everything does', async () => {
    expect((await get('/calendar.ics', { authorization: 'Bearer a.b.c' })).status).toBe(401);
  });

  test('stays the same for the public when something is recorded that it may not see, and changes for those who may', async () => {
    const [before, ofFinance] = [await read(), await read('/calendar.ics', system.token('FINANCE'))];
    const hidden = given.cost(2017, 'STAFF', '2017-11-30', 100);
    const { consistency } = await system.accepted(system.token('FINANCE'), 'RecordCost', hidden);
    await system.clockTo('2017-11-30T10:00:00.000Z');
    const later = given.cost(2017, 'IT', '2017-11-30', 100);
    const accepted = await system.accepted(system.token('FINANCE'), 'RecordCost', later);
    for (const notBefore of [consistency, accepted.consistency])
      await system.history(undefined, mandateId, { notBefore });
    expect(await read()).toBe(before);
    expect(await read('/calendar.ics', system.token('FINANCE'))).not.toBe(ofFinance);
  });
});

describe('an address of one’s own', () => {
  test('is for whoever is signed in, and for nobody else', async () => {
    expect(await addressFor(undefined)).toBeNull();
    const until = Date.parse((await addressFor(system.token('FINANCE')))?.until ?? '');
    expect(until).toBeGreaterThan(Date.now());
  });

  test('shows without a token what its person sees, and tells beforehand when it ends', async () => {
    const token = system.token('FINANCE');
    const feed = await read(await feedOf(token));
    expect(withRow(13, feed)?.status).toBe('Uppfyllt i tid (2017-11-30)');
    expect(eventsIn(feed).size).toBe(6);
    expect(eventsIn(feed).has('calendar-feed-ends')).toBe(true);
    expect(await read(await feedOf(system.token('GROUP_MEMBER')))).toContain('Visas inte');
  });

  test('shows what the public sees as soon as its person’s role is revoked', async () => {
    const person = await system.person('an economist for a while');
    const role = { role: 'FINANCE', scope: { type: 'ORGANISATION' }, from: '2017-01-01' };
    const assignment = { personRef: person.personRef, assignmentId: newId() };
    const proposal = { ...role, ...assignment, orgId: orgId('UPPHANDLINGSMYNDIGHETEN') };
    await system.accepted(system.token('SYSTEM_ADMIN'), 'ProposeRole', proposal);
    await system.accepted(system.token('DECISION_MAKER'), 'ApproveRole', assignment);
    const feed = await feedOf(person.token);
    expect(withRow(13, await read(feed))?.status).toBe('Uppfyllt i tid (2017-11-30)');
    await system.accepted(system.token('DECISION_MAKER'), 'RevokeRole', { ...assignment, reason: 'made up' });
    expect(withRow(13, await read(feed))?.status).toBe('Visas inte för dig');
  });

  test('ends half a year later, and says what to do', async () => {
    const person = await system.person('an economist of last year');
    const halfAYearAgo = () => Date.now() - 180 * 24 * 60 * 60 * 1_000;
    const feeds = new CalendarFeeds(opaqueTokens(system.installation.secret), halfAYearAgo);
    const response = await get(feeds.of(person.personRef).path);
    expect([response.status, response.text]).toEqual([410, expect.stringMatching(/new one: calendarFeed/)]);
  });

  test('that is none, altered, given twice or of somebody nobody knows is 404', async () => {
    const feed = await feedOf(system.token('FINANCE'));
    const stranger = system.installation.platform.calendarFeeds.of(newId()).path;
    const altered = `${feed.slice(0, -3)}${feed.at(-3) === 'A' ? 'B' : 'A'}${feed.slice(-2)}`;
    const twice = `${feed}&${feed.split('?')[1] ?? ''}`;
    for (const path of [altered, stranger, twice, '/calendar.ics?feed=', '/calendar.ics?feed=x']) {
      const response = await get(path);
      expect([response.status, response.text]).toEqual([404, expect.stringMatching(/^There is no calendar/)]);
    }
  });
});
