/** What is promised of a measure, and what the figure is held against. */
export interface Promised {
  readonly says: string;
  readonly unit: string;
  readonly atLeast: number;
  /** At most so many milliseconds for 99 of 100; absent where only the rate is promised. */
  readonly p99?: number;
  /** What the same machine can do at most, measured in the same run. */
  readonly limit: string;
  /** What others do on a 2-core machine with fsync on, measured once; absent where no one publishes it. */
  readonly peers?: string;
}

/** Numbers of measures in the project's table of promises. */
export type MeasureId = 'P1' | 'P2' | 'P3' | 'P5';

export const promises: Readonly<Record<MeasureId, Promised>> = {
  P1: {
    says: 'durable, version-checked appends, one caller',
    unit: '1/s',
    atLeast: 3_000,
    limit: 'raw SQLite, the same row, a commit each',
    peers: 'EventStoreDB 368, emmett-sqlite 325, emmett-postgresql 532 to 856, message-db 881 to 1,798',
  },
  P2: {
    says: 'the same, 64 callers',
    unit: '1/s',
    atLeast: 20_000,
    p99: 25,
    limit: 'raw SQLite, the same row, a commit for 64',
    peers: 'EventStoreDB 3,349, emmett-postgresql 1,253 to 1,522; emmett-sqlite fails with SQLITE_BUSY',
  },
  P3: {
    says: 'GraphQL mutation over HTTP, then a query with its notBefore, 64 connections',
    unit: '1/s',
    atLeast: 3_000,
    limit: 'bare Fastify, Mercurius and its JIT: a hello mutation, then a hello query',
  },
  P5: {
    says: 'rebuild of all views',
    unit: '1/s',
    atLeast: 50_000,
    limit: 'raw read and parse of the same rows',
  },
};

export const measureIds = Object.keys(promises) as readonly MeasureId[];
