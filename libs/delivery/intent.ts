import type { Command, Permission, Who } from '#kernel/commands';
import type { Grant } from '#kernel/roles';
import type { Decider } from '#kernel/decider';
import type { CommandMeta } from './meta.ts';
import type { Caller } from './people.ts';

/** One command as it came, well formed. */
export interface Intent {
  readonly decider: Decider;
  readonly name: string;
  readonly command: Command;
  readonly input: Readonly<Record<string, unknown>>;
  readonly meta: CommandMeta;
  readonly caller: Caller;
}

/** A role that is limited to an object does not act for the organisation. */
const whole = ({ scopeId }: Grant): boolean => scopeId === undefined;

const holds = ({ where, role }: Permission, { grants }: Caller, mandatedOrgId: string): boolean => {
  if (where === 'self' || where === 'anyone') return true;
  return grants.some(
    (grant) => whole(grant) && grant.role === role && (where === 'own' || grant.org === mandatedOrgId),
  );
};

/** Whether any role that the caller holds may issue this command, on whatever object. */
export const mayAnywhere = ({ command, caller }: Intent, mandatedOrgId: string): boolean =>
  command.by.some((permission) => holds(permission, caller, mandatedOrgId));

/** The first permission that the caller has for this very object, as the actor of what follows; none, when not allowed. */
export function actingAs(
  { command, decider, input, caller }: Intent,
  state: unknown,
  mandatedOrgId: string,
): Who | undefined {
  const named = decider.organisation?.(input, state);
  const allowed = ({ where, role }: Permission): boolean => {
    if (where === 'self') return decider.person?.(input) === caller.person;
    if (where === 'own')
      return caller.grants.some((grant) => whole(grant) && grant.role === role && grant.for === named);
    return holds({ where, role } as Permission, caller, mandatedOrgId);
  };
  const permission = command.by.find(allowed);
  if (!permission || caller.person === undefined) return undefined;
  const org = permission.where === 'mandated' ? mandatedOrgId : (named ?? mandatedOrgId);
  return { person: caller.person, org, role: permission.role };
}
