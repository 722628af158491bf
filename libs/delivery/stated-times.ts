import { dayOf, type Instant } from '#kernel/time';

/** Fields that state when something happened: none may lie ahead of the clock (domain 7.2). Deadlines are not among them. */
const stating = new Set(['sentAt', 'sentOn', 'receivedAt', 'paidOn', 'costDate', 'heldAt', 'assessedOn', 'closedOn']);

/** The first field of an input that states a time ahead of now. */
export function statedAheadOf(input: Readonly<Record<string, unknown>>, now: Instant): string | undefined {
  const today = dayOf(now);
  return Object.keys(input).find((name) => {
    const value = input[name];
    return stating.has(name) && typeof value === 'string' && value > (value.length === today.length ? today : now);
  });
}
