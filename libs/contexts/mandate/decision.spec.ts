import { expect, test } from '@jest/globals';
import { decision } from './decision.ts';

test('each row of the decision, 1 to 77, is there exactly once', () => {
  const { mandate, objectives, obligations, rules, policyReferences, texts, copies } = decision;
  const contactPoints = 6;
  const rows = [...objectives, ...obligations, ...rules, ...policyReferences, ...texts, ...copies].map(
    ({ row }) => row,
  );
  const all = [...mandate.rows, contactPoints, ...rows].sort((a, b) => a - b);
  expect(all).toEqual(Array.from({ length: 77 }, (_, index) => index + 1));
});

test('the duties are 29, as strong as the decision says', () => {
  const rows = (strength: string) =>
    decision.obligations.filter(({ modality }) => modality === strength).map(({ row }) => row);
  expect(decision.obligations).toHaveLength(29);
  expect(rows('SHOULD')).toEqual([45, 46, 53, 54, 57]);
  expect(rows('CAN')).toEqual([47, 48]);
  expect(rows('SHALL')).toHaveLength(22);
});

test('four kinds of involving others are never merged', () => {
  const rows = (kind: string) =>
    decision.obligations.filter(({ interactionKind }) => interactionKind === kind).map(({ row }) => row);
  expect(rows('COLLABORATION')).toEqual([55, 56]);
  expect(rows('SAMRAD')).toEqual([58, 59, 60, 61, 63]);
  expect(rows('COORDINATION')).toEqual([62]);
  expect(rows('DIALOGUE')).toEqual([57]);
});

test('five duties have a date', () => {
  const dated = decision.obligations.filter(({ hardDeadline }) => hardDeadline !== undefined);
  expect(Object.fromEntries(dated.map(({ row, hardDeadline }) => [row, hardDeadline]))).toEqual({
    13: '2017-12-01',
    14: '2018-12-01',
    18: '2019-03-31',
    22: '2019-03-31',
    25: '2018-04-27',
  });
});

test('twenty copies go to thirteen organisations, six of them by unit', () => {
  const { copies } = decision;
  expect(copies).toHaveLength(13);
  expect(copies.filter(({ units }) => units).map(({ to, units = [] }) => `${to}/${units.join(', ')}`)).toEqual([
    'STATSRADSBEREDNINGEN/SAM, INRÅD',
    'UTRIKESDEPARTEMENTET/FH',
    'FINANSDEPARTEMENTET/BA, OU',
    'UTBILDNINGSDEPARTEMENTET/F',
    'MILJO_OCH_ENERGIDEPARTEMENTET/MM, HIE',
    'NARINGSDEPARTEMENTET/IFK, RTS, KSR, FF, AS',
  ]);
  expect(copies.flatMap(({ units = [undefined] }) => units as readonly unknown[])).toHaveLength(20);
});

test('what is made up says so, and no organisation has a number', () => {
  expect(decision.organisations.EXEMPELKOMMUNEN.name).toContain('påhittad');
  for (const organisation of Object.values(decision.organisations)) expect(organisation).not.toHaveProperty('orgNo');
});
