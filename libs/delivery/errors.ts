import { GraphQLError } from 'graphql';
import type { Problem } from '#kernel/commands';

/** Malformed: every problem with its path, its rule and what is expected. Nothing was decided and nothing changed. */
export class BadUserInput extends GraphQLError {
  constructor(fields: readonly Problem[]) {
    const said = fields.map(({ path, expected }) => `${path}: ${expected}`).join('; ');
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
