import { hash } from 'node:crypto';
import { createRemoteJWKSet, errors, jwtVerify, SignJWT, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import type { Secret } from './secret.ts';
import { isTrustworthy, type Demo, type Oidc } from './settings.ts';

/** What a token proves, and nothing more: roles come from events. */
export interface Identity {
  readonly issuer: string;
  readonly subject: string;
}

/** Someone; no one in particular, because no token came; or a header that must end in 401 with nothing executed. */
export type Verdict = Identity | 'public' | 'bad';

export interface TokenVerifier {
  /**
   * Reads an `Authorization` header. A token seen lately is answered at once, without a promise.
   * @throws IssuerUnreachable (by its promise) when the issuer's keys cannot be had: no judgement on the token
   */
  verify(authorization: string | undefined): Verdict | Promise<Verdict>;
}

/** The issuer of the tokens does not tell its keys. Worth trying again: answer 503, not 401. */
export class IssuerUnreachable extends Error {
  override readonly name = 'IssuerUnreachable';
}

export const demoIssuer = 'urn:samverk:demo';
export const demoAudience = 'samverk';
const demoDays = 30;

/** An issuer's keys and people change: what was found good is good for so long, and never beyond its `exp`. */
const oidcTrustMs = 60_000;
const tokensInMemory = 10_000;
const longestToken = 8_192;
const longestSubject = 255;
const fetchMs = 5_000;

/** Exactly one way per mode: no token chooses how it is checked. */
interface Way {
  readonly issuer: string;
  readonly audience: string;
  readonly algorithms: string[];
  readonly key: JWTVerifyGetKey;
  readonly trustMs: number;
}

/** Verifies by the real clock, in demo mode too. `now` is there for tests, in milliseconds. */
export function tokenVerifier(settings: Demo | Oidc, secret: Secret, now: () => number = Date.now): TokenVerifier {
  const way = settings.mode === 'demo' ? demoWay(secret) : oidcWay(settings);
  const good = new Map<string, { readonly identity: Identity; readonly until: number }>();

  async function verifyToken(token: string, name: string): Promise<Verdict> {
    const payload = await payloadOf(token, way, now());
    if (payload === 'bad') return 'bad';
    const { sub: subject = '', exp = 0 } = payload;
    if (subject === '' || subject.length > longestSubject) return 'bad';
    const identity = { issuer: way.issuer, subject };
    for (const oldest of good.keys()) {
      if (good.size < tokensInMemory) break;
      good.delete(oldest);
    }
    good.set(name, { identity, until: Math.min(exp * 1_000, now() + way.trustMs) });
    return identity;
  }

  return {
    verify(authorization) {
      if (authorization === undefined) return 'public';
      const token = bearer.exec(authorization)?.[1];
      if (token === undefined || token.length > longestToken) return 'bad';
      const name = hash('sha256', token, 'base64');
      const known = good.get(name);
      if (known === undefined) return verifyToken(token, name);
      good.delete(name);
      if (known.until <= now()) return verifyToken(token, name);
      good.set(name, known);
      return known.identity;
    },
  };
}

/** A token for a subject of the demo, good for 30 days by the real clock. */
export const demoToken = (secret: Secret, subject: string): Promise<string> =>
  new SignJWT()
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer(demoIssuer)
    .setAudience(demoAudience)
    .setSubject(subject)
    .setIssuedAt()
    .setExpirationTime(`${demoDays} days`)
    .sign(secret.derive('demo tokens'));

const bearer = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i;

async function payloadOf(token: string, way: Way, now: number): Promise<JWTPayload | 'bad'> {
  try {
    const { payload } = await jwtVerify(token, way.key, {
      issuer: way.issuer,
      audience: way.audience,
      algorithms: way.algorithms,
      requiredClaims: ['exp', 'sub'],
      clockTolerance: 0,
      currentDate: new Date(now),
    });
    return payload;
  } catch (error) {
    if (error instanceof errors.JOSEError) return 'bad';
    throw error;
  }
}

function demoWay(secret: Secret): Way {
  const key = secret.derive('demo tokens');
  return { issuer: demoIssuer, audience: demoAudience, algorithms: ['HS256'], key: async () => key, trustMs: Infinity };
}

function oidcWay({ issuer, audience }: Oidc): Way {
  let discovered: ReturnType<typeof discover> | undefined;

  /** Asked for with the first token. Keys that are still fresh outlive a failure to look for one more. */
  const key: JWTVerifyGetKey = async (header, token) => {
    const keys = (discovered ??= discover(issuer));
    try {
      return await (
        await keys
      )(header, token);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) throw error;
      const stillFresh = await keys.then(({ fresh }) => fresh).catch(() => false);
      if (!stillFresh && discovered === keys) discovered = undefined;
      throw new IssuerUnreachable(`The keys of ${issuer} cannot be had`, { cause: error });
    }
  };
  return { issuer, audience, algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'], key, trustMs: oidcTrustMs };
}

/** OpenID Connect Discovery 1.0, section 4: the document must speak for this very issuer. */
async function discover(issuer: string): Promise<ReturnType<typeof createRemoteJWKSet>> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const answer = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(fetchMs) });
  if (answer.status !== 200) throw new Error(`${url} answered ${answer.status}`);
  const document = (await answer.json()) as { issuer?: unknown; jwks_uri?: unknown } | null;
  if (document?.issuer !== issuer) throw new Error(`${url} speaks for another issuer`);
  const keys = typeof document.jwks_uri === 'string' ? URL.parse(document.jwks_uri) : null;
  if (keys === null || !isTrustworthy(keys)) throw new Error(`${url} names no jwks_uri over https`);
  return createRemoteJWKSet(keys, { timeoutDuration: fetchMs });
}
