import { expect, test } from '@jest/globals';
import { ownPart } from './own-part.ts';

const own = new Set(['our-org', 'me']);
const partOf = (value: object) => ownPart(value, own, '');

test('an item that names another organisation or person is left out, wherever the list stands', () => {
  const attendance = [
    { orgId: 'our-org', count: 2, personRefs: ['me'] },
    { orgId: 'their-org', count: 3 },
    { orgId: 'our-org', count: 1, personRefs: ['me', 'somebody'] },
  ];
  expect(partOf({ activity: { attendance }, counterpartOrgIds: ['their-org', 'our-org'] })).toEqual({
    activity: { attendance: [attendance[0]] },
    counterpartOrgIds: ['our-org'],
  });
});

test('what names nobody, and what stands in no list, is shown as it is', () => {
  const shown = {
    orgId: 'their-org',
    lots: ['1', '2'],
    contactPoints: [{ kind: 'WEB', value: 'their-org' }],
    from: null,
    count: 7,
  };
  expect(partOf(shown)).toEqual(shown);
});
