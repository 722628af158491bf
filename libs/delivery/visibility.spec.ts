import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { Visibility, VisibilityClass } from '#kernel/envelope';
import { type Grant, type Role, roles } from '#kernel/roles';
import {
  type Answer,
  answerOf,
  classAt,
  coversClass,
  more,
  type Parties,
  type Relation,
  relations,
  type Viewer,
  visibilityTable,
} from '#kernel/visibility';

const csv = readFileSync(new URL('./visibility.csv', import.meta.url), 'utf8');
const sees = visibilityTable(csv);
const codes = ['PU', ...Object.values(roles).map(({ code }) => code)];

/** One grant of a role by its code; the public holds none. */
function granted(code: string, org: string, scopeId?: string): Grant[] {
  const role = Object.entries(roles).find(([, known]) => known.code === code)?.[0] as Role | undefined;
  if (role) return [{ role, org, for: org, ...(scopeId === undefined ? {} : { scopeId }) }];
  if (code === 'PU') return [];
  throw new Error(`no role has the code ${code}`);
}

describe('The table, for a viewer who stands in one relation and no other', () => {
  const classes: VisibilityClass[] = ['PUBLIC', 'ORG_INTERNAL', 'FINANCE', 'ADMIN'];
  const lines = csv.split('\n').map((line) => line.split(','));
  const said = (code: string, relation: string, of: string) =>
    lines.find((line) => line[0] === code && line[1] === relation && line[2] === of)?.[3] as Answer | undefined;

  const answered = (code: string, relation: Relation, of: VisibilityClass): Answer => {
    const standing: Parties = {
      custodian: relation === 'CUSTODIAN' ? 'own' : 'other',
      author: relation === 'AUTHOR' ? ['own'] : [],
      addressee: relation === 'ADDRESSEE' ? ['own'] : [],
      subject: relation === 'SUBJECT' ? 'person' : undefined,
      home: ['case'],
    };
    const grants = granted(code, 'own', relation === 'APPOINTED' ? 'case' : undefined);
    return answerOf(sees, { person: 'person', grants }, standing, of);
  };
  const all = classes.flatMap((of) => codes.flatMap((code) => relations.map((relation) => ({ code, relation, of }))));
  const written = all.flatMap((at) => {
    const line = said(at.code, at.relation, at.of);
    return line === undefined ? [] : [{ ...at, line }];
  });

  test.each(written)('$code, $relation, $of: $line', ({ code, relation, of, line }) => {
    // Whoever stands in a relation is anyone as well: an administrator sees all of ADMIN, their own roles too.
    expect(answered(code, relation, of)).toBe(more(line, said(code, 'ANYONE', of) ?? 'no'));
  });

  test('says no in every relation that it does not list, beyond what anyone or the person it is about sees', () => {
    for (const { code, relation, of } of all) {
      if (said(code, relation, of) !== undefined) continue;
      const anyone = more(sees('PU', 'ANYONE', of), sees(code, 'ANYONE', of));
      const expected = relation === 'SUBJECT' ? more(anyone, sees('PU', 'SUBJECT', of)) : anyone;
      expect([code, relation, of, answered(code, relation, of)]).toEqual([code, relation, of, expected]);
    }
  });

  test('holds 180 lines of these classes, for all of the 23 roles', () => {
    expect(written).toHaveLength(180);
    expect(new Set(written.map(({ code }) => code)).size).toBe(23);
  });
});

test('a column may hold what every viewer of its class sees', () => {
  expect(coversClass(sees, 'FINANCE', 'PUBLIC')).toBe(true);
  expect(coversClass(sees, 'ADMIN', 'PUBLIC')).toBe(true);
  expect(coversClass(sees, 'PUBLIC', 'ADMIN')).toBe(false);
  expect(coversClass(sees, 'FINANCE', 'ORG_INTERNAL')).toBe(false); // the paying authority sees FINANCE addressed to it
  expect(coversClass(sees, 'ORG_INTERNAL', 'FINANCE')).toBe(false); // a facilitator sees ORG_INTERNAL and no FINANCE
});

