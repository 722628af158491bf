import { readdirSync, readFileSync } from 'node:fs';
import { buildSchema } from 'graphql';
import { describe, expect, test } from '@jest/globals';
import { command, commands, mandated, own } from '#kernel/commands';
import type { Context } from '#kernel/context';
import { accept, decider } from '#kernel/decider';
import { fact, facts } from '#kernel/facts';
import { code, codeList, group, id, list, money, optional, text } from '#kernel/fields';
import { process } from '#kernel/process';
import { query, rowsOf } from '#kernel/query';
import { stream } from '#kernel/stream';
import { visibilityTable } from '#kernel/visibility';
import { view } from '#kernel/view';
import { catalogueOf } from './catalogue.ts';
import { errorCodes } from './error-codes.ts';

const colours = codeList('Colour', 'A colour.', { RED: 'Röd', BLUE: 'Blå' });
const thingId = id('The thing.');
const ThingFacts = facts({
  ThingMade: fact({
    says: 'A thing was made.',
    sv: 'Sak gjord',
    class: 'FINANCE',
    fields: { '/parts/*/note': 'ORG_INTERNAL' },
    release: () => 'key',
    data: {
      thingId,
      price: money('What it costs.'),
      parts: list(
        group('Part', 'A part.', { note: optional(text('A note.', { max: 10 })), colour: code(colours) }),
        'Its parts.',
        5,
      ),
      tested: text('By whom.'),
    },
  }),
});
const NumberFacts = facts({
  NumberTaken: fact({ says: 'A number was taken.', sv: 'Nummer taget', class: 'ADMIN', data: { thingId } }),
});
const things = stream({ category: 'thing', object: 'Thing', facts: ThingFacts, initial: 0 }).evolve({
  ThingMade: (made) => made + 1,
});
const numbers = stream({ category: 'number', object: 'Number', facts: NumberFacts, initial: 0 }).evolve({
  NumberTaken: (taken) => taken + 1,
});
const ThingCommands = commands({
  MakeThing: command({
    says: 'Make a thing.',
    by: [mandated('FINANCE'), own('SUPPLIER')],
    makes: ThingFacts.ThingMade,
    filled: ['tested'],
  }),
});
const thing = decider(things, ThingCommands, {
  id: ({ thingId }) => thingId,
  reads: {},
  decide: { MakeThing: (input) => accept(ThingFacts.ThingMade({ ...input, tested: 'us' })) },
});
const thingView = view(
  {
    name: 'thing',
    version: 1,
    type: 'Thing',
    one: 'thing',
    many: 'things',
    says: 'Things.',
    of: ThingFacts,
    row: { thingId, price: money('What it costs.') },
  },
  {
    key: 'thingId',
    on: { ThingMade: (_, { thingId, price }) => ({ thingId, price }) },
    seen: { class: 'PUBLIC' },
    columns: { price: { class: 'FINANCE' } },
    filters: ['thingId'],
    orders: [],
  },
);
const inspections = process(things, {
  name: 'inspections',
  version: 1,
  says: 'Makes another when one is gone.',
  of: ThingFacts,
  makes: ['ThingMade'],
  id: () => 'one',
  reads: {},
  hears: ['ThingMade'],
});
const total = query({
  name: 'total',
  says: 'What all cost.',
  args: {},
  gives: { type: 'Total', says: 'A sum.', shape: { sum: money('The sum.') } },
  reads: { all: rowsOf(thingView, () => ({})) },
  list: false,
  answer: () => [],
});
const context: Context = {
  name: 'things',
  sv: 'Saker',
  deciders: [thing],
  reservations: [numbers],
  views: [thingView],
  queries: [total],
  processes: [inspections],
};
const schema = buildSchema(`
  type Thing { thingId: ID! }
  type Query { thing(id: ID!): Thing things(first: Int, after: String): [Thing!]! total: Int "Who you are." me("Since when." since: String): String }
  type Mutation { makeThing(input: ID!): String }
`);
const sees = visibilityTable(
  'role,relation,class,sees\nPU,ANYONE,PUBLIC,yes\nFI,ANYONE,PUBLIC,yes\nFI,CUSTODIAN,FINANCE,yes\nMO,CUSTODIAN,FINANCE,own\nPU,SUBJECT,ADMIN,own\nFI,SUBJECT,ADMIN,own\nSA,ANYONE,ADMIN,yes\nSA,SUBJECT,ADMIN,yes\n',
);
const catalogue = catalogueOf({ contexts: [context], schema, sees });

