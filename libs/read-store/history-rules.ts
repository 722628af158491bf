import type { Fact, Facts } from '#kernel/facts';
import type { Kind, Shape } from '#kernel/fields';
import { shortHash } from './columns.ts';

/** Raise it when `historyOf` gives something else for the same events and facts: history is then indexed anew. */
export const historyForm = 1;

/**
 * By what an event of each type is indexed, as text: another text, another index. It says what the fact's own functions
 * answer to sample data, so that whatever they are made of is in it, and nothing of how they are written.
 */
export const historyRules = (facts: Facts): Record<string, string> =>
  Object.fromEntries(Object.entries(facts).map(([type, fact]) => [type, String(shortHash(ruleOf(fact)))]));

function ruleOf({ version, definition }: Fact): string {
  const { data, subject, release, releases } = definition;
  const answers = samplesOf(data).map((sample) => [
    answerOf(() => release?.(sample)),
    answerOf(() => releases?.(sample)),
  ]);
  return JSON.stringify([historyForm, version, subject, answers]);
}

function answerOf(ask: () => unknown): unknown {
  try {
    return ask();
  } catch (error) {
    return String(error);
  }
}

type Sample = Readonly<Record<string, unknown>>;

/** All fields, only those that must be there, and each other value of each code and flag in its turn. */
function samplesOf(shape: Shape): Sample[] {
  const whole = sampleOf(shape);
  const needed = Object.entries(whole).filter(([name]) => !shape[name]?.optional);
  const others = Object.entries(shape).flatMap(([name, { kind }]) =>
    valuesOf(kind).map((value) => ({ ...whole, [name]: value })),
  );
  return [whole, Object.fromEntries(needed), ...others];
}

const sampleOf = (shape: Shape): Sample =>
  Object.fromEntries(Object.entries(shape).map(([name, { kind }]) => [name, valueOf(kind, name)]));

function valuesOf(kind: Kind): unknown[] {
  if (kind.is === 'flag') return [false];
  return kind.is === 'code' ? Object.keys(kind.list.labels) : [];
}

function valueOf(kind: Kind, name: string): unknown {
  switch (kind.is) {
    case 'list':
      return [valueOf(kind.of.kind, `${name} 1`), valueOf(kind.of.kind, `${name} 2`)];
    case 'group':
      return sampleOf(kind.shape);
    case 'code':
      return Object.keys(kind.list.labels)[0];
    case 'int':
      return kind.min;
    case 'flag':
      return true;
    case 'money':
      return { amountMinor: 1, currency: kind.currency };
    case 'i18n':
      return { sv: name, en: name };
    case 'doc':
      return { documentId: name, version: 1, sha256: name };
    case 'day':
      return '2017-01-02';
    case 'instant':
      return '2017-01-02T08:00:00.000Z';
    default:
      return name;
  }
}
