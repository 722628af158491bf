import { isIP } from 'node:net';
import type { QueryLimits } from './query-limits.ts';
import type { Rates } from './rate-limits.ts';

/** What one request, one person and one address may take of the system. */
export interface Limits {
  readonly limits: QueryLimits & {
    /** Longest body of a request. */
    readonly bodyBytes: number;
    readonly executionSeconds: number;
  };
  readonly rates: Rates;
}

/** Rows of the table of settings. Bounds are read from what is expected. */
export const limitRows = {
  MAX_BODY_BYTES: ['1048576', 'The longest body of a request.', 'a whole number from 1024 to 104857600'],
  MAX_DOCUMENT_BYTES: ['16384', 'The longest GraphQL document.', 'a whole number from 1024 to 1048576'],
  MAX_DOCUMENT_TOKENS: ['2000', 'The most words and signs in a GraphQL document.', 'a whole number from 100 to 10000'],
  MAX_QUERY_DEPTH: ['12', 'The most fields within fields; introspection may go to 20.', 'a whole number from 4 to 100'],
  MAX_QUERY_FIELDS: [
    '500',
    'The most fields and fragments in a query, each as often as it is asked for.',
    'a whole number from 200 to 10000',
  ],
  MAX_QUERY_COST: [
    '10000',
    'The most values an answer may hold: what is in a list counts once for each item that there may be.',
    'a whole number from 100 to 10000000',
  ],
  MAX_EXECUTION_SECONDS: ['10', 'How long a request may wait for its answer.', 'a whole number from 1 to 600'],
  RATE_PER_PERSON: [
    '50',
    'Requests a second of one person, ten seconds of them at once; one of great cost counts as several. 0: any number.',
    'a whole number from 0 to 1000000',
  ],
  RATE_PER_ADDRESS: [
    '200',
    'The same of one address (IPv6: one network of 64 bits), behind which there may be a whole office. 0: any number.',
    'a whole number from 0 to 1000000',
  ],
} as const;

export type LimitName = keyof typeof limitRows;

/** The number that a text is, when it is a whole one within the bounds of a row. */
export function wholeWithin([, , expected]: (typeof limitRows)[LimitName], text: string): number | undefined {
  const [low = 0, high = 0] = (expected.match(/\d+/g) ?? []).map(Number);
  const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  return value >= low && value <= high ? value : undefined;
}

export const limitsOf = (read: (name: LimitName) => number): Limits => ({
  limits: {
    bodyBytes: read('MAX_BODY_BYTES'),
    documentBytes: read('MAX_DOCUMENT_BYTES'),
    tokens: read('MAX_DOCUMENT_TOKENS'),
    depth: read('MAX_QUERY_DEPTH'),
    fields: read('MAX_QUERY_FIELDS'),
    cost: read('MAX_QUERY_COST'),
    executionSeconds: read('MAX_EXECUTION_SECONDS'),
  },
  rates: { perPerson: read('RATE_PER_PERSON'), perAddress: read('RATE_PER_ADDRESS') },
});

/** IP addresses and networks, with commas between. */
export function networks(text: string): string[] | undefined {
  const found = text.split(',').map((one) => one.trim());
  const isNetwork = (one: string) => {
    const [address = '', bits, ...more] = one.split('/');
    const most = isIP(address) === 6 ? 128 : 32;
    return (
      isIP(address) !== 0 && more.length === 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && +bits <= most))
    );
  };
  return found.every(isNetwork) ? found : undefined;
}
