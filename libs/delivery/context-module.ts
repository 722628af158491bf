import type { DynamicModule, Type } from '@nestjs/common';
import { CommandBus, CommandHandler, type ICommand } from '@nestjs/cqrs';
import { Field, ID, InputType, Int, registerEnumType } from '@nestjs/graphql';
import type { Context } from '#kernel/context';
import type { Decider } from '#kernel/decider';
import type { Command } from '#kernel/commands';
import type { Query } from '#kernel/query';
import { seenOf, type View } from '#kernel/view';
import { connectionOf, outcomeType, RedactionType } from './answers.ts';
import { type Accepted, CommandDesk, type Refused } from './command-desk.ts';
import { BadUserInput } from './errors.ts';
import {
  addField,
  argumentType,
  inputType,
  type MadeClass,
  madeType,
  namedClass,
  objectType,
} from './graphql-types.ts';
import { type CommandMeta, metaShape } from './meta.ts';
import type { Caller } from './people.ts';
import { Reader } from './reader.ts';
import { resolverClass, type ResolverField } from './resolver-class.ts';
import { shown } from './sight.ts';
import { validated } from './validation.ts';
import { wellFormed } from './well-formed.ts';

/**
 * Turns a bounded context into a module of Nest's: for each command a CQRS command with its handler and a mutation, for
 * each view a query for one row and one for a page, for each query its field. What must not start is found by
 * `checkContexts` before.
 */
export const contextModule = (context: Context): DynamicModule => madeOf(context).module;

/** The resolvers of a context, from which the schema is made. */
export const resolversOfContext = (context: Context): Type[] => madeOf(context).resolvers;

interface Made {
  readonly module: DynamicModule;
  readonly resolvers: Type[];
}

/** GraphQL knows one type of a name: a context is made into a module once in a process. */
const made = new WeakMap<Context, Made>();

function madeOf(context: Context): Made {
  const known = made.get(context);
  if (known) return known;
  const label = `${context.name.charAt(0).toUpperCase()}${context.name.slice(1)}`;
  const commands = context.deciders.flatMap((decider) =>
    Object.entries(decider.commands).map(([name, command]) => commandOf(decider, name, command)),
  );
  const mutations = commands.map(({ mutation }) => mutation);
  const queries = [...context.views.flatMap(viewFields), ...context.queries.map(queryField)];
  const resolvers = [
    ...(mutations.length > 0 ? [resolverClass(`${label}Mutations`, CommandBus, mutations)] : []),
    ...(queries.length > 0 ? [resolverClass(`${label}Queries`, Reader, queries)] : []),
  ];
  const module = {
    module: namedClass(`${label}Module`) as Type,
    providers: [...commands.map(({ handler }) => handler), ...resolvers],
  };
  const result = { module, resolvers };
  made.set(context, result);
  return result;
}

/** A command on the bus: well formed, with who asks. */
interface Issued extends ICommand {
  readonly input: Record<string, unknown>;
  readonly meta: CommandMeta;
  readonly caller: Caller;
}

function commandOf(decider: Decider, name: string, command: Command): { handler: Type; mutation: ResolverField } {
  const issued = namedClass(name) as new () => Issued;
  const handler = {
    [`${name}Handler`]: class {
      desk: CommandDesk;
      constructor(desk: CommandDesk) {
        this.desk = desk;
      }
      execute({ input, meta, caller }: Issued): Promise<Accepted | Refused> {
        return this.desk.handle({ decider, name, command, input, meta, caller });
      }
    },
  }[`${name}Handler`] as Type;
  Reflect.defineMetadata('design:paramtypes', [CommandDesk], handler);
  CommandHandler(issued)(handler);

  const by = command.by.map(({ role, where }) => (where === 'own' ? `${role} (own organisation)` : role)).join(', ');
  const inputClass = inputType({ name: `${name}Input`, says: command.says, shape: command.input });
  const metaClass = inputType({ name: 'CommandMeta', says: 'What comes with every command.', shape: metaShape });
  const mutation: ResolverField = {
    kind: 'mutation',
    name: `${name.charAt(0).toLowerCase()}${name.slice(1)}`,
    says: `${command.says} By: ${by}.`,
    gives: () => outcomeType,
    args: [
      {
        name: 'input',
        type: () => inputClass,
        description: 'What is commanded.',
      },
      { name: 'meta', type: () => metaClass, description: 'What comes with every command.' },
    ],
    resolve(bus: CommandBus, args, caller) {
      const given = wellFormed(command, { input: args['input'], meta: args['meta'] });
      return bus.execute(Object.assign(new issued(), given, { caller }));
    },
  };
  return { handler, mutation };
}

