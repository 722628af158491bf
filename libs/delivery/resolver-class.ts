import 'reflect-metadata';
import { Inject, type Type } from '@nestjs/common';
import { Args, type ArgsOptions, Context, Mutation, Query, Resolver } from '@nestjs/graphql';
import type { Caller } from './people.ts';
import { note } from './watching.ts';

/** What a request carries: the caller behind its token. */
export interface Asking {
  readonly caller: Caller;
  /** By which `watching` knows it. */
  readonly request: object;
}

export interface ResolverField {
  readonly kind: 'query' | 'mutation';
  readonly name: string;
  readonly says: string;
  readonly gives: () => unknown;
  readonly nullable?: boolean;
  /** Name and GraphQL type of each argument, in order. */
  readonly args: readonly ({ readonly name: string } & Pick<
    ArgsOptions,
    'type' | 'nullable' | 'description' | 'defaultValue'
  >)[];
  resolve(injected: never, args: Readonly<Record<string, unknown>>, caller: Caller): unknown;
}

/** A resolver of Nest's, made of data: its fields become methods, and `inject` is given to each. */
export function resolverClass(name: string, inject: Type, fields: readonly ResolverField[]): Type {
  const type = {
    [name]: class {
      injected: unknown;
      constructor(injected: unknown) {
        this.injected = injected;
      }
    },
  }[name] as Type;
  Reflect.defineMetadata('design:paramtypes', [inject], type);
  Inject(inject)(type, undefined, 0);
  const prototype = type.prototype as Record<string, unknown>;
  for (const field of fields) {
    const names = field.args.map(({ name }) => name);
    const method = function (this: { injected: never }, ...values: unknown[]) {
      const args = Object.fromEntries(names.map((name, index) => [name, values[index]]));
      const asking = values[names.length] as Asking;
      note(asking.request, field.name, args);
      return field.resolve(this.injected, args, asking.caller);
    };
    const { name } = field;
    const descriptor: PropertyDescriptor = { value: method, writable: true, enumerable: false, configurable: true };
    Object.defineProperty(prototype, name, descriptor);
    Reflect.defineMetadata('design:paramtypes', [...names.map(() => Object), Object], prototype, name);
    field.args.forEach(({ name: argument, ...options }, index) => {
      Args(argument, options as ArgsOptions)(prototype, name, index);
    });
    Context()(prototype, name, names.length);
    const options = { name, description: field.says, nullable: field.nullable ?? false };
    const decorate =
      field.kind === 'query' ? Query(field.gives as never, options) : Mutation(field.gives as never, options);
    decorate(prototype, name, descriptor);
  }
  Resolver()(type);
  return type;
}
