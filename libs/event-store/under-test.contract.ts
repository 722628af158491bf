import { randomUUID } from 'node:crypto';
import type { NewEvent, StoredEvent } from '#kernel/envelope';
import type { EventStore, ReadStream } from './event-store.ts';

/** What the parts of the contract are given. */
export interface UnderTest {
  readonly store: () => EventStore;
  /** Closes the store and opens it again. */
  readonly reopen: () => Promise<void>;
  /** A test, unless the adapter has declared that it does not keep it. */
  readonly sentence: (says: string, run: () => Promise<void>) => void;
}

/** An event that says little; `told` is what the test is about. */
export const anEvent = (told: Partial<NewEvent> = {}): NewEvent => ({
  id: randomUUID(),
  type: 'NoteTaken',
  version: 1,
  occurredAt: '2017-01-02T08:00:00.000Z',
  actor: { org: 'org-1', role: 'ADMIN', onBehalfOf: null, person: 'person-1' },
  custodian: 'org-1',
  case: null,
  regime: null,
  command: { id: 'command-1', digest: 'digest-1' },
  correlation: 'correlation-1',
  causation: null,
  concerns: [],
  basedOn: {},
  visibility: { class: 'PUBLIC', fields: {} },
  subjects: [],
  backdating: null,
  data: {},
  ...told,
});

export const events = (count: number, told: Partial<NewEvent> = {}): NewEvent[] =>
  Array.from({ length: count }, () => anEvent(told));

/** A name of letters that nobody used before: a store under test may be one that others write to as well. */
export const freshName = (): string =>
  randomUUID().replace(/[-\d]/g, (digit) => (digit === '-' ? '' : 'ghijklmnop'.charAt(Number(digit))));

export const ids = (of: readonly { readonly id: string }[]): string[] => of.map(({ id }) => id);

export const freshStream = (category = freshName()): string => `${category}-${randomUUID()}`;

export async function whole(store: EventStore, stream: string, options?: ReadStream): Promise<StoredEvent[]> {
  const stored: StoredEvent[] = [];
  for await (const event of store.readStream(stream, options)) stored.push(event);
  return stored;
}