const notBefore = {
  name: 'notBefore',
  type: () => String,
  nullable: true,
  description: 'The `consistency` of an answer: waits, at most two seconds, until the views have come that far.',
};

/** Fields that not every viewer of a row sees are nullable, and listed in `redactions` where they are withheld. */
function rowType(view: View): MadeClass {
  const hidden = (column: string) => seenOf(view, column).class !== 'PUBLIC';
  const type = objectType({ name: view.type, says: view.says, shape: view.row }, hidden);
  for (const [name, [column, of]] of Object.entries(view.refs)) {
    const description = `The row that \`${column}\` names; nothing where there is none that you may know of.`;
    Field(() => madeType(of) as Type, { description, nullable: true })(type.prototype, name);
  }
  Field(() => [RedactionType], { description: 'Fields that are there and withheld.' })(type.prototype, 'redactions');
  return type;
}

function viewFields(view: View): ResolverField[] {
  const type = rowType(view);
  const connection = connectionOf(view.type, type);
  return [
    {
      kind: 'query',
      name: view.one,
      says: `${view.says} By ${view.key}; nothing where there is none that you may know of.`,
      gives: () => type,
      nullable: true,
      args: [{ name: 'id', type: () => ID, description: `Its ${view.key}.` }, notBefore],
      async resolve(reader: Reader, args, caller) {
        await reader.waitFor(args['notBefore'] as string | undefined);
        const row = await reader.one(view, args['id'] as string, caller);
        return row ? shown(row) : null;
      },
    },
    {
      kind: 'query',
      name: view.many,
      says: `${view.says} As a page of a list; at most 100 at a time.`,
      gives: () => connection,
      args: [
        ...filterArgument(view),
        ...orderArgument(view),
        {
          name: 'first',
          type: () => Int,
          nullable: true,
          description: 'How many: 1 to 100, 20 unless told. What is on the page costs that many times.',
        },
        { name: 'after', type: () => String, nullable: true, description: 'The cursor behind which the page begins.' },
        notBefore,
      ],
      async resolve(reader: Reader, args, caller) {
        await reader.waitFor(args['notBefore'] as string | undefined);
        return reader.page(view, args, caller, shown);
      },
    },
  ];
}

function filterArgument(view: View): ResolverField['args'] {
  if (view.filters.length === 0) return [];
  const type = namedClass(`${view.type}Filter`);
  InputType(`${view.type}Filter`, { description: 'Every column given must have this value.' })(type);
  for (const column of view.filters) {
    const field = view.row[column];
    if (field) addField(type, column, field, 'input', true);
  }
  return [{ name: 'filter', type: () => type, nullable: true, description: 'Which rows.' }];
}

function orderArgument(view: View): ResolverField['args'] {
  if (view.orders.length === 0) return [];
  const columns = Object.fromEntries(view.orders.map((column) => [column, column]));
  const valuesMap = Object.fromEntries(
    view.orders.map((column) => [column, { description: view.row[column]?.says ?? column }]),
  );
  registerEnumType(columns, { name: `${view.type}OrderBy`, description: 'Columns to order by.', valuesMap });
  const type = namedClass(`${view.type}Order`);
  InputType(`${view.type}Order`, { description: 'The order of the rows; rows of one value follow by id.' })(type);
  Field(() => columns, { description: 'The column.' })(type.prototype, 'by');
  Field(() => Boolean, { nullable: true, description: 'From the last to the first.' })(type.prototype, 'descending');
  return [{ name: 'orderBy', type: () => type, nullable: true, description: 'In which order; by id unless told.' }];
}

function queryField(query: Query): ResolverField {
  const { type, says, shape } = query.gives;
  const gives = objectType({ name: type, says, shape });
  return {
    kind: 'query',
    name: query.name,
    says: query.says,
    gives: () => (query.list ? [gives] : gives),
    nullable: !query.list,
    args: [
      ...Object.entries(query.args).map(([name, field]) => ({
        name,
        type: argumentType(field),
        nullable: field.optional,
        description: field.says,
      })),
      notBefore,
    ],
    async resolve(reader: Reader, args, caller) {
      await reader.waitFor(args['notBefore'] as string | undefined);
      const { notBefore: _, ...asked } = args;
      const { value, problems } = validated(query.args, asked, '');
      if (problems.length > 0) throw new BadUserInput(problems);
      const answers = await reader.answer(query, value, caller);
      return query.list ? answers : (answers[0] ?? null);
    },
  };
}
