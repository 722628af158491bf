import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { loadSecret, organisationNumberKey, secretOf } from './secret.ts';
import { SettingsError } from './settings.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'samverk-'));
  path = join(folder, 'data', 'secret');
});
afterEach(() => rmSync(folder, { recursive: true }));

const bytesOf = (file: string) => loadSecret(file).derive('directory').export();

test('the first start makes a secret for its owner alone, and the next one reads it', () => {
  const made = bytesOf(path);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(Buffer.from(readFileSync(path, 'utf8'), 'base64')).toHaveLength(32);
  expect(readdirSync(join(folder, 'data'))).toEqual(['secret']);
  expect(bytesOf(path)).toEqual(made);
});

test('two installations have two secrets', () => {
  expect(bytesOf(path)).not.toEqual(bytesOf(join(folder, 'other')));
});

test.each([0o640, 0o604, 0o620])('a secret of mode %i is refused with the way out, and left as it is', (mode) => {
  loadSecret(path);
  chmodSync(path, mode);
  expect(() => loadSecret(path)).toThrow(`chmod 600 '${path}'`);
  expect(statSync(path).mode & 0o777).toBe(mode);
});

test.each(['', 'hush', Buffer.alloc(31).toString('base64'), `${Buffer.alloc(32).toString('base64')}\nhush`])(
  'a file with "%s" is no secret, and is neither shown nor replaced',
  (text) => {
    loadSecret(path);
    writeFileSync(path, text);
    expect(() => loadSecret(path)).toThrow(SettingsError);
    expect(() => loadSecret(path)).toThrow(/^(?!.*hush).*expected 32 bytes in base64/);
    expect(readFileSync(path, 'utf8')).toBe(text);
  },
);

test('a path that cannot hold a secret is told as the setting it is', () => {
  expect(() => loadSecret(folder)).toThrow(/^SECRET_FILE .* cannot be read/);
  writeFileSync(join(folder, 'file'), '');
  expect(() => loadSecret(join(folder, 'file', 'secret'))).toThrow(/^SECRET_FILE .* cannot be/);
});

/** Written once by another implementation of HKDF (RFC 5869): a changed label or salt would lose every installation. */
test('keys are the same in every version', () => {
  const secret = secretOf(Buffer.alloc(32, 7));
  expect(secret.derive('directory').export().toString('hex')).toBe(
    'e4a8a0e5652f04a87cd633989269dc6790abcea85d85f012fe9dffea2f34fe4d',
  );
  expect(secret.derive('organisation numbers').export().toString('hex')).toBe(
    '6e3cf1223630f9343366252ef262dd0613617ab6c4629aff4790c2124d15c1ab',
  );
});

test('a secret that is logged shows nothing', () => {
  const root = Buffer.alloc(32, 7);
  const shown = inspect([secretOf(root), secretOf(root).derive('cursor')], { depth: 9, showHidden: true });
  expect(shown).not.toMatch(/07 07|BwcH/);
});

test('an organisation number has one key per installation, in lower-case hex', () => {
  const key = secretOf(Buffer.alloc(32, 7)).derive('organisation numbers');
  const other = secretOf(Buffer.alloc(32, 8)).derive('organisation numbers');
  expect(organisationNumberKey(key, '202100-0001')).toBe(
    '7f6398d4d02b7b38383054581a9a0b3fafa47176dfd8be018ee3ddcdcbb37b4c',
  );
  expect(organisationNumberKey(other, '202100-0001')).not.toBe(organisationNumberKey(key, '202100-0001'));
});
