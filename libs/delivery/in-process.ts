import type { Accepted, Refused } from './command-desk.ts';
import type { Platform } from './platform.ts';
import { wellFormed } from './well-formed.ts';

/** The command was refused where it had to be accepted. */
export class NotAccepted extends Error {
  override readonly name = 'NotAccepted';
}

/**
 * Issues commands from within the process as a person, by the same road as everyone's: validated, permitted, decided.
 * @throws NotAccepted, BadUserInput
 */
export async function issue(
  platform: Platform,
  person: string,
  name: string,
  input: Readonly<Record<string, unknown>>,
  commandId: string,
): Promise<Accepted> {
  const decider = platform.contexts.flatMap(({ deciders }) => deciders).find(({ commands }) => name in commands);
  const command = decider?.commands[name];
  if (!decider || !command) throw new TypeError(`there is no command ${name}`);
  const given = wellFormed(command, { input, meta: { commandId } });
  const caller = await platform.callers.of(person);
  const answer: Accepted | Refused = await platform.desk.handle({ decider, name, command, ...given, caller });
  if ('commandId' in answer) return answer;
  throw new NotAccepted(`${name} was refused: ${answer.code}. ${answer.message} ${JSON.stringify(answer.details)}`);
}