/** An event of domain 3.7, with its class as recorded. */
interface Example extends Parties, Visibility {
  readonly data: readonly string[];
  /** Fields with a personal overlay. */
  readonly personal?: readonly string[];
}
const nothing = { author: [], addressee: [], subject: undefined, home: [], fields: {} };
const example = (is: Partial<Example> & Pick<Example, 'custodian' | 'class'>, data: string): Example => ({
  ...nothing,
  ...is,
  data: data.split(' '),
});

const examples = {
  e1: example({ custodian: 'UHM', addressee: ['KOM'], home: ['g1'], class: 'PUBLIC' }, 'membershipId orgId level from'),
  e2: example({ custodian: 'KOM', author: ['KOM'], home: ['g1'], class: 'GROUP' }, 'needId orgId groupId title'),
  e3: example(
    {
      custodian: 'UHM',
      author: ['VRK'],
      addressee: ['UHM'],
      home: ['g1'],
      class: 'GROUP',
      fields: { '/motivation': 'ORG_INTERNAL', '/contactPerson': 'ORG_INTERNAL' },
      personal: ['contactPerson'],
    },
    'membershipId groupId orgId level motivation contactPerson',
  ),
  e4: example({ custodian: 'UHM', home: ['g1'], class: 'EVAL' }, 'groupId membershipId rank score'),
  e5: example(
    { custodian: 'UHM', addressee: ['VRK'], home: ['g1'], class: 'GROUP', fields: { '/reason': 'EVAL' } },
    'groupId membershipId reason',
  ),
  e6: example({ custodian: 'UHM', home: ['c1'], class: 'GROUP' }, 'consultationId questions dueAt'),
  e7: example(
    { custodian: 'UHM', author: ['SKL'], addressee: ['UHM'], home: ['c1'], class: 'ORG_INTERNAL' },
    'consultationId contributionId orgId text',
  ),
  e8: example({ custodian: 'UHM', home: ['c1'], class: 'PUBLIC' }, 'consultationId summary noAnswerFrom'),
  e9: example(
    { custodian: 'KOM', author: ['KOM'], home: ['g1'], class: 'GROUP', personal: ['body'] },
    'discussionId messageId body attachments',
  ),
  e10: example(
    { custodian: 'KOM', author: ['LEV1'], addressee: ['KOM'], home: ['d1', 'g1'], class: 'BILATERAL' },
    'rfiId orgId answers',
  ),
  e11: example(
    { custodian: 'UHM', addressee: ['KK'], home: ['m1'], class: 'FINANCE' },
    'fundingYearId requisitionId amount',
  ),
  e12: example({ custodian: 'KOM', subject: 'person of KOM', class: 'ADMIN' }, 'personRef assignmentId orgId role'),
  e13: example(
    { custodian: 'REG', author: ['LEV1'], home: ['q1'], class: 'SEALED' },
    'submissionId procurementId kind lots receivedAt',
  ),
  e14: example(
    {
      custodian: 'REG',
      home: ['q1'],
      class: 'BID_ABSOLUTE',
      fields: { '/prices': 'BID_ABSOLUTE', '/officers': 'BID_ABSOLUTE' },
      personal: ['officers'],
    },
    'procurementId phase heldAt officers register prices late',
  ),
  e15: example({ custodian: 'REG', home: ['q1'], class: 'BID_ABSOLUTE' }, 'decisionId lots reasons'),
  e17: example(
    {
      custodian: 'REG',
      addressee: ['LEV1'],
      home: ['k1', 'q1'],
      class: 'COMMERCIAL',
      fields: { '/supplierOrgIds': 'PUBLIC', '/buyerOrgIds': 'PUBLIC', '/signedAt': 'PUBLIC', '/value': 'PUBLIC' },
    },
    'contractId supplierOrgIds buyerOrgIds signedAt value doc',
  ),
  e18: example({ custodian: 'UHM', home: ['r1'], class: 'ORG_INTERNAL' }, 'reportId kind unit'),
  e19: example({ custodian: 'UHM', home: ['r1'], class: 'ORG_INTERNAL' }, 'reportId fiscalYear used'),
  e20: example({ custodian: 'UHM', addressee: ['ND'], home: ['r1'], class: 'PUBLIC' }, 'reportId sentAt doc'),
};
type Named = keyof typeof examples;

