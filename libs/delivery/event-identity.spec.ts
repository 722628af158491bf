import { expect, test } from '@jest/globals';
import { digestOf, idByCommand, idByProcess } from './event-identity.ts';

const org = '11111111-1111-4111-8111-111111111111';
const mandate = '33333333-3333-4333-8333-333333333333';
const stream = `mandate-${mandate}`;

test('ids and digest are those of the vector of domain 7.2', () => {
  const input = { mandateId: mandate, decisionDiaryNumber: 'DEMO 0000/0000 (påhittat)' };
  expect(digestOf('RecordDecisionReference', input, {})).toBe(
    'ceb2ef8c2f114722c629751e0ded1b550dd3d0754efaa2f5cc70f429c7e066cd',
  );
  expect(idByCommand(org, '22222222-2222-4222-8222-222222222222', stream, 0)).toBe(
    '179b46ca-c738-5763-a74a-7c1f40b7c621',
  );
  expect(idByProcess('deadlines', '55555555-5555-4555-8555-555555555555/missed/2018-12-01', stream, 0)).toBe(
    '7c411c83-4c00-5220-8c46-f7a5921abf13',
  );
});
