import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isInstant } from '#kernel/time';
import { openDemoClock, refuseDemoClock, systemAlarm, systemClock } from './clock.ts';
import { SettingsError } from './settings.ts';

let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'samverk-')), 'data');
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true }));

const start = '2017-01-02T08:00:00.000Z';

test('the system clock tells the real time as an instant', () => {
  const before = Date.now();
  const now = systemClock.now();
  expect(isInstant(now)).toBe(true);
  expect(Date.parse(now)).toBeGreaterThanOrEqual(before);
  expect(Date.parse(now)).toBeLessThanOrEqual(Date.now());
});

test('an alarm rings by the real time, within a minute at most, and not when it is taken back', () => {
  jest.useFakeTimers({ now: Date.parse('2026-01-01T08:00:00.000Z') });
  try {
    const rung: string[] = [];
    systemAlarm('2026-01-01T08:00:10.000Z', () => rung.push('ten seconds'));
    systemAlarm('2027-01-01T08:00:00.000Z', () => rung.push('a year'));
    systemAlarm('2025-01-01T08:00:00.000Z', () => rung.push('past'));
    systemAlarm('2026-01-01T08:00:05.000Z', () => rung.push('never'))();
    jest.advanceTimersByTime(9_999);
    expect(rung).toEqual(['past']);
    jest.advanceTimersByTime(1);
    expect(rung).toEqual(['past', 'ten seconds']);
    jest.advanceTimersByTime(50_000);
    expect(rung).toEqual(['past', 'ten seconds', 'a year']);
  } finally {
    jest.useRealTimers();
  }
});

test('a demo begins on 2 January 2017 and stands still until it is moved', () => {
  const clock = openDemoClock(folder);
  expect(clock.now()).toBe(start);
  clock.moveTo('2017-10-30T08:00:00.000Z');
  expect(clock.now()).toBe('2017-10-30T08:00:00.000Z');
});

test('a demo goes on where it was left', () => {
  openDemoClock(folder).moveTo('2018-05-01T08:00:00.000Z');
  expect(openDemoClock(folder).now()).toBe('2018-05-01T08:00:00.000Z');
  expect(readdirSync(folder)).toEqual(['demo-clock.json']);
  expect(statSync(join(folder, 'demo-clock.json')).mode & 0o777).toBe(0o600);
});

test('the demo clock moves forwards only; to where it stands is no move', () => {
  const clock = openDemoClock(folder);
  clock.moveTo(start);
  for (const instant of ['2017-01-02T07:59:59.999Z', '2018-05-01', '2018-05-01T08:00:00Z', 'tomorrow'])
    expect(() => clock.moveTo(instant)).toThrow(RangeError);
  expect(clock.now()).toBe(start);
  expect(openDemoClock(folder).now()).toBe(start);
});

test('when the move cannot be kept, the time has not moved', () => {
  const clock = openDemoClock(folder);
  rmSync(folder, { recursive: true });
  writeFileSync(folder, 'in the way');
  expect(() => clock.moveTo('2018-05-01T08:00:00.000Z')).toThrow();
  expect(clock.now()).toBe(start);
});

test.each(['', '{', 'null', '{"now":"2018-05-01"}', '{"now":5}'])('a clock that holds %s is refused', (text) => {
  openDemoClock(folder);
  writeFileSync(join(folder, 'demo-clock.json'), text);
  expect(() => openDemoClock(folder)).toThrow(SettingsError);
  expect(() => openDemoClock(folder)).toThrow(/demo-clock\.json holds no demo clock: expected/);
});

test('outside demo mode a folder with a demo clock is refused, even one that never moved', () => {
  refuseDemoClock(folder);
  openDemoClock(folder);
  expect(() => refuseDemoClock(folder)).toThrow(SettingsError);
  expect(() => refuseDemoClock(folder)).toThrow(/was made in demo mode.*name another folder/);
});

test('a folder that was used outside demo mode gets no demo clock', () => {
  mkdirSync(folder);
  writeFileSync(join(folder, 'directory.db'), '');
  expect(() => openDemoClock(folder)).toThrow(/was not made in demo mode: set OIDC_ISSUER/);
  expect(readdirSync(folder)).toEqual(['directory.db']);
});
