import { describe, expect, test } from '@jest/globals';
import type { Visibility } from './envelope.ts';
import type { Grant } from './roles.ts';
import {
  answerOf,
  answers,
  classAt,
  coversClass,
  less,
  more,
  type Parties,
  partiesOf,
  publicViewer,
  type Viewer,
  visibilityTable,
} from './visibility.ts';

/** A small table of its own; the real one is walked line by line in `libs/delivery/visibility.spec.ts`. */
const sees = visibilityTable(`role,relation,class,sees,field_state,note
PU,ANYONE,PUBLIC,yes,VISIBLE,"everyone, always"
PU,SUBJECT,ADMIN,own,VISIBLE,
FI,ANYONE,PUBLIC,yes,VISIBLE,
FI,CUSTODIAN,FINANCE,yes,VISIBLE,
RE,CUSTODIAN,FINANCE,metadata,REDACTED,
GR,ADDRESSEE,FINANCE,yes,VISIBLE,
GR,ADDRESSEE,GROUP,yes,VISIBLE,
SU,AUTHOR,BILATERAL,own,VISIBLE,
PO,APPOINTED,BILATERAL,yes,VISIBLE,
`);

const [uhm, kk, lev, kom] = ['org-uhm', 'org-kk', 'org-lev', 'org-kom'] as const;
const parties: Parties = { custodian: uhm, author: [lev], addressee: [kk], subject: 'anna', home: ['d1', 'g1'] };
const holding = (role: Grant['role'], org: string, scopeId?: string): Viewer => ({
  person: 'bo',
  grants: [{ role, org, for: org, ...(scopeId === undefined ? {} : { scopeId }) }],
});

describe('What a viewer is answered', () => {
  test('is no, that it exists, their own of it, or all of it, and the most of these wins', () => {
    for (const [i, a] of answers.entries())
      for (const [j, b] of answers.entries()) {
        expect(more(a, b)).toBe(answers[Math.max(i, j)]);
        expect(less(a, b)).toBe(answers[Math.min(i, j)]);
      }
  });

  test('is no where the table has no line', () => {
    expect(sees('SA', 'CUSTODIAN', 'SEALED')).toBe('no');
    expect(answerOf(sees, publicViewer, parties, 'FINANCE')).toBe('no');
  });

  test('rests on the role and on how its organisation stands to the event', () => {
    expect(answerOf(sees, holding('FINANCE', uhm), parties, 'FINANCE')).toBe('yes');
    expect(answerOf(sees, holding('FINANCE', kom), parties, 'FINANCE')).toBe('no');
    expect(answerOf(sees, holding('REGISTRAR', uhm), parties, 'FINANCE')).toBe('metadata');
    expect(answerOf(sees, holding('GOVERNMENT_RECIPIENT', kk), parties, 'FINANCE')).toBe('yes');
    expect(answerOf(sees, holding('GOVERNMENT_RECIPIENT', uhm), parties, 'FINANCE')).toBe('no');
    expect(answerOf(sees, holding('SUPPLIER', lev), parties, 'BILATERAL')).toBe('own');
    expect(answerOf(sees, holding('SUPPLIER', kk), parties, 'BILATERAL')).toBe('no');
  });

  test('is the most that any of their roles gives', () => {
    const [registrar] = holding('REGISTRAR', uhm).grants;
    const [finance] = holding('FINANCE', uhm).grants;
    const both = [registrar, finance].filter((grant) => grant !== undefined);
    for (const grants of [both, both.toReversed()])
      expect(answerOf(sees, { person: 'bo', grants }, parties, 'FINANCE')).toBe('yes');
  });

  test('goes by the organisation that they act for, not by the one they are of', () => {
    const agent: Viewer = { person: 'bo', grants: [{ role: 'SUPPLIER', org: kom, for: lev }] };
    expect(answerOf(sees, agent, parties, 'BILATERAL')).toBe('own');
  });

  test('comes from a role for one object only there', () => {
    expect(answerOf(sees, holding('PROCUREMENT_OFFICER', kom, 'd1'), parties, 'BILATERAL')).toBe('yes');
    expect(answerOf(sees, holding('PROCUREMENT_OFFICER', kom, 'd2'), parties, 'BILATERAL')).toBe('no');
    expect(answerOf(sees, holding('PROCUREMENT_OFFICER', kom), parties, 'BILATERAL')).toBe('no');
    expect(answerOf(sees, holding('FINANCE', uhm, 'd2'), parties, 'FINANCE')).toBe('no');
  });

  test('is their own where it is about them, with or without a role', () => {
    expect(answerOf(sees, { person: 'anna', grants: [] }, parties, 'ADMIN')).toBe('own');
    expect(answerOf(sees, { person: 'bo', grants: [] }, parties, 'ADMIN')).toBe('no');
    expect(answerOf(sees, publicViewer, { ...parties, subject: undefined }, 'ADMIN')).toBe('no');
  });
});

describe('The table', () => {
  test.each(['FI,CUSTODIAN,FINANCE,perhaps,VISIBLE,', 'FI,CUSTODIAN,FINANCE', ',CUSTODIAN,FINANCE,yes,VISIBLE,'])(
    'is refused for the line "%s"',
    (line) => {
      expect(() => visibilityTable(`role,relation,class,sees\n${line}\n`)).toThrow(line);
    },
  );

  test('lets a fact into a column only where whoever sees the column sees the fact', () => {
    expect(coversClass(sees, 'FINANCE', 'PUBLIC')).toBe(false); // GR has no line for PUBLIC in this small table
    expect(coversClass(sees, 'GROUP', 'FINANCE')).toBe(true); // GR, the only one who sees GROUP, sees FINANCE alike
    expect(coversClass(sees, 'FINANCE', 'GROUP')).toBe(false); // FI sees FINANCE and not GROUP
    expect(coversClass(sees, 'FINANCE', 'FINANCE')).toBe(true);
  });
});

test('the parties of an event are read from what it concerns', () => {
  const concerns = [
    { id: lev, as: 'author' },
    { id: kk, as: 'addressee' },
    { id: 'g1', as: 'part of' },
    { id: kom, as: 'concerns' },
  ];
  expect(partiesOf({ custodian: uhm, concerns, object: 'd1', subject: 'anna' })).toEqual(parties);
});

describe('The class of a field', () => {
  const visibility: Visibility = {
    class: 'PUBLIC',
    fields: { '/register': 'BID_ABSOLUTE', '/register/*/price': 'COMMERCIAL', '/officers': 'ORG_INTERNAL' },
  };

  test.each([
    ['', 'PUBLIC'],
    ['/heldAt', 'PUBLIC'],
    ['/officers', 'ORG_INTERNAL'],
    ['/officers/0/personRef', 'ORG_INTERNAL'],
    ['/officersPresent', 'PUBLIC'],
    ['/register', 'BID_ABSOLUTE'],
    ['/register/3', 'BID_ABSOLUTE'],
    ['/register/3/price', 'COMMERCIAL'],
    ['/register/12/price/amountMinor', 'COMMERCIAL'],
    ['/register/3/name', 'BID_ABSOLUTE'],
  ])('at "%s" is that of the longest pointer that fits: %s', (pointer, of) => {
    expect(classAt(visibility, pointer)).toBe(of);
  });
});
