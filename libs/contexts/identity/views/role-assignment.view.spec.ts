import { describe, expect, test } from '@jest/globals';
import type { StoredEvent } from '#kernel/envelope';
import type { NewFact } from '#kernel/facts';
import type { Row } from '#kernel/view';
import { PersonFacts } from '../person.events.ts';
import { roleAssignments } from './role-assignment.view.ts';

const { RoleProposed, RoleAssigned, RoleRevoked } = PersonFacts;
const assignment = {
  assignmentId: '30000000-0000-4000-8000-000000000001',
  personRef: '20000000-0000-4000-8000-000000000001',
  orgId: '10000000-0000-4000-8000-000000000001',
  role: 'GROUP_MEMBER',
  scope: { type: 'ORGANISATION' },
  from: '2017-01-02',
} as const;
const { personRef, assignmentId, orgId } = assignment;
const proposed = RoleProposed(assignment);
const assigned = RoleAssigned(assignment);
const revoked = RoleRevoked({ personRef, assignmentId, reason: 'Ny tjänst (påhittat)' });

const stored = ({ type, data }: NewFact): StoredEvent => ({ type, version: 1, data }) as unknown as StoredEvent;
const rowAfter = (...facts: readonly NewFact[]) =>
  facts.reduce<Row | null>((row, fact) => roleAssignments.fold(row, stored(fact)), null);

describe('An assignment', () => {
  test.each([
    ['PROPOSED', [proposed]],
    ['ASSIGNED', [proposed, assigned]],
    ['REVOKED', [proposed, assigned, revoked]],
    ['REVOKED', [proposed, revoked]],
  ])('is %s', (state, facts) => {
    expect(rowAfter(...facts)).toEqual({ ...assignment, state });
  });

  test('is one row, whatever happens to it', () => {
    expect([proposed, assigned, revoked].map((fact) => roleAssignments.keys(stored(fact)))).toEqual([
      [assignmentId],
      [assignmentId],
      [assignmentId],
    ]);
  });

  test('is about its person, and addressed to the organisation only while it rests on the proposal alone', () => {
    const seenAfter = (...facts: readonly NewFact[]) => {
      const row = rowAfter(...facts) ?? {};
      return [roleAssignments.seen.subject?.(row), roleAssignments.seen.addressee?.(row)];
    };
    expect(seenAfter(proposed)).toEqual([personRef, [orgId]]);
    expect(seenAfter(proposed, assigned)).toEqual([personRef, []]);
    expect(seenAfter(proposed, revoked)).toEqual([personRef, []]);
  });
});
