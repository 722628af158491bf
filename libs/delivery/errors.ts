import { GraphQLError } from 'graphql';
import type { Problem } from '#kernel/commands';

/** Malformed: every problem with its path, its rule and what is expected. Nothing was decided and nothing changed. */
export class BadUserInput extends GraphQLError {
  constructor(fields: readonly Problem[]) {
    const said = fields.map(({ path, expected }) => (path === '' ? expected : `${path}: ${expected}`)).join('; ');
    super(`The input cannot be used. ${said}`, { extensions: { code: 'BAD_USER_INPUT', fields } });
  }
}

/** What was just written is not in the views yet: ask again after so many seconds. */
export class NotYetVisible extends GraphQLError {
  constructor(retryAfter: number) {
    super('The views have not come as far yet. Ask again in a moment.', {
      extensions: { code: 'NOT_YET_VISIBLE', retryAfter },
    });
  }
}

/** Above a limit, and refused before anything ran. `found` is where the counting stopped when there is more. */
export class QueryTooComplex extends GraphQLError {
  constructor(limit: string, allowed: number, found: number, wayOut: string) {
    super(`The query is too complex: ${limit} ${found}, where ${allowed} are allowed. ${wayOut}`, {
      extensions: { code: 'QUERY_TOO_COMPLEX', limit, allowed, found },
    });
  }
}

/** Not answered in time. What a command did is not known from this: the same command again tells. */
export class TimedOut extends GraphQLError {
  constructor(seconds: number) {
    super(
      `Not answered within ${seconds} s. Ask for less at a time; send a command again with its commandId: it has one effect.`,
      { extensions: { code: 'TIMED_OUT' } },
    );
  }
}