/** The effective classes once what the case names has been recorded: how a class gets there is not asked here. */
const opened: Partial<Record<Named, Visibility>> = { e13: { class: 'BID_ABSOLUTE', fields: {} } };
const decided: typeof opened = {
  e13: { class: 'COMMERCIAL', fields: {} },
  e14: { class: 'PUBLIC', fields: { '/prices': 'COMMERCIAL', '/officers': 'PUBLIC' } },
};
const toPublic = (...names: readonly Named[]): typeof opened =>
  Object.fromEntries(names.map((name) => [name, { class: 'PUBLIC', fields: {} }]));
const disclosed: typeof opened = {
  e17: { class: 'COMMERCIAL', fields: { ...examples.e17.fields, '/doc': 'PUBLIC' } },
};

/** `ROLE@organisation[scope]`, or PU. */
function viewerOf(text: string): Viewer {
  const [, code = '', org = '', scope] = /^(\w+)(?:@(\w+))?(?:\[(\w+)\])?$/.exec(text) ?? [];
  return { person: undefined, grants: granted(code, org, scope) };
}

/** What the viewer gets of an event, as domain 3.7 writes it: `all`, `–`, the receipt, or fields / redacted fields. */
function shown(name: Named, viewer: Viewer, moved: typeof opened): string {
  const event: Example = { ...examples[name], ...moved[name] };
  const answerTo = (field: string): Answer => {
    const answer = answerOf(sees, viewer, event, classAt(event, field && `/${field}`));
    const personal = event.personal?.includes(field) === true && (answer === 'yes' || answer === 'own');
    return personal ? answerOf(sees, viewer, event, 'PERSONAL') : answer;
  };
  if (answerTo('') === 'no') return '–';
  if (event.class === 'SEALED') return answerTo('') === 'own' ? 'receipt' : 'all';
  const visible = event.data.filter((field) => ['yes', 'own'].includes(answerTo(field)));
  const redacted = event.data.filter((field) => answerTo(field) === 'metadata');
  const written = (fields: readonly string[]) => (fields.length === event.data.length ? 'all' : fields.join(' '));
  return [written(visible), ...(redacted.length > 0 ? [written(redacted)] : [])].join(' / ').trim();
}

const parts = 'supplierOrgIds buyerOrgIds signedAt value';
const none = '–';
const redacted = '/ all';

