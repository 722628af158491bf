import { randomUUID } from 'node:crypto';
import { mandatedOrgIdOfDecision } from '#contexts/mandate/decision';
import { objectOf, type NewEvent } from '#kernel/envelope';
import { concernsOf, type NewFact, visibilityOf } from '#kernel/facts';
import { type Stream, streamName } from '#kernel/stream';
import type { Instant } from '#kernel/time';

/** An event and the stream it is for. */
export interface Recorded {
  readonly stream: string;
  readonly event: NewEvent;
}

/** So that the people of the demo see it. */
const custodian = mandatedOrgIdOfDecision;
const person = randomUUID();
const digest = '0f343b0931126a20f133d67c2b018a3b7f34cb1f1e9d8c0c1d4ac1ae5f0e5e1a';

/** A fact in the envelope that a command at the mandated authority would give it. */
export function recorded(of: Stream, id: string, { type, data, about }: NewFact, at: Instant): Recorded {
  const fact = of.facts[type];
  if (!fact) throw new TypeError(`${of.category} has no fact ${type}`);
  const stream = streamName(of, id);
  const command = randomUUID();
  const event: NewEvent = {
    id: randomUUID(),
    type,
    version: fact.version,
    occurredAt: at,
    actor: { org: custodian, role: 'FINANCE', onBehalfOf: null, person },
    custodian: about.custodian ?? custodian,
    case: null,
    regime: null,
    command: { id: command, digest },
    correlation: command,
    causation: null,
    concerns: concernsOf(fact, data, about, objectOf(stream)),
    basedOn: {},
    visibility: visibilityOf(fact),
    subjects: [],
    backdating: null,
    data,
  };
  return { stream, event };
}
