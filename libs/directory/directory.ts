/**
 * Who the subject of a token is: the one place where a person outside and a person of the events meet. It lies beside
 * the event store, so that it can be erased. A subject is kept only as a MAC under the installation's secret
 * (domain 3.6 no. 2 and 8), a person only as a random reference: neither can be read from what is kept. Every adapter
 * keeps every sentence of `directory.contract.ts`.
 */
export interface Directory {
  /**
   * The person behind a verified token. A subject enters with its first good token, and is the same person ever after,
   * whichever process meets it first. Cost: one that was met before is told from memory.
   */
  personRef(issuer: string, subject: string): Promise<string>;
  /** Whether someone has entered under this reference. */
  knows(personRef: string): Promise<boolean>;
  /** Everyone who has entered, in no order that tells anything. */
  entries(): Promise<readonly Entry[]>;
  /**
   * Enters people as another directory under the same key has them: all of them, or none when one is somebody else here.
   * Gives those.
   */
  take(entries: readonly Entry[]): Promise<readonly Entry[]>;
  close(): Promise<void>;
}

/** Who somebody is, as a directory keeps it: the subject as a MAC under its key. */
export interface Entry {
  readonly subject: Buffer;
  readonly person: string;
}

/** The directory cannot be used as it is. The message says what was found and the way out. */
export class DirectoryUnusable extends Error {
  override readonly name = 'DirectoryUnusable';
}
