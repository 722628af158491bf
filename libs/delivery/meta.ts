import { group, id, instant, optional, text } from '#kernel/fields';
import type { Data } from '#kernel/fields';

/** What comes with every command beside its input. */
export const metaShape = {
  commandId: id(
    'Chosen by the client, new for each command: the same id sent again gives the same answer, and one effect.',
  ),
  expected: optional(
    text('The `version` that an earlier answer gave for this object: refused if the object has changed since.', {
      max: 4_096,
    }),
  ),
  occurredAt: optional(instant('When it happened, if not now.')),
  backdatingReason: optional(text('Why it is recorded more than 30 days after it happened.')),
  onBehalfOf: optional(
    group('OnBehalfOf', 'The organisation that is represented.', {
      org: id('The organisation.'),
      representation: id('The representation (fullmakt) in force.'),
    }),
  ),
  correlation: optional(id('Joins commands that belong together; the commandId unless told.')),
  case: optional(text('Diary number of the case at the authority that keeps the event.', { max: 100 })),
};
export type CommandMeta = Data<typeof metaShape>;

/** The part of it that belongs to what was commanded, and so to its digest. */
export function digested(meta: CommandMeta): object {
  const { occurredAt, backdatingReason, onBehalfOf } = meta;
  return Object.fromEntries(
    Object.entries({ occurredAt, backdatingReason, onBehalfOf, case: meta.case }).filter(
      ([, value]) => value !== undefined,
    ),
  );
}
