import { describe, expect, test } from '@jest/globals';
import { command, commands, mandated, own } from '#kernel/commands';
import type { Context } from '#kernel/context';
import { accept, decider } from '#kernel/decider';
import { fact, facts } from '#kernel/facts';
import { code, codeList, id, text } from '#kernel/fields';
import { process, reading } from '#kernel/process';
import { stream } from '#kernel/stream';
import { type Seen, view } from '#kernel/view';
import { checkContexts } from './checks.ts';

const thingId = id('The thing.');
const ThingFacts = facts({
  ThingMade: fact({
    says: 'A thing was made.',
    sv: 'Sak gjord',
    class: 'PUBLIC',
    data: { thingId, note: text('A note.') },
  }),
});
const things = stream({ category: 'thing', object: 'Thing', facts: ThingFacts, initial: 0 }).evolve({
  ThingMade: (made) => made + 1,
});
const ThingCommands = commands({
  MakeThing: command({ says: 'Make a thing.', by: [mandated('FINANCE')], makes: ThingFacts.ThingMade }),
});
const thing = decider(things, ThingCommands, {
  id: ({ thingId }) => thingId,
  reads: {},
  decide: { MakeThing: (input) => accept(ThingFacts.ThingMade(input)) },
});
const secret: Seen<unknown> = { class: 'FINANCE' };
const row = { thingId, note: text('A note.') };
const head = { version: 1, type: 'Thing', says: 'Things.', of: ThingFacts, row };
const body = {
  key: 'thingId' as const,
  on: { ThingMade: (_: unknown, data: { readonly thingId: string; readonly note: string }) => data },
  seen: { class: 'PUBLIC' } as const,
  filters: [],
  orders: [],
};
const thingView = view({ ...head, name: 'thing', one: 'thing', many: 'things' }, body);

const context = (changed: Partial<Context>): Context => ({
  name: 'things',
  sv: 'Saker',
  deciders: [thing],
  views: [thingView],
  queries: [],
  ...changed,
});

const otherwise = (changed: object) => context({ deciders: [{ ...thing, ...changed }] });
const factWith = (changed: object) => {
  const made = ThingFacts.ThingMade;
  const definition = { ...made.definition, ...changed };
  return otherwise({ stream: { ...things, facts: { ThingMade: Object.assign(() => made, made, { definition }) } } });
};
const watching = process(things, {
  name: 'watching',
  version: 1,
  says: 'Watches.',
  of: ThingFacts,
  makes: ['ThingMade'],
  id: () => '',
  reads: {},
});
const processWith = (...changes: readonly object[]) =>
  context({ processes: changes.map((changed) => ({ ...watching, ...changed })) });
const viewWith = (changed: object) => context({ views: [{ ...thingView, ...changed }] });

describe('the system refuses to start', () => {
  test('on nothing that is in order', () => {
    expect(() => checkContexts([context({})])).not.toThrow();
    expect(() => checkContexts([processWith({})])).not.toThrow();
  });

  test.each<[string, Context[], RegExp]>([
    ['two commands of the same name', [context({}), context({ views: [] })], /command MakeThing stands twice/],
    ['two events of the same name', [context({}), context({ views: [] })], /event ThingMade stands twice/],
    ['two streams of one category', [context({}), context({ views: [] })], /stream category thing stands twice/],
    ['two tables of the same name', [context({}), context({ deciders: [] })], /table thing stands twice/],
    ['two queries of the same name', [viewWith({ many: 'thing' })], /query thing stands twice/],
    [
      'a category with a hyphen',
      [otherwise({ stream: { ...things, category: 'a-thing' } })],
      /a-thing is not of small letters/,
    ],
    [
      'a class for a field that is not there',
      [factWith({ fields: { '/price': 'FINANCE' } })],
      /\/price, which is no field/,
    ],
    ['a subject that is no field', [factWith({ subject: 'personRef' })], /personRef as its subject, which is no field/],
    [
      'a command without a permission',
      [otherwise({ commands: { MakeThing: { ...ThingCommands.MakeThing, by: [] } } })],
      /MakeThing may be issued by nobody/,
    ],
    [
      'a command for an own organisation that nothing names',
      [otherwise({ commands: { MakeThing: { ...ThingCommands.MakeThing, by: [own('FINANCE')] } } })],
      /thing does not tell which/,
    ],
    [
      'a fact that nothing makes',
      [otherwise({ commands: {} })],
      /ThingMade is made by no command, reservation or process/,
    ],
    [
      'a fact that says nothing',
      [factWith({ says: ' ' })],
      /things\.deciders\.0\.stream\.facts\.ThingMade.*says is empty/,
    ],
    ['a fact without a Swedish label', [factWith({ sv: '' })], /ThingMade\.definition\.sv is empty/],
    ['a field that says nothing', [factWith({ data: { thingId, note: text('') } })], /data\.note\.says is empty/],
    [
      'a code without a Swedish label',
      [factWith({ data: { thingId, note: code(codeList('Note', 'A note.', { SHORT: '' })) } })],
      /labels\.SHORT is empty/,
    ],
    ['a row without its key', [viewWith({ key: 'otherId' })], /no column otherId, its key/],
    ['a key hidden from viewers of the row', [viewWith({ columns: { thingId: secret } })], /hides its key thingId/],
    ['a class for a column that is not there', [viewWith({ columns: { price: secret } })], /price, which is no column/],
    [
      'a filter on a column that not every viewer of the row may see',
      [viewWith({ columns: { note: secret }, filters: ['note'] })],
      /filters or orders by note/,
    ],
    [
      'an order on a column that not every viewer of the row may see',
      [viewWith({ columns: { note: secret }, orders: ['note'] })],
      /filters or orders by note/,
    ],
    [
      'a reference beside a column of its name',
      [viewWith({ refs: { note: ['thingId', 'Thing'] } })],
      /note, which is a/,
    ],
    [
      'a reference by what is no id',
      [viewWith({ refs: { other: ['note', 'Thing'] } })],
      /note, which is no column with/,
    ],
    [
      'a reference to no view',
      [viewWith({ refs: { other: ['thingId', 'Other'] } })],
      /type Other, and there is no such/,
    ],
    [
      'a view that listens to no fact of its streams',
      [viewWith({ listens: new Set(['ThingSold']) })],
      /ThingSold, which is no fact/,
    ],
    ['two processes of the same name', [processWith({}, {})], /process watching stands twice/],
    [
      'a process that hears no fact of its streams',
      [processWith({ hears: new Set(['ThingSold']) })],
      /watching hears ThingSold, which is no fact/,
    ],
    [
      'a process that reads a stream of no context',
      [processWith({ reads: { other: reading({ ...things, category: 'other' }, () => []) } })],
      /watching uses the stream other, which is of no context/,
    ],
  ])('on %s', (_, contexts, message) => {
    expect(() => checkContexts(contexts)).toThrow(message);
  });
});
