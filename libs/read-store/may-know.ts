import { visibilityClasses, type VisibilityClass } from '#kernel/envelope';
import { publicCode, roles } from '#kernel/roles';
import type { Answer, Parties, Relation, Sees, Viewer } from '#kernel/visibility';

/**
 * What a viewer may know of: a row or an event is known when one alternative fits, that is when its class as it is now
 * is one of `classes` and its party text contains every one of `marks`. The one predicate behind lists, pages, single
 * rows and history; it says exactly when `answerOf` (domain 3.2) answers anything but `no`.
 */
export type MayKnow = readonly Alternative[];

export interface Alternative {
  readonly classes: readonly VisibilityClass[];
  /** None: whomever it concerns. */
  readonly marks: readonly string[];
}

/** How something is guarded beside its class. */
export interface Guard {
  /** The key that lets it go; `null` where nothing does. */
  readonly release: string | null;
  /** Position of the last event not wholly public that changed it; 0 when there is none. */
  readonly at: number;
  /** Whom it concerns, as `partyText` writes it. */
  readonly parties: string;
}

type Letter = 'C' | 'A' | 'D' | 'S' | 'H';

const escaped = (id: string): string =>
  id.includes('|') || id.includes('%') ? id.replace(/[|%]/g, encodeURIComponent) : id;
const mark = (letter: Letter, id: string): string => `|${letter}:${escaped(id)}|`;

/**
 * Parties as one text in which SQL can look for a mark: `|C:custodian|A:author|D:addressee|S:subject|H:home|`. What
 * separates is escaped inside an id, so that no id can pass for another relation.
 */
export function partyText(parties: Parties): string {
  let text = '|';
  if (parties.custodian !== '') text += `C:${escaped(parties.custodian)}|`;
  for (const id of parties.author) text += `A:${escaped(id)}|`;
  for (const id of parties.addressee) text += `D:${escaped(id)}|`;
  if (parties.subject !== undefined) text += `S:${escaped(parties.subject)}|`;
  for (const id of parties.home) text += `H:${escaped(id)}|`;
  return text;
}

/** The parties that a party text holds. */
export function partiesIn(text: string): Parties {
  const of: Record<Letter, string[]> = { C: [], A: [], D: [], S: [], H: [] };
  for (const entry of text.split('|')) {
    if (entry !== '') of[entry[0] as Letter].push(decodeURIComponent(entry.slice(2)));
  }
  return { custodian: of.C[0] ?? '', author: of.A, addressee: of.D, subject: of.S[0], home: of.H };
}

/** The class as it is now: PUBLIC once the key was released later than the last change (domain 3.2, rules 2 and 8). */
export const classNow = (
  of: VisibilityClass,
  guard: Pick<Guard, 'release' | 'at'>,
  releasedAt: ReadonlyMap<string, number>,
): VisibilityClass => (guard.release !== null && (releasedAt.get(guard.release) ?? 0) > guard.at ? 'PUBLIC' : of);

/** Whether what is of this class now, and concerns these parties, is known at all: what SQL asks, asked of one thing. */
export const knows = (mayKnow: MayKnow, of: VisibilityClass, parties: string): boolean =>
  mayKnow.some(({ classes, marks }) => classes.includes(of) && marks.every((mark) => parties.includes(mark)));

/**
 * Compiles what a viewer may know of. Cost: a few steps a grant.
 * @throws TypeError when the table hides PUBLIC from anyone: a released class would then not be known to all
 */
export const mayKnow = (sees: Sees, viewer: Viewer): MayKnow => compiled(tableOf(sees).known, viewer);

/** In the same form what a viewer sees whole, before anything is released: what `answerOf` answers `yes` to. */
export const seesWhole = (sees: Sees, viewer: Viewer): MayKnow => compiled(tableOf(sees).whole, viewer);

function compiled(classesOf: Table, viewer: Viewer): MayKnow {
  const found = new Map<string, { marks: string[]; classes: Set<VisibilityClass> }>();
  const allow = (role: string, relation: Relation, marks: string[]) => {
    const classes = classesOf(role, relation);
    if (classes.length === 0) return;
    const name = marks.join('');
    const known = found.get(name) ?? { marks, classes: new Set() };
    for (const of of classes) known.classes.add(of);
    found.set(name, known);
  };

  const { person } = viewer;
  allow(publicCode, 'ANYONE', []);
  if (person !== undefined) allow(publicCode, 'SUBJECT', [mark('S', person)]);
  for (const grant of viewer.grants) {
    const { code } = roles[grant.role];
    const home = grant.scopeId === undefined ? [] : [mark('H', grant.scopeId)];
    allow(code, 'ANYONE', home);
    allow(code, 'CUSTODIAN', [mark('C', grant.for), ...home]);
    allow(code, 'AUTHOR', [mark('A', grant.for), ...home]);
    allow(code, 'ADDRESSEE', [mark('D', grant.for), ...home]);
    if (grant.scopeId !== undefined) allow(code, 'APPOINTED', home);
    if (person !== undefined) allow(code, 'SUBJECT', [mark('S', person), ...home]);
  }
  return leanest([...found.values()]);
}

/** Without what a wider alternative allows already, widest first: the fewer there are, the less is asked of a row. */
function leanest(all: { marks: readonly string[]; classes: ReadonlySet<VisibilityClass> }[]): Alternative[] {
  const lean: Alternative[] = [];
  for (const { marks, classes } of all.sort((a, b) => a.marks.length - b.marks.length)) {
    const wider = lean.filter((alternative) => alternative.marks.every((mark) => marks.includes(mark)));
    const left = [...classes].filter((of) => !wider.some((alternative) => alternative.classes.includes(of)));
    if (left.length > 0) lean.push({ classes: left, marks });
  }
  return lean;
}

type Table = (role: string, relation: Relation) => readonly VisibilityClass[];
interface Tables {
  readonly known: Table;
  readonly whole: Table;
}
const tables = new WeakMap<Sees, Tables>();

/** The classes that a role sees anything of in a relation, and those it sees all of, found once for each table. */
function tableOf(sees: Sees): Tables {
  const known = tables.get(sees);
  if (known) return known;
  if (sees(publicCode, 'ANYONE', 'PUBLIC') === 'no')
    throw new TypeError('the visibility table hides PUBLIC from anyone');
  const of = (enough: (answer: Answer) => boolean): Table => {
    const cells = new Map<string, readonly VisibilityClass[]>();
    return (role, relation) => {
      const name = `${role} ${relation}`;
      let classes = cells.get(name);
      if (!classes) cells.set(name, (classes = visibilityClasses.filter((of) => enough(sees(role, relation, of)))));
      return classes;
    };
  };
  const found = { known: of((answer) => answer !== 'no'), whole: of((answer) => answer === 'yes') };
  tables.set(sees, found);
  return found;
}
