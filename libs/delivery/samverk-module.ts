import { type ArgumentsHost, Catch, type DynamicModule, Module, type Type } from '@nestjs/common';
import { APP_FILTER, BaseExceptionFilter } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import { GraphQLModule } from '@nestjs/graphql';
import { described } from './api-description.ts';
import { calendarResolver, CalendarFeeds } from './calendar-feeds.ts';
import { CommandDesk } from './command-desk.ts';
import { contextModule, resolversOfContext } from './context-module.ts';
import { DataQuality, dataQualityResolver } from './data-quality.ts';
import { factsOf, streamsOf } from './checks.ts';
import { GraphQLOverHttp, type Serving, type ServingOptions } from './graphql-over-http.ts';
import { historyResolver, type Naming } from './history-fields.ts';
import type { Context } from '#kernel/context';
import type { Clock } from '#kernel/time';
import type { Platform } from './platform.ts';
import { Reader } from './reader.ts';
import { withReferences } from './references.ts';
import { aboutResolver, type Demonstration } from './about-fields.ts';

/** What a resolver throws goes on to `formatted`: Nest would log it with its stack, a caller's mistake too. */
@Catch()
class PassedOn extends BaseExceptionFilter {
  override catch(error: unknown, host: ArgumentsHost): void {
    if (host.getType<string>() === 'graphql') throw error;
    super.catch(error, host);
  }
}

@Module({})
export class SamverkModule {
  /** The whole API of a platform: commands, queries and history of every context. */
  static of(platform: Platform, demonstration: Demonstration | undefined, serving: Serving): DynamicModule {
    return {
      module: SamverkModule,
      global: true,
      imports: [
        CqrsModule.forRoot(),
        GraphQLModule.forRoot<ServingOptions>({
          driver: GraphQLOverHttp,
          autoSchemaFile: true,
          sortSchema: true,
          transformSchema: (schema) => described(withReferences(schema, platform)),
          serving,
        }),
        ...platform.contexts.map(contextModule),
      ],
      providers: [
        { provide: CommandDesk, useValue: platform.desk },
        { provide: Reader, useValue: platform.reader },
        { provide: CalendarFeeds, useValue: platform.calendarFeeds },
        { provide: DataQuality, useValue: platform.dataQuality },
        { provide: APP_FILTER, useClass: PassedOn },
        ...ownResolvers(platform.contexts, platform.clock, demonstration),
      ],
      exports: [CommandDesk, Reader, DataQuality, CqrsModule],
    };
  }
}

/** The resolvers that belong to no context. */
function ownResolvers(contexts: readonly Context[], clock: Clock, demonstration: Demonstration | undefined): Type[] {
  const objects = new Map(streamsOf(contexts).map(({ category, object }) => [category, object]));
  const facts = factsOf(contexts);
  const naming: Naming = {
    objectType: (category) => objects.get(category) ?? category,
    label: (type) => facts.get(type)?.definition.sv ?? type,
  };
  return [
    historyResolver(naming),
    calendarResolver(),
    dataQualityResolver(naming),
    ...aboutResolver(clock, demonstration),
  ];
}

/** Every resolver of the API: from which the schema is made. */
export const resolversOf = (
  contexts: readonly Context[],
  clock: Clock,
  demonstration: Demonstration | undefined,
): Type[] => [...contexts.flatMap(resolversOfContext), ...ownResolvers(contexts, clock, demonstration)];
