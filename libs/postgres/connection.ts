import { type ClientBase, types } from 'pg';

export type Scalar = string | number | Buffer | null;
export type Value = Scalar | readonly Scalar[];

/** So many statements are kept prepared in each connection; any other is planned each time. */
const statementsKept = 500;

/** The names under which the statements of a database are prepared. */
export class Statements {
  readonly #names = new Map<string, string>();

  nameOf(text: string): string | undefined {
    const known = this.#names.get(text);
    if (known !== undefined || this.#names.size >= statementsKept) return known;
    const name = `s${this.#names.size}`;
    this.#names.set(text, name);
    return name;
  }
}

/**
 * A connection in a transaction. What is asked is sent at once, behind what was asked before and without waiting for its
 * answer; answers come in order, and after one that fails every other fails too: see `answered`.
 */
export class Connection {
  readonly #client: ClientBase;
  readonly #statements: Statements;
  #over = false;

  constructor(client: ClientBase, statements: Statements) {
    this.#client = client;
    this.#statements = statements;
  }

  /** Rows as lists. */
  async all<T extends readonly unknown[]>(text: string, ...values: Value[]): Promise<T[]> {
    return (await this.#query(text, values)).rows as unknown as T[];
  }

  /** Gives how many rows were written. */
  async run(text: string, ...values: Value[]): Promise<number> {
    return (await this.#query(text, values)).rowCount ?? 0;
  }

  /** Statements without values, divided by semicolons. `patience`: for so many milliseconds, an hour unless told. */
  async define(text: string, patience = 3_600_000): Promise<void> {
    if (this.#over) throw new Error('the transaction is over');
    await this.#client.query({ text, query_timeout: patience } as { text: string });
  }

  /** Nothing more is sent. */
  end(): void {
    this.#over = true;
  }

  #query(text: string, values: readonly Value[]) {
    if (this.#over) throw new Error('the transaction is over');
    const name = this.#statements.nameOf(text);
    const query = { text, values: values.map(written), rowMode: 'array' as const };
    return this.#client.query<unknown[], unknown[]>(name === undefined ? query : { ...query, name });
  }
}

/** Waits until all are answered. @throws what the first that failed did, as they stand here: others failed because of it */
export async function answered(questions: readonly Promise<unknown>[]): Promise<void> {
  for (const one of await Promise.allSettled(questions)) if (one.status === 'rejected') throw one.reason;
}

/**
 * A text of PostgreSQL holds any character but U+0000. So that any text comes back as it was, and in the order in which
 * it was, that one is written as U+0001 U+0001, and U+0001 as U+0001 U+0002.
 */
const writable = (text: string): string =>
  text.includes('\u0000') || text.includes('\u0001')
    ? text.replaceAll('\u0001', '\u0001\u0002').replaceAll('\u0000', '\u0001\u0001')
    : text;
const asItWas = (text: string): string =>
  text.includes('\u0001') ? text.replaceAll('\u0001\u0001', '\u0000').replaceAll('\u0001\u0002', '\u0001') : text;

const written = (value: Value): unknown =>
  typeof value === 'string' ? writable(value) : Array.isArray(value) ? value.map(written) : value;

/** An int8 as a number. */
function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} is beyond what a number holds exactly`);
  return value;
}

const [int8, textType] = [20, 25];

/** How values of the database are read. */
export const valueTypes = {
  getTypeParser(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
    if (oid === int8) return safeInteger;
    if (oid === textType) return asItWas;
    return types.getTypeParser(oid, format) as (value: string) => unknown;
  },
};
