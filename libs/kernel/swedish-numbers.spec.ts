import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isBankgiro, isId, isOrganisationNumber, isPersonalIdentityShaped } from './swedish-numbers.ts';

describe('Organisation numbers', () => {
  test.each(['556091-2148', '202100-6578', '212000-0142', '811218-9876'])('%s is one', (text) => {
    expect(isOrganisationNumber(text)).toBe(true);
  });

  test.each([
    '5560912148',
    '16556091-2148',
    '556091–2148',
    '556091-214',
    '556091-2148\n',
    ' 556091-2148',
    '55609a-2148',
    '',
  ])('%j is not written as one', (text) => {
    expect(isOrganisationNumber(text)).toBe(false);
  });

  test('of ten numbers that differ in one digit exactly one is right, whichever digit it is', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\d{6}-\d{4}$/), fc.nat(10), (text, place) => {
        fc.pre(place !== 6);
        const ten = [...'0123456789'].map((digit) => text.slice(0, place) + digit + text.slice(place + 1));
        expect(ten.filter(isOrganisationNumber)).toHaveLength(1);
      }),
    );
  });

  test.each(['811218-9876', '640823-3234', '811278-9873', '001901-0000'])(
    '%s has the shape of a natural person’s',
    (text) => {
      expect(isPersonalIdentityShaped(text)).toBe(true);
    },
  );

  test.each(['556091-2148', '202100-6578', '212000-0142', '002001-0000', '811218', ''])('%j has not', (text) => {
    expect(isPersonalIdentityShaped(text)).toBe(false);
  });
});

describe('Bankgiro numbers', () => {
  test.each(['5052-5781', '505-5781', '000-0000'])('%s is written as one', (text) => {
    expect(isBankgiro(text)).toBe(true);
  });

  test.each(['50525781', '50-5781', '50525-5781', '5052-578', '5052-57811', '5052-5781\n', ''])('%j is not', (text) => {
    expect(isBankgiro(text)).toBe(false);
  });
});

describe('Ids', () => {
  test('every random UUID and every UUID built from a name is one', () => {
    fc.assert(fc.property(fc.uuid({ version: [4, 5] }), isId));
  });

  test('a UUID of any other version is not', () => {
    fc.assert(fc.property(fc.uuid({ version: [1, 2, 3, 6, 7, 8] }), (text) => !isId(text)));
  });

  test.each([
    ['in upper case', '33333333-3333-4333-8333-33333333333A'],
    ['of another variant', '33333333-3333-4333-c333-333333333333'],
    ['the nil UUID', '00000000-0000-0000-0000-000000000000'],
    ['without hyphens', '33333333333343338333333333333333'],
    ['in braces', '{33333333-3333-4333-8333-333333333333}'],
    ['with a line end', '33333333-3333-4333-8333-333333333333\n'],
    ['an id built of two parts', '33333333-3333-4333-8333-333333333333-2017'],
  ])('%s is not one', (_, text) => {
    expect(isId(text)).toBe(false);
  });
});