describe('the catalogue', () => {
  test('tells of a fact what makes it, what it feeds, and each field with its own class and rule', () => {
    const part = {
      name: 'parts',
      type: 'Part',
      list: true,
      optional: false,
      says: 'Its parts.',
      rule: 'at most 5 items',
      fields: [
        {
          name: 'note',
          type: 'text',
          list: false,
          optional: true,
          says: 'A note.',
          rule: '1 to 10 characters',
          class: 'ORG_INTERNAL',
        },
        { name: 'colour', type: 'Colour', list: false, optional: false, says: 'A colour.' },
      ],
    };
    expect(catalogue.facts[0]).toMatchObject({
      name: 'ThingMade',
      sv: 'Sak gjord',
      context: 'things',
      stream: 'thing',
      object: 'Thing',
      version: 1,
      class: 'FINANCE',
      released: true,
      releases: false,
      madeBy: [
        { kind: 'command', name: 'MakeThing' },
        { kind: 'process', name: 'inspections' },
      ],
      feeds: ['things'],
    });
    expect(catalogue.facts[0]?.fields.map(({ name }) => name)).toEqual(['thingId', 'price', 'parts', 'tested']);
    expect(catalogue.facts[0]?.fields[2]).toEqual(part);
    expect(catalogue.facts[1]).toMatchObject({
      name: 'NumberTaken',
      madeBy: [{ kind: 'reservation', name: 'number' }],
    });
  });

  test('tells of a command who may issue it, what it makes, and what the decision fills', () => {
    expect(catalogue.commands[0]).toMatchObject({
      name: 'MakeThing',
      by: [
        { role: 'FINANCE', where: 'mandated' },
        { role: 'SUPPLIER', where: 'own' },
      ],
      makes: 'ThingMade',
      filled: ['tested'],
      mutation: 'makeThing',
      graphql: 'makeThing(input: ID!): String',
    });
    const issuing = catalogue.roles.filter(({ issues }) => issues.includes('MakeThing')).map(({ name }) => name);
    expect(issuing).toEqual(['FINANCE', 'SUPPLIER']);
  });

  test('tells of a process what it hears and what it makes', () => {
    expect(catalogue.processes).toEqual([
      {
        name: 'inspections',
        says: 'Makes another when one is gone.',
        context: 'things',
        hears: ['ThingMade'],
        makes: ['ThingMade'],
      },
    ]);
  });

  test('tells of a view the class of each column, what filters it and what feeds it', () => {
    const { columns, ...view } = catalogue.views[0] ?? { columns: [] };
    expect(view).toMatchObject({ name: 'things', class: 'PUBLIC', key: 'thingId', fedBy: ['ThingMade'] });
    expect(columns.map(({ name, class: own, filter, order }) => [name, own, filter, order])).toEqual([
      ['thingId', undefined, true, false],
      ['price', 'FINANCE', false, false],
    ]);
  });

  test('tells of a query what it reads, and of GraphQL what belongs to no context', () => {
    expect(catalogue.queries[0]).toMatchObject({
      name: 'total',
      reads: ['things'],
      gives: { type: 'Total', list: false },
    });
    expect(catalogue.others).toEqual([
      {
        kind: 'query',
        name: 'me',
        says: 'Who you are.',
        graphql: 'me(since: String): String',
        args: [{ name: 'since', type: 'String', says: 'Since when.' }],
      },
    ]);
  });

  test('tells each code list once, with its Swedish labels', () => {
    expect(catalogue.codeLists).toEqual([
      {
        name: 'Colour',
        says: 'A colour.',
        codes: [
          { code: 'RED', sv: 'Röd' },
          { code: 'BLUE', sv: 'Blå' },
        ],
      },
    ]);
  });

  test('tells of a class who sees more of it in a relation than without, and nothing of who sees nothing', () => {
    const seenBy = (name: string) => catalogue.classes.find((one) => one.name === name)?.seenBy;
    expect(seenBy('PUBLIC')).toEqual([{ relation: 'ANYONE', sees: 'yes', roles: ['PUBLIC'] }]);
    expect(seenBy('FINANCE')).toEqual([
      { relation: 'CUSTODIAN', sees: 'own', roles: ['MANDATE_OWNER'] },
      { relation: 'CUSTODIAN', sees: 'yes', roles: ['FINANCE'] },
    ]);
    expect(seenBy('ADMIN')).toEqual([
      { relation: 'ANYONE', sees: 'yes', roles: ['SYSTEM_ADMIN'] },
      { relation: 'SUBJECT', sees: 'own', roles: ['PUBLIC'] },
    ]);
    expect(seenBy('SEALED')).toEqual([]);
  });

  test('has every error code that the delivery gives', () => {
    const folder = new URL('.', import.meta.url);
    const sources = readdirSync(folder)
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts') && name !== 'error-codes.ts')
      .map((name) => readFileSync(new URL(name, folder), 'utf8'))
      .join('\n');
    const given = [...sources.matchAll(/(?:\bcode: |\bsaid\()'([A-Z_]+)'/g)].map(([, found = '']) => found);
    expect(given).toContain('INTERNAL');
    expect(given.filter((found) => !(found in errorCodes))).toEqual([]);
  });
});
