import type { Concern, VisibilityClass } from './envelope.ts';
import { type Grant, publicCode, type Role, roles } from './roles.ts';

/** How a viewer stands to an event or a row (domain 3.2). */
export const relations = [
  'ANYONE',
  'CUSTODIAN',
  'AUTHOR',
  'ADDRESSEE',
  'MEMBER',
  'INVITED',
  'APPOINTED',
  'SUBJECT',
] as const;
export type Relation = (typeof relations)[number];

/** What a viewer gets: nothing, that it exists, its own part of it, or all of it. Ordered. */
export const answers = ['no', 'metadata', 'own', 'yes'] as const;
export type Answer = (typeof answers)[number];
export const more = (a: Answer, b: Answer): Answer => (answers.indexOf(a) >= answers.indexOf(b) ? a : b);
export const less = (a: Answer, b: Answer): Answer => (answers.indexOf(a) <= answers.indexOf(b) ? a : b);

/** What the table has an answer for: a class, or the personal overlay on a field of any class. */
export type Code = VisibilityClass | 'PERSONAL';

/** `sees(role, relation, class)`: what the table does not list is `no`. */
export type Sees = (roleCode: string, relation: Relation, of: Code) => Answer;

/** Reads the table from its CSV (role, relation, class, sees, …). @throws Error on a line that is none */
export function visibilityTable(csv: string): Sees {
  const table = new Map<string, Answer>();
  for (const line of csv.split('\n').slice(1)) {
    if (line.trim() === '') continue;
    const [role, relation, of, sees] = line.split(',');
    const answer = answers.find((known) => known === sees);
    if (!role || !relation || !of || !answer) throw new Error(`visibility table: cannot read "${line}"`);
    table.set(`${role} ${relation} ${of}`, answer);
  }
  return (role, relation, of) => table.get(`${role} ${relation} ${of}`) ?? 'no';
}

/** Who asks: a person with grants in force now, or the public. */
export interface Viewer {
  readonly person: string | undefined;
  readonly grants: readonly Grant[];
}
export const publicViewer: Viewer = { person: undefined, grants: [] };

/** Whom an event or a row concerns, as far as relations go. */
export interface Parties {
  readonly custodian: string;
  readonly author: readonly string[];
  readonly addressee: readonly string[];
  readonly subject: string | undefined;
  /** The object itself and what it is part of: a grant scoped to another object does not count. */
  readonly home: readonly string[];
}

export function partiesOf(event: {
  readonly custodian: string;
  readonly concerns: readonly Concern[];
  readonly object: string;
  readonly subject: string | undefined;
}): Parties {
  const as = (relation: string) => event.concerns.filter((concern) => concern.as === relation).map(({ id }) => id);
  return {
    custodian: event.custodian,
    author: as('author'),
    addressee: as('addressee'),
    subject: event.subject,
    home: [event.object, ...as('part of')],
  };
}

/**
 * answer(v, e, c) of domain 3.2: the most that any grant gives in any relation that holds. The relations MEMBER and
 * INVITED rest on facts of contexts that do not exist yet: nothing holds in them.
 */
export function answerOf(sees: Sees, viewer: Viewer, parties: Parties, of: Code): Answer {
  let best = sees(publicCode, 'ANYONE', of);
  const isSubject = parties.subject !== undefined && parties.subject === viewer.person;
  if (isSubject) best = more(best, sees(publicCode, 'SUBJECT', of));
  for (const grant of viewer.grants) {
    if (best === 'yes') return best;
    const { code } = roles[grant.role];
    const scoped = grant.scopeId !== undefined;
    if (scoped && !parties.home.includes(grant.scopeId)) continue;
    const holds: Record<Relation, boolean> = {
      ANYONE: true,
      CUSTODIAN: parties.custodian === grant.for,
      AUTHOR: parties.author.includes(grant.for),
      ADDRESSEE: parties.addressee.includes(grant.for),
      MEMBER: false,
      INVITED: false,
      APPOINTED: scoped,
      SUBJECT: isSubject,
    };
    for (const relation of relations) if (holds[relation]) best = more(best, sees(code, relation, of));
  }
  return best;
}

/** May everyone who sees `of` as a class also see `folded`? Asked before a fact is folded into a column of that class. */
export function coversClass(sees: Sees, of: VisibilityClass, folded: VisibilityClass): boolean {
  const codes = [publicCode, ...Object.values(roles).map(({ code }: (typeof roles)[Role]) => code)];
  return codes.every((code) =>
    relations.every((relation) => {
      const shown = sees(code, relation, of);
      const rank = answers.indexOf(shown);
      const held = more(sees(code, relation, folded), sees(code, 'ANYONE', folded));
      return shown === 'no' || answers.indexOf(held) >= rank;
    }),
  );
}

/** The class of a field: the longest pointer that fits, else the event's own (domain 3.2). */
export function classAt(
  visibility: { readonly class: VisibilityClass; readonly fields: Readonly<Record<string, VisibilityClass>> },
  pointer: string,
): VisibilityClass {
  let best: { length: number; class: VisibilityClass } = { length: -1, class: visibility.class };
  for (const [declared, of] of Object.entries(visibility.fields)) {
    const pattern = declared.split('/');
    const path = pointer.split('/');
    const fits = pattern.length <= path.length && pattern.every((step, i) => step === '*' || step === path[i]);
    if (fits && declared.length > best.length) best = { length: declared.length, class: of };
  }
  return best.class;
}