/** Those that rest on a buyer group's members, on invitations, pseudonyms or erasure wait for their contexts. */
const cases: [no: string, viewers: string, results: Partial<Record<Named, string>>, moved?: typeof opened][] = [
  ['1 before the report', 'FI@UHM MO@UHM AR@UHM GR@KK', { e11: 'all' }],
  ['1 before the report', 'GR@ND FI@KOM FA@UHM PE@TA SA@UHM PU', { e11: none }],
  ['2 after the report', 'FI@UHM MO@UHM GR@KK GR@ND PU', { e11: 'all' }, toPublic('e11')],
  ['2 after it, as of before', 'GR@ND PU', { e11: none }],
  ['3 draft report', 'MO@UHM FA@UHM DM@UHM FI@UHM', { e18: 'all', e19: 'all' }],
  ['3 draft report', 'RE@UHM', { e18: redacted }],
  ['3 draft report', 'GR@ND RE@ND GR@KK PE@TA PU', { e18: none, e19: none }],
  ['3 submitted', 'GR@ND PU', { e18: 'all', e19: 'all', e20: 'all' }, toPublic('e18', 'e19')],
  ['4 not a member; other custodian', 'GM@REG GM@VRK MO@UHM', { e1: 'all', e2: none }],
  ['5 refused applicant', 'GM@VRK', { e2: none, e3: 'all', e4: none, e5: 'all' }],
  ['6 contribution before closing', 'CO@SKL', { e7: 'all' }],
  ['6 another consultee', 'CO@BRA', { e7: none }],
  ['6 before closing', 'FA@UHM RE@UHM', { e7: 'all' }],
  ['6 before closing', 'GM@KOM PE@TA SU@LEV1 PU', { e7: none }],
  ['6 after closing', 'CO@BRA GM@KOM PU', { e6: 'all', e7: 'all', e8: 'all' }, toPublic('e6', 'e7')],
  ['7 sealed', 'FA@UHM PO@REG[q1] OO@REG[q1] LE@REG[q1] RE@REG DPO@REG KV@KKV[q1] SA@UHM TE@LEV2 PU', { e13: none }],
  ['7 sealed', 'TE@LEV1', { e13: 'receipt' }],
  ['7 opened', 'FA@UHM GM@REG PO@REG SA@UHM TE@LEV2 PU', { e13: none, e14: none }, opened],
  ['7 opened', 'PO@REG[q1] KV@KKV[q1]', { e13: 'all', e14: 'all' }, opened],
  ['7 opened', 'RE@REG', { e13: redacted, e14: redacted }, opened],
  ['7 opened', 'TE@LEV1', { e13: 'all', e14: none }, opened],
  [
    '7 decided, not dispatched',
    'FA@UHM SA@UHM TE@LEV2 PU',
    { e13: redacted, e14: 'procurementId phase heldAt register late / officers prices', e15: none },
    decided,
  ],
  ['7 dispatched', 'FA@UHM PU', { e15: 'all' }, toPublic('e15')],
  [
    "7 facilitator and a supplier's answer",
    'FA@UHM GM@KOM CO@BRA CO@KOM CL@TA[g1] SU@LEV2 PE@TA SA@UHM PU',
    { e10: none },
  ],
  ["7 a supplier's answer", 'FA@UHM[d1] PO@KOM[d1] SU@LEV1', { e10: 'all' }],
  ["7 a supplier's answer", 'RE@KOM', { e10: redacted }],
  ['9 role revoked', 'PU', { e13: none, e14: none }, opened],
  ['10 before erasure', 'GM@REG MO@UHM SA@UHM DM@VRK', { e9: none }],
  ['10 before erasure', 'LE@KOM', { e9: 'all' }],
  [
    '11 system administrator',
    'SA@UHM',
    {
      e1: 'all',
      e2: none,
      e3: none,
      e4: none,
      e7: 'all',
      e9: none,
      e11: none,
      e12: 'all',
      e13: none,
      e14: none,
    },
    { ...opened, ...toPublic('e7') },
  ],
  ['11 system administrator', 'SA@UHM', { e17: `${parts} / contractId doc`, e18: none }],
  ['12 not assessed', 'PU SU@LEV2 PE@TA', { e17: `${parts} / contractId doc` }],
  ['12 disclosed', 'PU', { e17: `${parts} doc / contractId` }, disclosed],
  ['12 redacted again', 'SU@LEV1 PO@REG[q1] LE@REG', { e17: 'all' }],
];

describe('The worked examples of domain 3.7', () => {
  const rows = cases.flatMap(([no, viewers, results, moved = {}]) =>
    viewers
      .split(' ')
      .flatMap((viewer) =>
        (Object.keys(results) as Named[]).map((event) => ({ no, viewer, event, moved, result: results[event] ?? '' })),
      ),
  );

  test.each(rows)('$no: $viewer gets of $event: $result', ({ viewer, event, moved, result }) => {
    expect(shown(event, viewerOf(viewer), moved)).toBe(result);
  });
});
