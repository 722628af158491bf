import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT, type CryptoKey, type JWK } from 'jose';
import { createSecretKey } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { demoToken, IssuerUnreachable, tokenVerifier, type TokenVerifier } from './identity-token.ts';
import { secretOf } from './secret.ts';

type Pair = { privateKey: CryptoKey; publicKey: CryptoKey };

const secret = secretOf(Buffer.alloc(32, 1));
const seconds = () => Math.floor(Date.now() / 1_000);
const altered = (token: string) => `${token.slice(0, -5)}${token.at(-5) === 'A' ? 'B' : 'A'}${token.slice(-4)}`;

describe('in demo mode', () => {
  const verifier = tokenVerifier({ mode: 'demo' }, secret);
  const key = secret.derive('demo tokens');
  const claims = { iss: 'urn:samverk:demo', aud: 'samverk', sub: 'anna', exp: seconds() + 60 };
  const signed = (changes: object = {}) =>
    new SignJWT({ ...claims, ...changes }).setProtectedHeader({ alg: 'HS256' }).sign(key);
  const verdict = async (token: Promise<string> | string) => verifier.verify(`Bearer ${await token}`);

  test('no header is the public', () => {
    expect(verifier.verify(undefined)).toBe('public');
  });

  test('a token of the demo proves its subject, and the second time at once', async () => {
    const header = `Bearer ${await demoToken(secret, 'anna')}`;
    const anna = { issuer: 'urn:samverk:demo', subject: 'anna' };
    expect(await verifier.verify(header)).toEqual(anna);
    expect(verifier.verify(header)).toEqual(anna);
  });

  test('the scheme may be written in any case', async () => {
    expect(await verifier.verify(`bearer ${await signed()}`)).toMatchObject({ subject: 'anna' });
  });

  test.each([
    '',
    'Bearer',
    'Bearer ',
    'Bearer x',
    'Bearer a.b',
    'Basic YTpi',
    'Token a.b.c',
    'Bearer a.b.c, Bearer a.b.c',
  ])('the header "%s" is bad', async (header) => {
    expect(await verifier.verify(header)).toBe('bad');
  });

  test('a demo token is good for 30 days by the real clock', async () => {
    const header = `Bearer ${await demoToken(secret, 'anna')}`;
    const inDays = (days: number) => tokenVerifier({ mode: 'demo' }, secret, () => Date.now() + days * 86_400_000);
    expect(await inDays(29.9).verify(header)).toMatchObject({ subject: 'anna' });
    expect(await inDays(30.1).verify(header)).toBe('bad');
  });

  test.each([
    ['expired by a second', { exp: seconds() - 1 }],
    ['without an end', { exp: undefined }],
    ['not yet good', { nbf: seconds() + 30 }],
    ['of another issuer', { iss: 'https://id.example' }],
    ['without an issuer', { iss: undefined }],
    ['for another audience', { aud: 'other' }],
    ['for no audience', { aud: undefined }],
    ['without a subject', { sub: undefined }],
    ['with an empty subject', { sub: '' }],
    ['with an endless subject', { sub: 'a'.repeat(256) }],
    ['of more than 8 KiB', { more: 'x'.repeat(8_192) }],
  ])('a token %s is bad', async (_, changes) => {
    expect(await verdict(signed())).toMatchObject({ subject: 'anna' });
    expect(await verdict(signed(changes))).toBe('bad');
  });

  test('an altered signature, another key, another algorithm or none is bad', async () => {
    const other = createSecretKey(Buffer.alloc(64, 9));
    expect(await verdict(altered(await signed()))).toBe('bad');
    expect(await verdict(new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(other))).toBe('bad');
    expect(await verdict(new SignJWT(claims).setProtectedHeader({ alg: 'HS512' }).sign(other))).toBe('bad');
    expect(await verdict(new UnsecuredJWT(claims).encode())).toBe('bad');
    expect(await verdict(`${new UnsecuredJWT(claims).encode()}AAAA`)).toBe('bad');
    expect(await verdict(demoToken(secretOf(Buffer.alloc(32, 2)), 'anna'))).toBe('bad');
  });

  test('a token that was good is bad from the second of its end', async () => {
    let now = Date.now();
    const moving = tokenVerifier({ mode: 'demo' }, secret, () => now);
    const header = `Bearer ${await signed({ exp: seconds() + 60 })}`;
    expect(await moving.verify(header)).toMatchObject({ subject: 'anna' });
    now += 61_000;
    expect(await moving.verify(header)).toBe('bad');
  });
});

