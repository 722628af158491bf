import { expect } from '@jest/globals';
import type { GraphQLAnswer, RunningSystem } from './harness.ts';
import { mutationOf, newId } from './harness.ts';

/** What is said of something malformed: where, which rule, and a word of what is expected. */
export type Wrong = readonly [path: string, rule: string, expected?: RegExp];

const innards = /node_modules|\.[jt]s[:)]|\bat (?:async )?[\w.#]+ \(|\/tmp\/|\/home\/|file:\/\/|sqlite|SELECT /i;
/** No stack, no file, no query of ours. */
export const saysNothingOfUs = (text: string): void => expect(text).not.toMatch(innards);

/** Rules that GraphQL keeps before anything runs: HTTP 400 and no `data`. Others are found within the execution. */
const beforeExecution = new Set(['type', 'required', 'unknown', 'document']);

/** Sends it until its document has been compiled, when another program judges the variables: the answer is the same. */
export async function isRefused(
  system: RunningSystem,
  token: string | undefined,
  body: string,
  [path, rule, expected = /./]: Wrong,
): Promise<void> {
  for (let time = 0; time < 4; time++) {
    const { status, text } = await system.post(token, body);
    const { data, errors } = JSON.parse(text) as GraphQLAnswer<unknown>;
    const field = { path, rule, expected: expect.stringMatching(expected) };
    saysNothingOfUs(text);
    expect(data).toBe(beforeExecution.has(rule) ? undefined : null);
    expect(errors).toHaveLength(1);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', fields: [field] });
    expect(errors?.[0]?.message).toMatch(/\w/);
    expect(status).toBe(beforeExecution.has(rule) ? 400 : 200);
  }
}

let documents = 0;
/** A command in a document that nobody sent before. */
export const commandBody = (name: string, input: unknown, meta: unknown = { commandId: newId() }): string =>
  JSON.stringify({ query: `${mutationOf(name)} # ${documents++}`, variables: { input, meta } });
