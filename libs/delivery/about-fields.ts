import type { Type } from '@nestjs/common';
import { Field, ObjectType } from '@nestjs/graphql';
import { type Clock, dayOf, type Instant } from '#kernel/time';
import { BadUserInput } from './errors.ts';
import { Reader } from './reader.ts';
import { resolverClass } from './resolver-class.ts';
import { dateScalar, dateTimeScalar } from './scalars.ts';

@ObjectType('About', { description: 'What is running here.' })
class AboutType {
  @Field(() => Boolean, {
    description: 'Whether this is a demonstration: made-up people, and a clock that is moved by hand.',
  })
  demo!: boolean;
  @Field(() => dateTimeScalar, { description: 'The time that decisions go by.' })
  now!: Instant;
  @Field(() => dateScalar, { description: 'The same as a day in Stockholm.' })
  today!: string;
}

/** The clock of a demonstration, and what must be done before it may be read again. */
export interface Demonstration {
  /** @throws RangeError when `to` is earlier than now */
  moveTo(to: Instant): Promise<void>;
}

/** `about`; and in demo mode the mutation that moves the clock. Nowhere else does it exist. */
export const aboutResolver = (clock: Clock, demonstration: Demonstration | undefined): Type[] => {
  const about = (): AboutType => ({ demo: demonstration !== undefined, now: clock.now(), today: dayOf(clock.now()) });
  return [
    resolverClass('AboutQueries', Reader, [
      {
        kind: 'query',
        name: 'about',
        says: 'What is running here, and its time.',
        gives: () => AboutType,
        args: [],
        resolve: about,
      },
      ...(demonstration
        ? [
            {
              kind: 'mutation' as const,
              name: 'moveDemoClock',
              says: 'Moves the clock of the demonstration, forwards only. Answers when timers and views are done.',
              gives: () => AboutType,
              args: [{ name: 'to', type: () => dateTimeScalar, description: 'The time to move to.' }],
              async resolve(_: never, args: Readonly<Record<string, unknown>>): Promise<AboutType> {
                const to = args['to'] as Instant;
                if (to < clock.now())
                  throw new BadUserInput([{ path: 'to', rule: 'forwards', expected: `${clock.now()} or later` }]);
                await demonstration.moveTo(to);
                return about();
              },
            },
          ]
        : []),
    ]),
  ];
};
