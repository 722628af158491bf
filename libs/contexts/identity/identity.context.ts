import type { Context } from '#kernel/context';
import { organisationNumbers } from './organisation-number.events.ts';
import { organisation } from './organisation.ts';
import { person } from './person.ts';
import { organisationNumberRelease } from './processes/organisation-numbers.ts';
import { organisationView } from './views/organisation.view.ts';
import { roleAssignments } from './views/role-assignment.view.ts';

export const identityContext: Context = {
  name: 'identity',
  sv: 'Aktörer',
  deciders: [organisation, person],
  reservations: [organisationNumbers],
  views: [organisationView, roleAssignments],
  queries: [],
  processes: [organisationNumberRelease],
};
