import { command, commands, mandated, own, type Problem } from '#kernel/commands';
import type { Data } from '#kernel/fields';
import { isOrganisationNumber } from '#kernel/swedish-numbers';
import { OrganisationFacts } from './organisation.events.ts';

const { OrganisationRegistered, OrganisationContactChanged, OrganisationSuccessionRecorded } = OrganisationFacts;

export const OrganisationCommands = commands({
  RegisterOrganisation: command({
    says: 'Register an organisation.',
    by: [mandated('SYSTEM_ADMIN'), mandated('FACILITATOR')],
    begins: true,
    makes: OrganisationRegistered,
    malformed({ orgNo, kind, level }): Problem | undefined {
      if (orgNo !== undefined && !isOrganisationNumber(orgNo))
        return { path: 'orgNo', rule: 'checkDigit', expected: 'an organisation number with its right check digit' };
      if (kind === 'CONTRACTING_AUTHORITY' && level === 'NOT_PUBLIC')
        return { path: 'level', rule: 'public', expected: 'NATIONAL, REGIONAL or LOCAL for a contracting authority' };
      return undefined;
    },
  }),
  ChangeOrganisationContact: command({
    says: 'Change how an organisation is reached: these ways take the place of all there were.',
    by: [
      mandated('SYSTEM_ADMIN'),
      mandated('FACILITATOR'),
      own('DECISION_MAKER'),
      own('GROUP_MEMBER'),
      own('SUPPLIER'),
    ],
    makes: OrganisationContactChanged,
  }),
  RecordSuccession: command({
    says: 'Record that an organisation was renamed, merged into another or split into others.',
    by: [mandated('SYSTEM_ADMIN')],
    makes: OrganisationSuccessionRecorded,
    malformed: (succession) => wrongName(succession) ?? wrongSuccessors(succession),
  }),
});

type Succession = Data<typeof OrganisationSuccessionRecorded.definition.data>;

function wrongName({ kind, name, shortName }: Succession): Problem | undefined {
  if ((kind === 'RENAMED') !== (name !== undefined))
    return { path: 'name', rule: 'together', expected: 'the new name where the kind is RENAMED, else none' };
  if (name === undefined && shortName !== undefined)
    return { path: 'shortName', rule: 'together', expected: 'none where there is no new name' };
  return undefined;
}

function wrongSuccessors({ orgId, kind, successorOrgIds }: Succession): Problem | undefined {
  const path = 'successorOrgIds';
  const count = new Set(successorOrgIds).size;
  if (count < successorOrgIds.length || successorOrgIds.includes(orgId))
    return { path, rule: 'each', expected: 'other organisations than this one, and each once' };
  const [fits, expected] = {
    RENAMED: [count === 0, 'none where the kind is RENAMED'] as const,
    MERGED: [count === 1, 'one where the kind is MERGED'] as const,
    SPLIT: [count >= 2, 'two or more where the kind is SPLIT'] as const,
  }[kind];
  return fits ? undefined : { path, rule: 'together', expected };
}
