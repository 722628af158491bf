import { setTimeout as delay } from 'node:timers/promises';
import { type EventStoreDBClient, ErrorType } from '@eventstore/db-client';
import { StoreUnusable } from '../event-store.ts';
import { connected } from './connection-string.ts';

/** What may be otherwise at the next try: no connection, no leader, not ready, no answer in time. */
const passing: ReadonlySet<unknown> = new Set([
  ErrorType.TIMEOUT,
  ErrorType.DEADLINE_EXCEEDED,
  ErrorType.UNAVAILABLE,
  ErrorType.CANCELLED,
  ErrorType.UNKNOWN,
  ErrorType.NOT_LEADER,
]);

/** What will not pass, to who runs the system, and the way out. */
const meanings: Readonly<Record<string, string>> = {
  [ErrorType.ACCESS_DENIED]:
    'it does not let this user do that: name one in the connection string who may read $all, and write',
  [ErrorType.STREAM_DELETED]:
    'the stream was deleted with a tool of the server, for ever: restore the server from a backup',
};

const firstWait = 20;
const longestWait = 1_000;

/** What is known of an error of the client's, whatever realm it comes from. */
type Failure = Partial<Record<'type' | 'code' | 'message' | 'actualVersion', unknown>>;
const failure = (error: unknown): Failure => (typeof error === 'object' && error !== null ? error : {});

export const isOfType = (error: unknown, type: ErrorType): boolean => failure(error).type === type;

/** What a server says of a position at which no event begins; it has no type for that. */
export const isNoPlace = (error: unknown): boolean =>
  /ReadAllResult: (?:Error|InvalidPosition)/.test(String(failure(error).message));

/** Passes, like the failure of a connection. */
export const nodeIsBehind = (): Error =>
  Object.assign(new Error('the node that answers does not have what another has'), { type: ErrorType.UNAVAILABLE });

/** Calls to a server or cluster, and what becomes of them when they fail. */
export class Server {
  readonly client: EventStoreDBClient;
  readonly #name: string;
  readonly #patienceMs: number;
  readonly #closing = new AbortController();

  /** @throws StoreUnusable for a connection string that cannot be used */
  constructor(url: string, patienceMs: number) {
    ({ client: this.client, name: this.#name } = connected(url));
    this.#patienceMs = patienceMs;
  }

  /** Aborts when the store closes. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /**
   * Does what may be done more than once, until it is done: again after every failure that may pass, ever later, for as
   * long as patience lasts. @throws StoreUnusable when that has ended, or for a failure that does not pass
   */
  async call<T>(work: () => Promise<T>, unknown = ''): Promise<T> {
    const until = performance.now() + this.#patienceMs;
    for (let wait = firstWait; ; wait = Math.min(wait * 2, longestWait)) {
      try {
        return await work();
      } catch (error) {
        const passes = mayPass(error);
        if (this.closing.aborted) throw passes ? this.unusable(`the store is closed${unknown}`) : error;
        if (!passes) throw this.#translated(error);
        if (performance.now() + wait > until) throw this.#gone(error, unknown);
        await delay(wait, undefined, { signal: this.closing }).catch(() => undefined);
      }
    }
  }

  unusable(found: string, cause?: unknown): StoreUnusable {
    return new StoreUnusable(`${this.#name}: ${found}`, { cause });
  }

  mustBeOpen(): void {
    if (this.closing.aborted) throw this.unusable('the store is closed');
  }

  /** What is at work ends: nothing is tried again. */
  close(): void {
    this.#closing.abort();
  }

  async hangUp(): Promise<void> {
    await this.client.dispose();
  }

  #translated(error: unknown): unknown {
    const { type, message } = failure(error);
    if (typeof type !== 'string') return error;
    const meaning = meanings[type];
    return this.unusable(meaning === undefined ? String(message) : `${meaning} (${String(message) || type})`, error);
  }

  #gone(error: unknown, unknown: string): StoreUnusable {
    const seconds = Math.round(this.#patienceMs / 1_000);
    const found = String(failure(error).message ?? error);
    return this.unusable(
      `no answer for ${seconds} s: check that it runs and can be reached from here, and has a leader (${found})${unknown}`,
      error,
    );
  }
}

function mayPass(error: unknown): boolean {
  const { type, code, message } = failure(error);
  if (type !== undefined) return passing.has(type);
  return typeof code === 'number' || /^E[A-Z_]+$/.test(String(code)) || /^Failed to discover/.test(String(message));
}
