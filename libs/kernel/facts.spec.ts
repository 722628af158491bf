import { describe, expect, test } from '@jest/globals';
import { type About, concernsOf, type Fact, fact, facts, upcast, visibilityOf } from './facts.ts';
import { doc, eventId, group, id, list, optional, text } from './fields.ts';
import { stream } from './stream.ts';

const needId = '10000000-0000-4000-8000-000000000001';
const groupId = '10000000-0000-4000-8000-000000000002';
const orgId = '10000000-0000-4000-8000-000000000003';
const buyerIds = ['10000000-0000-4000-8000-000000000004', '10000000-0000-4000-8000-000000000005'];
const documentId = '10000000-0000-4000-8000-000000000006';
const earlierEventId = '10000000-0000-5000-8000-000000000007';
const personRef = '10000000-0000-4000-8000-000000000008';

const { NeedRegistered, NeedDropped } = facts({
  NeedRegistered: fact({
    says: 'A need was registered.',
    sv: 'Behov registrerat',
    class: 'GROUP',
    fields: { '/notes': 'ORG_INTERNAL' },
    data: {
      needId: id('The need.'),
      groupId: id('Its group.'),
      orgId: optional(id('Whose it is.')),
      buyerOrgIds: optional(list(id('A buyer.'), 'Who else has it.')),
      evidence: optional(
        list(
          group('Basis', 'What shows it.', { eventId: eventId('The event.'), doc: doc('The paper.') }),
          'The basis.',
        ),
      ),
      causeEventId: optional(eventId('What led to it.')),
      personRef: optional(id('Who knows more.')),
      notes: optional(text('What else.')),
    },
    partOf: (data) => [data.groupId],
  }),
  NeedDropped: fact({
    says: 'A need was dropped.',
    sv: 'Behov nedlagt',
    class: 'GROUP',
    data: { needId: id('The need.'), reason: text('Why.'), weight: text('How much it weighed.') },
    upcasts: [
      (old) => ({ needId: old['needId'], reason: old['why'] }),
      (old) => ({ ...old, weight: `as ${String(old['reason'])}` }),
    ],
  }),
});

describe('The objects that an event is about', () => {
  const concerns = (data: object, about: About = {}) =>
    concernsOf(NeedRegistered, data as Readonly<Record<string, unknown>>, about, needId);

  test('are what it is part of, but not the object itself', () => {
    expect(concerns({ needId, groupId })).toEqual([{ id: groupId, as: 'part of' }]);
  });

  test('are author and addressee first, then every other id in the data, lists and parts included', () => {
    const evidence = [{ eventId: earlierEventId, doc: { documentId, version: 1, sha256: 'a'.repeat(64) } }];
    expect(concerns({ needId, groupId, buyerOrgIds: buyerIds, evidence }, { author: [orgId] })).toEqual([
      { id: orgId, as: 'author' },
      { id: groupId, as: 'part of' },
      ...buyerIds.map((id) => ({ id, as: 'concerns' })),
      { id: documentId, as: 'concerns' },
    ]);
  });

  test('are neither events nor persons', () => {
    expect(concerns({ needId, groupId, causeEventId: earlierEventId, personRef })).toEqual([
      { id: groupId, as: 'part of' },
    ]);
  });

  test('are named once, under what decides: who is author and addressee is not named again for a field', () => {
    expect(concerns({ needId, groupId, orgId, buyerOrgIds: [orgId] }, { author: [orgId], addressee: [orgId] })).toEqual(
      [
        { id: orgId, as: 'author' },
        { id: orgId, as: 'addressee' },
        { id: groupId, as: 'part of' },
      ],
    );
  });
});

describe('A fact', () => {
  test('is recorded with the fields of its shape and no others; what is absent stays absent', () => {
    const asked = { needId, groupId, commandOnly: 'not of the shape' };
    expect(NeedRegistered(asked)).toEqual({ type: 'NeedRegistered', data: { needId, groupId }, about: {} });
  });

  test('carries the classes it is stored with', () => {
    expect(visibilityOf(NeedRegistered)).toEqual({ class: 'GROUP', fields: { '/notes': 'ORG_INTERNAL' } });
    expect(visibilityOf(NeedDropped)).toEqual({ class: 'GROUP', fields: {} });
  });
});

describe('A past shape', () => {
  const today = { needId, reason: 'solved', weight: 'as solved' };
  const shapes: [version: number, data: Readonly<Record<string, unknown>>][] = [
    [1, { needId, why: 'solved' }],
    [2, { needId, reason: 'solved' }],
    [3, today],
  ];

  test('counts as a version of its own', () => {
    expect([NeedRegistered, NeedDropped].map(({ version }: Fact) => version)).toEqual([1, 3]);
  });

  test.each(shapes)('of version %d becomes the shape of today, step by step', (version, data) => {
    expect(upcast(NeedDropped, version, data)).toEqual(today);
  });

  test.each(shapes)('of version %d is folded as if it had been written today', (version, data) => {
    const needs = stream<string, { NeedDropped: typeof NeedDropped }>({
      category: 'need',
      object: 'Need',
      facts: { NeedDropped },
      initial: 'open',
    }).evolve({ NeedDropped: (_, { weight }) => weight });
    const circumstances = {
      id: earlierEventId,
      position: 1,
      occurredAt: '2017-01-02T08:00:00.000Z',
      recordedAt: '2017-01-02T08:00:00.000Z',
      actor: { person: personRef, org: orgId, role: 'GROUP_MEMBER', onBehalfOf: null },
      custodian: orgId,
    };
    expect(needs.fold('open', { type: 'NeedDropped', version, data, ...circumstances })).toBe('as solved');
    expect(() => needs.fold('open', { type: 'NeedSold', version, data, ...circumstances })).toThrow(
      new TypeError('need has no fact NeedSold'),
    );
  });
});
