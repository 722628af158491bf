import { type Refusal, refuse, type Warning, warn } from '#kernel/decider';
import type { Day } from '#kernel/time';
import type { Mandate, Obligation } from './mandate.events.ts';

/** What decisions about the mandate, its money and its reports ask of the mandate alike. */

export const closed = (mandate: Pick<Mandate, 'is'>): Refusal =>
  refuse('INVALID_TRANSITION', { object: 'Mandate', state: mandate.is });

/** What an obligation's dates say of a day: after the hard date, or only after the safe one. */
export function lateness(
  obligation: Pick<Obligation, 'safeDeadline' | 'hardDeadline'> | undefined,
  on: Day,
): Warning | undefined {
  const { safeDeadline, hardDeadline } = obligation ?? {};
  if (hardDeadline !== undefined && on > hardDeadline) return warn('AFTER_HARD_DEADLINE', { hardDeadline });
  if (safeDeadline !== undefined && on > safeDeadline) return warn('AFTER_SAFE_DEADLINE', { safeDeadline });
  return undefined;
}
