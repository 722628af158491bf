import { describe, expect, test } from '@jest/globals';
import { idNo } from '#kernel/given';
import { processing } from '#kernel/given-process';
import { OrganisationNumberFacts } from '../organisation-number.events.ts';
import { OrganisationFacts, organisations } from '../organisation.events.ts';
import { organisationNumberRelease } from './organisation-numbers.ts';

const orgNoKey = 'ab'.repeat(32);
const orgId = '10000000-0000-4000-8000-000000000001';
const reserved = (at: string) => ({
  fact: OrganisationNumberFacts.OrganisationNumberReserved({ orgNoKey, orgId }),
  at,
});
const released = OrganisationNumberFacts.OrganisationNumberReleased({ orgNoKey, orgId });
const registered = OrganisationFacts.OrganisationRegistered({
  orgId,
  soleTrader: false,
  name: 'Exempelkommunen',
  kind: 'CONTRACTING_AUTHORITY',
  level: 'LOCAL',
  contactPoints: [],
});
const given = (...times: readonly string[]) =>
  processing(organisationNumberRelease, orgNoKey).given(...times.map(reserved));

describe('a reserved number', () => {
  test('is looked at a day later', () => {
    expect(given('2017-01-02T08:00:00.000Z').timers()).toEqual({ [idNo(0)]: '2017-01-03T08:00:00.000Z' });
  });

  test('is released when nobody registered its organisation, unless it was reserved again meanwhile', () => {
    const { effects } = given('2017-01-02T08:00:00.000Z').due(idNo(0)).then(released);
    expect(effects).toMatchObject([{ unlessMoved: true }]);
    given('2017-01-02T08:00:00.000Z', '2017-01-03T07:30:00.000Z').due(idNo(0)).nothing();
    given('2017-01-02T08:00:00.000Z', '2017-01-03T07:30:00.000Z').due(idNo(1)).then(released);
  });

  test('stays with the organisation that was registered', () => {
    given('2017-01-02T08:00:00.000Z').and(organisations, orgId, registered).due(idNo(0)).nothing();
  });
});