describe('with an issuer', () => {
  let server: Server;
  let issuer: string;
  let keys: { alg: string; pair: Pair; jwk: JWK }[];
  let asked: string[] = [];
  let answers: Record<string, { status?: number; body: unknown }>;
  let now = 0;
  let verifier: TokenVerifier;

  beforeAll(async () => {
    keys = await Promise.all(
      ['RS256', 'PS256', 'ES256', 'EdDSA'].map(async (alg) => {
        const pair = await generateKeyPair(alg, { extractable: true });
        return { alg, pair, jwk: { ...(await exportJWK(pair.publicKey)), kid: alg, alg } };
      }),
    );
    server = createServer((request, response) => {
      asked.push(request.url ?? '');
      const { status = 200, body } = answers[request.url ?? ''] ?? { status: 404, body: {} };
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}/realm`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    asked = [];
    now = Date.now();
    answers = {
      '/realm/.well-known/openid-configuration': { body: { issuer, jwks_uri: issuer.replace('realm', 'keys') } },
      '/keys': { body: { keys: keys.map(({ jwk }) => jwk) } },
    };
    verifier = tokenVerifier({ mode: 'oidc', issuer, audience: 'samverk' }, secret, () => now);
  });

  const [discovery, jwks] = ['/realm/.well-known/openid-configuration', '/keys'];
  function pairFor(alg: string): Pair {
    const found = keys.find((one) => one.alg === alg);
    if (found === undefined) throw new Error(`No key for ${alg}`);
    return found.pair;
  }
  async function signed(alg = 'ES256', changes: object = {}, kid = alg): Promise<string> {
    const claims = { iss: issuer, aud: ['other', 'samverk'], sub: 'anna', exp: seconds() + 600, ...changes };
    return new SignJWT(claims).setProtectedHeader({ alg, kid }).sign(pairFor(alg).privateKey);
  }
  const verdict = async (token: Promise<string> | string) => verifier.verify(`Bearer ${await token}`);

  test.each(['RS256', 'PS256', 'ES256', 'EdDSA'])('a token signed with %s proves its subject', async (alg) => {
    expect(await verdict(signed(alg))).toEqual({ issuer, subject: 'anna' });
  });

  test('nothing is asked before the first token, and then once for all', async () => {
    expect(verifier.verify(undefined)).toBe('public');
    expect(asked).toEqual([]);
    await Promise.all(['anna', 'bo', 'cilla'].map((sub) => verdict(signed('ES256', { sub }))));
    expect(asked).toEqual([discovery, jwks]);
  });

  test.each([
    ['expired by a second', { exp: seconds() - 1 }],
    ['not yet good', { nbf: seconds() + 30 }],
    ['of another issuer', { iss: 'https://id.example' }],
    ['for another audience', { aud: 'other' }],
  ])('a token %s is bad', async (_, changes) => {
    expect(await verdict(signed('ES256', changes))).toBe('bad');
  });

  test('an altered signature, an unknown key, a secret in place of a key, or a demo token is bad', async () => {
    const claims = { iss: issuer, aud: 'samverk', sub: 'anna', exp: seconds() + 600 };
    const publicText = Buffer.from(await exportSPKI(pairFor('RS256').publicKey));
    expect(await verdict(altered(await signed()))).toBe('bad');
    expect(await verdict(signed('ES256', {}, 'unknown'))).toBe('bad');
    expect(await verdict(new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'RS256' }).sign(publicText))).toBe(
      'bad',
    );
    expect(await verdict(new UnsecuredJWT(claims).encode())).toBe('bad');
    expect(await verdict(demoToken(secret, 'anna'))).toBe('bad');
  });

  test('a token seen lately is answered at once, and looked at again after a minute', async () => {
    const header = `Bearer ${await signed()}`;
    await verifier.verify(header);
    now += 59_999;
    expect(verifier.verify(header)).toEqual({ issuer, subject: 'anna' });
    now += 1;
    expect(verifier.verify(header)).toBeInstanceOf(Promise);
  });

  test.each([
    ['does not answer well', () => (answers[discovery] = { status: 500, body: {} })],
    ['speaks for another', () => (answers[discovery] = { body: { issuer: 'https://id.example', jwks_uri: issuer } })],
    [
      'sends its keys over plain http',
      () => (answers[discovery] = { body: { issuer, jwks_uri: 'http://id.example/keys' } }),
    ],
    ['has no keys', () => (answers[jwks] = { status: 503, body: {} })],
    ['answers something else', () => (answers[jwks] = { body: 'hello' })],
  ])('an issuer that %s is no judgement on the token, and is asked again', async (_, breakIt) => {
    const [wellDiscovery, wellKeys] = [answers[discovery], answers[jwks]];
    breakIt();
    await expect(verdict(signed())).rejects.toThrow(IssuerUnreachable);
    if (wellDiscovery !== undefined && wellKeys !== undefined)
      answers = { [discovery]: wellDiscovery, [jwks]: wellKeys };
    expect(await verdict(signed())).toEqual({ issuer, subject: 'anna' });
  });
});
