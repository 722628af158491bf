import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Sees } from '#kernel/visibility';
import { classNow, knows, mayKnow, partiesIn, partyText } from './may-know.ts';

const sees: Sees = (role, relation, of) =>
  (relation === 'ANYONE' && of === 'PUBLIC') ||
  (role === 'FI' && relation === 'CUSTODIAN' && (of === 'FINANCE' || of === 'GROUP')) ||
  (role === 'PO' && relation === 'APPOINTED' && of === 'BILATERAL') ||
  (role === 'PU' && relation === 'SUBJECT' && of === 'ADMIN')
    ? 'yes'
    : 'no';
const finance = { role: 'FINANCE', org: 'a', for: 'a' } as const;
const officer = { role: 'PROCUREMENT_OFFICER', org: 'a', for: 'a' } as const;

describe('what a viewer may know of', () => {
  test('is what anyone may, without a name or a grant', () => {
    expect(mayKnow(sees, { person: undefined, grants: [] })).toEqual([{ classes: ['PUBLIC'], marks: [] }]);
  });

  test('grows with each grant, by relation and scope, and is said once', () => {
    const grants = [finance, { ...finance, scopeId: 'h' }, officer, { ...officer, scopeId: 'h' }];
    expect(mayKnow(sees, { person: 'p', grants })).toEqual([
      { classes: ['PUBLIC'], marks: [] },
      { classes: ['ADMIN'], marks: ['|S:p|'] },
      { classes: ['GROUP', 'FINANCE'], marks: ['|C:a|'] },
      { classes: ['BILATERAL'], marks: ['|H:h|'] },
    ]);
  });

  test('is asked of one thing as of many', () => {
    const can = mayKnow(sees, { person: undefined, grants: [{ ...finance, scopeId: 'h' }] });
    expect(knows(can, 'FINANCE', '|C:a|H:g|H:h|')).toBe(true);
    expect(knows(can, 'FINANCE', '|C:a|H:g|')).toBe(false);
    expect(knows(can, 'ADMIN', '|C:a|H:h|')).toBe(false);
    expect(knows(can, 'PUBLIC', '|')).toBe(true);
  });

  test('is not compiled from a table that hides PUBLIC', () => {
    expect(() => mayKnow(() => 'no', { person: undefined, grants: [] })).toThrow(/hides PUBLIC/);
  });
});

describe('parties as text', () => {
  const id = fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom('|', '%', '%7C', '|C:a|', 'å|%25'));

  test('are read again as they were written', () => {
    const parties = fc.record({
      custodian: id,
      author: fc.array(id),
      addressee: fc.array(id),
      subject: fc.option(id, { nil: undefined }),
      home: fc.array(id),
    });
    fc.assert(fc.property(parties, (written) => expect(partiesIn(partyText(written))).toEqual(written)));
  });
});

test('a class is PUBLIC only once its key was released later than the last change', () => {
  const releasedAt = new Map([['key', 5]]);
  expect(classNow('FINANCE', { release: 'key', at: 4 }, releasedAt)).toBe('PUBLIC');
  expect(classNow('FINANCE', { release: 'key', at: 5 }, releasedAt)).toBe('FINANCE');
  expect(classNow('FINANCE', { release: 'other', at: 0 }, releasedAt)).toBe('FINANCE');
  expect(classNow('FINANCE', { release: null, at: 0 }, releasedAt)).toBe('FINANCE');
});
