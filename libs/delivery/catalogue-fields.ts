import type { Visibility } from '#kernel/envelope';
import type { CodeList, Kind, Shape } from '#kernel/fields';
import { classAt } from '#kernel/visibility';
import type { FieldEntry, TypeEntry } from './catalogue-entries.ts';
import { compositeShape } from './graphql-types.ts';
import { expectedOf } from './validation.ts';

/** The fields of a shape, those of its groups within them; with their classes where the shape has a visibility. */
export const fieldEntries = (
  shape: Shape,
  visibility?: Visibility,
  within = '',
  of = visibility?.class,
): FieldEntry[] =>
  Object.entries(shape).map(([name, { kind, optional, says }]) => {
    const list = kind.is === 'list';
    const inner = list ? kind.of.kind : kind;
    const pointer = `${within}/${name}${list ? '/*' : ''}`;
    const own = visibility && classAt(visibility, pointer);
    const rule = [
      list && `at most ${kind.max} items`,
      !shared.has(inner.is) && expectedOf(inner)?.replace(/^text, /, ''),
    ].filter(Boolean);
    return {
      name,
      type: inner.is === 'code' ? inner.list.name : inner.is === 'group' ? inner.name : inner.is,
      list,
      optional,
      says,
      ...(rule.length > 0 && { rule: rule.join('; each ') }),
      ...(own !== undefined && own !== of && { class: own }),
      ...(inner.is === 'group' && { fields: fieldEntries(inner.shape, visibility, pointer, own) }),
    };
  });

/** Kinds of which one rule or one shape holds wherever they stand; the others say theirs beside each field. */
const sharedKinds = ['id', 'eventId', 'instant', 'day', 'decimal', 'flag', 'i18n', 'doc'] as const;
const shared = new Set<Kind['is']>([...sharedKinds, 'code']);

export const typeEntries = (): TypeEntry[] =>
  sharedKinds.map((is) => {
    const composite = compositeShape({ is });
    const says = composite?.says ?? `${expectedOf({ is }) ?? is}.`;
    return { name: is, says, ...(composite && { fields: fieldEntries(composite.shape) }) };
  });

/** Every code list that the fields of a shape use, those of groups and lists too. */
export const codeListsIn = (shape: Shape): CodeList[] =>
  Object.values(shape).flatMap(({ kind }) => {
    const inner = kind.is === 'list' ? kind.of.kind : kind;
    return inner.is === 'code' ? [inner.list] : inner.is === 'group' ? codeListsIn(inner.shape) : [];
  });
