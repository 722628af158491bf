import type { Command } from '#kernel/commands';
import { BadUserInput } from './errors.ts';
import type { Intent } from './intent.ts';
import { type CommandMeta, metaShape } from './meta.ts';
import { validated } from './validation.ts';

/**
 * What a command was given, checked as a whole, whichever way it came: each field, then the rules over several.
 * @throws BadUserInput with every problem and its path
 */
export function wellFormed(command: Command, given: { input: unknown; meta: unknown }): Pick<Intent, 'input' | 'meta'> {
  const input = validated(command.input, given.input, 'input');
  const meta = validated(metaShape, given.meta, 'meta');
  const problems = [...input.problems, ...meta.problems];
  const joint = problems.length === 0 ? command.malformed?.(input.value) : undefined;
  if (joint) problems.push({ ...joint, path: `input.${joint.path}` });
  if (problems.length > 0) throw new BadUserInput(problems);
  return { input: input.value, meta: meta.value as unknown as CommandMeta };
}
