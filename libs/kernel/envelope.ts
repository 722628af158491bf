import type { Instant } from './time.ts';

/** Where a fact may be seen. Classes are not ordered: who sees one need not see another (domain 3.2). */
export const visibilityClasses = [
  'PUBLIC',
  'ORG_INTERNAL',
  'GROUP',
  'MARKET_EQUAL',
  'BILATERAL',
  'SEALED',
  'BID_ABSOLUTE',
  'COMMERCIAL',
  'ANON_JURY',
  'EVAL',
  'FINANCE',
  'ADMIN',
] as const;
export type VisibilityClass = (typeof visibilityClasses)[number];

/** Who did it: a person in a role for an organisation, or a timer or policy of the system. */
export type Actor = {
  readonly org: string;
  readonly role: string;
  readonly onBehalfOf: { readonly org: string; readonly representation: string } | null;
} & ({ readonly person: string } | { readonly system: string });

/** Another object that an event is about. `author`, `addressee` and `part of` decide who sees it (domain 3.2). */
export interface Concern {
  readonly id: string;
  readonly as: string;
}

/** The class of an event's data, and of single fields by JSON pointer (`*` stands for any array index). */
export interface Visibility {
  readonly class: VisibilityClass;
  readonly fields: Readonly<Record<string, VisibilityClass>>;
}

/**
 * An event before it is written: the envelope of domain 7.2 without what the store gives it.
 * Every member is always there; where there is nothing it is `null`, `[]` or `{}`.
 */
export interface NewEvent {
  /** UUIDv5 of who commanded what on which stream (domain 7.2): the same command gives the same id. */
  readonly id: string;
  readonly type: string;
  /** Version of the shape of `data`, from 1. */
  readonly version: number;
  readonly occurredAt: Instant;
  readonly actor: Actor;
  /** The authority that keeps the event. */
  readonly custodian: string;
  readonly case: string | null;
  readonly regime: string | null;
  /** The command that made it and its digest; `null` for a timer or a policy. */
  readonly command: { readonly id: string; readonly digest: string } | null;
  readonly correlation: string;
  /** Id of the event that a policy answers. */
  readonly causation: string | null;
  readonly concerns: readonly Concern[];
  /** Other streams that the decision read, with the revision it saw. */
  readonly basedOn: Readonly<Record<string, number>>;
  readonly visibility: Visibility;
  /** Ids of the keys of encrypted fields. */
  readonly subjects: readonly string[];
  /** The reason given for back-dating. */
  readonly backdating: string | null;
  readonly data: Readonly<Record<string, unknown>>;
}

/** An event as stored, for ever. */
export interface StoredEvent extends NewEvent {
  /** `<category>-<id>`; a category contains no hyphen. */
  readonly stream: string;
  /** Place in the stream, from 0, without gaps. */
  readonly revision: number;
  /** Place in the store: rises with every event. It never leaves the system. */
  readonly position: number;
  readonly recordedAt: Instant;
}

/** The category of a stream: what stands before its first hyphen. */
export const categoryOf = (stream: string): string => stream.slice(0, stream.indexOf('-'));

/** The bare id of the object whose stream this is. */
export const objectOf = (stream: string): string => stream.slice(stream.indexOf('-') + 1);
