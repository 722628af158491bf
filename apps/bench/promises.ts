/** What is promised of a figure. */
export interface Promised {
  readonly says: string;
  readonly unit: '1/s' | 's' | 'ms' | 'MiB';
  /** At each size: so much or more, so much or less, so much of the raw limit, or all sizes within this factor; or nothing. */
  readonly bound: { readonly [B in 'atLeast' | 'atMost' | 'ofLimit' | 'within']?: number };
  /** At most so many milliseconds for 99 of 100; absent where only the rate is promised. */
  readonly p99?: number;
  /** What the same machine can do at most, measured in the same run; absent where nothing stands beside it. */
  readonly limit?: string;
  /** What others do on a 2-core machine with fsync on, measured once; absent where no one publishes it. */
  readonly peers?: string;
  /** What the figure grows with: events stored, or events of the stream that a command writes to. */
  readonly by: 'events stored' | 'events in the stream';
}

const stored = { by: 'events stored' } as const;
const command = { unit: 'ms', bound: { within: 2 }, by: 'events in the stream' } as const;

/** By the number in the project's table of promises; where one has several figures, with a word behind it. */
export const promises = {
  P1: {
    ...stored,
    says: 'durable, version-checked appends, one caller',
    unit: '1/s',
    bound: { atLeast: 3_000 },
    limit: 'raw SQLite, the same row, a commit each',
    peers: 'EventStoreDB 368, emmett-sqlite 325, emmett-postgresql 532 to 856, message-db 881 to 1,798',
  },
  P2: {
    ...stored,
    says: 'the same, 64 callers',
    unit: '1/s',
    bound: { atLeast: 20_000 },
    p99: 25,
    limit: 'raw SQLite, the same row, a commit for 64',
    peers: 'EventStoreDB 3,349, emmett-postgresql 1,253 to 1,522; emmett-sqlite fails with SQLITE_BUSY',
  },
  P3: {
    ...stored,
    says: 'GraphQL mutation over HTTP, then a query with its notBefore, 64 connections',
    unit: '1/s',
    bound: { atLeast: 3_000 },
    limit: 'bare Fastify, Mercurius and its JIT: a hello mutation, then a hello query',
  },
  P4: {
    ...stored,
    says: 'GraphQL page of 20 rows with 6 fields over HTTP, 64 connections',
    unit: '1/s',
    bound: { ofLimit: 0.7 },
    limit: 'bare Fastify, Mercurius and its JIT: the same page from the same table, without token or visibility',
  },
  'P5 views': {
    ...stored,
    says: 'rebuild of all views',
    unit: '1/s',
    bound: { atLeast: 50_000 },
    limit: 'raw read and parse of the same rows',
  },
  'P5 read': {
    ...stored,
    says: 'what of it is reading the events',
    unit: '1/s',
    bound: { atLeast: 50_000 },
    limit: 'raw read and parse of the same rows',
  },
  P6: {
    ...stored,
    says: 'append to subscriber, p99, 1,000 subscribers in the process',
    unit: 'ms',
    bound: { atMost: 25 },
  },
  P7: { ...stored, says: 'start until ready', unit: 's', bound: { atMost: 3 } },
  'P8 warm': { ...command, says: 'a command over HTTP' },
  'P8 cold': { ...command, says: 'the first on its stream after a restart' },
  'P8 again': { ...command, says: 'an old command again, decided as it was' },
  'P13 at rest': { ...stored, says: 'memory of the server, when ready', unit: 'MiB', bound: { atMost: 200 } },
  'P13 loaded': { ...stored, says: 'the same, after the load of P3', unit: 'MiB', bound: { atMost: 512 } },
} as const satisfies Readonly<Record<string, Promised>>;

export type MeasureId = keyof typeof promises;
export const measureIds = Object.keys(promises) as readonly MeasureId[];

/** The number in the table of promises, which is how a measure is asked for. */
export const numberOf = (id: MeasureId): string => id.split(' ')[0] ?? id;

/** On a server of others we are to cost at most a fifth of what its own client does there. */
const mostOfIt = { ...stored, unit: '1/s', bound: { ofLimit: 0.8 } } as const;
const callByCall = 'the bare client on the same server: the same event, the revision checked';
const subscription = 'the bare client on the same server: a subscription to the same events';

/** What is measured on EventStoreDB, with what is promised there. */
export const promisesOnEsdb: Partial<Record<MeasureId, Promised>> = {
  P1: { ...mostOfIt, says: promises.P1.says, limit: callByCall },
  P2: { ...mostOfIt, says: promises.P2.says, limit: `${callByCall}, as many callers` },
  P3: {
    ...mostOfIt,
    says: promises.P3.says,
    limit: 'the bare client on the same server: the append that the mutation makes',
  },
  'P5 views': { ...mostOfIt, bound: {}, says: promises['P5 views'].says, limit: subscription },
  'P5 read': { ...mostOfIt, says: promises['P5 read'].says, limit: subscription },
};
