import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isIPv6 } from 'node:net';

/** Units a second that one caller may use up for long; ten seconds' worth at once. 0 lets everything through. */
export interface Rates {
  readonly perPerson: number;
  readonly perAddress: number;
}

const burstMs = 10_000;
const mostKeys = 100_000;

/**
 * How much each key used up: one number, the time until which it has been served (GCRA, ITU-T I.371). Those not seen for
 * long are forgotten first, and there are never more than so many. Cost: a look into a map.
 */
export class Rate {
  readonly #msEach: number;
  #young = new Map<string, number>();
  #old = new Map<string, number>();

  constructor(perSecond: number) {
    this.#msEach = 1_000 / perSecond;
  }

  /** Uses up units, whatever is left. */
  charge(key: string, units: number, now: number): void {
    this.#set(key, Math.max(this.#until(key), now) + units * this.#msEach);
  }

  /** Uses up one unit and gives 0; where there is none, the milliseconds until there will be. */
  take(key: string, now: number): number {
    const until = Math.max(this.#until(key), now) + this.#msEach;
    const wait = until - now - Math.max(burstMs, this.#msEach);
    if (wait > 0) return wait;
    this.#set(key, until);
    return 0;
  }

  #until(key: string): number {
    return this.#young.get(key) ?? this.#old.get(key) ?? 0;
  }

  #set(key: string, until: number): void {
    if (this.#young.size >= mostKeys / 2) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, until);
  }
}

/** Refuses who asks more than the rates allow, by address before the token is looked at and by person after it. */
export class RateLimits {
  readonly #persons: Rate | undefined;
  readonly #addresses: Rate | undefined;

  constructor({ perPerson, perAddress }: Rates) {
    this.#persons = perPerson > 0 ? new Rate(perPerson) : undefined;
    this.#addresses = perAddress > 0 ? new Rate(perAddress) : undefined;
  }

  /** To be called before other hooks are set. Health is told to anyone at any time. */
  guard(fastify: FastifyInstance): void {
    const addresses = this.#addresses;
    if (!addresses) return;
    fastify.addHook('onRequest', (request, reply, done) => {
      const wait = request.url.startsWith('/health/') ? 0 : addresses.take(networkOf(request.ip), performance.now());
      if (wait > 0) tooMany(reply, wait);
      else done();
    });
  }

  /** Whether the person may ask once more; if not, has told so. */
  admits(person: string, reply: FastifyReply): boolean {
    const wait = this.#persons?.take(person, performance.now()) ?? 0;
    if (wait > 0) tooMany(reply, wait);
    return wait === 0;
  }

  charge(request: FastifyRequest, person: string | undefined, units: number): void {
    if (units === 0) return;
    const now = performance.now();
    this.#addresses?.charge(networkOf(request.ip), units, now);
    if (person !== undefined) this.#persons?.charge(person, units, now);
  }
}

function tooMany(reply: FastifyReply, waitMs: number): void {
  const retryAfter = Math.ceil(waitMs / 1_000);
  const message = `Too many requests at a time. Ask again in ${retryAfter} s.`;
  const error = { message, extensions: { code: 'RATE_LIMITED', retryAfter } };
  void reply
    .code(429)
    .header('retry-after', String(retryAfter))
    .send({ errors: [error] });
}

/** An address as one who pays for it has it: of IPv6 the network of 64 bits. */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [head = '', tail] = address.split('::').map((part) => part.split(':').filter((group) => group !== ''));
  const zeros = tail === undefined ? 0 : 8 - head.length - tail.length;
  return [...head, ...Array.from({ length: zeros }, () => '0'), ...(tail ?? [])].slice(0, 4).join(':');
}
