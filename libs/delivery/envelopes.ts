import type { Who } from '#kernel/commands';
import type { Acceptance, Reservation } from '#kernel/decider';
import type { NewEvent } from '#kernel/envelope';
import { concernsOf, type Fact, type NewFact, visibilityOf } from '#kernel/facts';
import { type Stream, streamName } from '#kernel/stream';
import type { Instant } from '#kernel/time';
import type { Made } from '#processes/acting';
import { BadUserInput } from './errors.ts';
import { idByCommand, idByProcess } from './event-identity.ts';
import type { Intent } from './intent.ts';

/** What the envelopes of one command are made of. */
export interface Making {
  readonly intent: Intent;
  readonly id: string;
  readonly stream: string;
  readonly who: Who;
  readonly now: Instant;
  readonly digest: string;
  readonly basedOn: Readonly<Record<string, number>>;
  readonly mandatedOrgId: string;
}

/** At most so many bytes of data in an event (domain 7.2). */
const maxEventBytes = 64 * 1024;

/** The events that a command makes. @throws BadUserInput when one would be too large */
export function eventsOf({ facts }: Acceptance, making: Making): NewEvent[] {
  const { intent, id, stream, who, now, digest, basedOn, mandatedOrgId } = making;
  const { meta, decider } = intent;
  return facts.map((fact, index) => {
    if (Buffer.byteLength(JSON.stringify(fact.data)) > maxEventBytes)
      throw new BadUserInput([{ path: 'input', rule: 'size', expected: `at most ${maxEventBytes} bytes in all` }]);
    return {
      ...envelope(decider.stream, fact, id, mandatedOrgId),
      id: idByCommand(who.org, meta.commandId, stream, index),
      occurredAt: meta.occurredAt ?? now,
      actor: { person: who.person, org: who.org, role: who.role, onBehalfOf: null },
      case: meta.case ?? null,
      command: { id: meta.commandId, digest },
      correlation: meta.correlation ?? meta.commandId,
      basedOn,
      backdating: meta.backdatingReason ?? null,
    };
  });
}

/** The event of a reservation: made by its process, triggered by the command. `index`: see `CommandDesk`. */
export function reserving(
  { process, stream, id, fact }: Reservation,
  name: string,
  { intent: { meta }, now, mandatedOrgId }: Making,
  index: number,
): NewEvent {
  return {
    ...bySystem(process, stream, fact, id, mandatedOrgId),
    id: idByProcess(process, meta.commandId, name, index),
    occurredAt: now,
    correlation: meta.correlation ?? meta.commandId,
    causation: null,
    basedOn: {},
  };
}

/**
 * The event of an effect of a process (domain 7.2): a timer's happened when it was due; a policy's happens now, answers an
 * event and takes over its correlation.
 */
export function byProcess(
  { process: { name, stream }, cause: { event, timer }, effect, id, basedOn }: Made,
  now: Instant,
  mandatedOrgId: string,
): NewEvent {
  const causation = timer ? null : (effect.answers ?? event.id);
  const trigger = causation ?? timer?.trigger ?? event.id;
  return {
    ...bySystem(name, stream, effect.fact, id, mandatedOrgId),
    id: idByProcess(name, trigger, streamName(stream, id), effect.index ?? 0),
    occurredAt: timer?.due ?? now,
    correlation: event.correlation,
    causation,
    basedOn,
  };
}

function bySystem(process: string, stream: Stream, fact: NewFact, id: string, mandatedOrgId: string) {
  const made = envelope(stream, fact, id, mandatedOrgId);
  return {
    ...made,
    actor: { system: process, org: made.custodian, role: 'SYSTEM', onBehalfOf: null },
    case: null,
    command: null,
    backdating: null,
  };
}

function envelope(stream: Stream, { type, data, about }: NewFact, id: string, mandatedOrgId: string) {
  const fact: Fact | undefined = stream.facts[type];
  if (!fact) throw new TypeError(`${stream.category} has no fact ${type}`);
  return {
    type,
    version: fact.version,
    custodian: about.custodian ?? mandatedOrgId,
    regime: null,
    causation: null,
    concerns: concernsOf(fact, data, about, id),
    visibility: visibilityOf(fact),
    subjects: [],
    data,
  };
}
