import { join } from 'node:path';
import type { OrganisationKey } from '#contexts/mandate/decision';
import { replaceFile } from '#delivery/durable-file';
import { demoIssuer, demoToken } from '#delivery/identity-token';
import { issue } from '#delivery/in-process';
import type { Settings } from '#delivery/settings';
import type { Role } from '#kernel/roles';
import { decisionId } from './decision-ids.ts';
import { organisationId, registerMandate, registerOrganisations, sendCopies } from './load-decision.ts';
import type { Installation } from './installation.ts';

/** A made-up person of the demo, and the one role it holds. */
interface DemoPerson {
  /** Name of its token. */
  readonly token: string;
  readonly role: Role;
  readonly org: OrganisationKey;
  /** Who proposes and who approves: the rule of two persons, as domain 1.9 applies it. */
  readonly proposedBy: 'itself' | 'the administrator';
  readonly approvedBy: 'the administrator' | 'the decision maker';
}

const person = (
  role: Role,
  org: OrganisationKey,
  proposedBy: DemoPerson['proposedBy'],
  approvedBy: DemoPerson['approvedBy'],
  token: string = role,
): DemoPerson => ({ token, role, org, proposedBy, approvedBy });

const own = 'UPPHANDLINGSMYNDIGHETEN';
const people: readonly DemoPerson[] = [
  person('DECISION_MAKER', own, 'itself', 'the administrator'),
  person('MANDATE_OWNER', own, 'the administrator', 'the decision maker'),
  person('FINANCE', own, 'the administrator', 'the decision maker'),
  person('FACILITATOR', own, 'the administrator', 'the decision maker'),
  person('REGISTRAR', own, 'the administrator', 'the decision maker'),
  person('GOVERNMENT_RECIPIENT', 'KAMMARKOLLEGIET', 'itself', 'the administrator'),
  person(
    'GOVERNMENT_RECIPIENT',
    'REGERINGSKANSLIET',
    'itself',
    'the administrator',
    'GOVERNMENT_RECIPIENT_REGERINGSKANSLIET',
  ),
  person('PROGRAMME_EVALUATOR', 'TILLVAXTANALYS', 'itself', 'the administrator'),
  person('DECISION_MAKER', 'EXEMPELKOMMUNEN', 'itself', 'the administrator', 'DECISION_MAKER_EXEMPELKOMMUNEN'),
  person('GROUP_MEMBER', 'EXEMPELKOMMUNEN', 'itself', 'the decision maker'),
];

/** The names under which tokens are given out. */
export const demoRoles: readonly string[] = ['SYSTEM_ADMIN', ...people.map(({ token }) => token)];

const subjectOf = (token: string): string => `demo-${token.toLowerCase().replaceAll('_', '-')}`;

/**
 * Loads the demo by commands, as domain 1.9 says: people, organisations, roles by two persons, and the decision. A
 * second start loads nothing twice. Gives a token for each role, and writes them to `demo-tokens.json`.
 */
export async function loadDemo(installation: Installation, settings: Settings): Promise<Record<string, string>> {
  const { directory, secret, platform } = installation;
  const ref = (subject: string) => directory.personRef(demoIssuer, subject);
  const admin = await ref(settings.adminSubject);
  await registerOrganisations(installation, settings, admin);
  for (const { token, role, org, proposedBy, approvedBy } of people) {
    const personRef = await ref(subjectOf(token));
    const orgId = organisationId(org, settings);
    const assignmentId = decisionId(`assignment/${token}`);
    const decider = people.find((other) => other.role === 'DECISION_MAKER' && other.org === org);
    const approver = approvedBy === 'the administrator' || !decider ? admin : await ref(subjectOf(decider.token));
    const proposer = proposedBy === 'itself' ? personRef : admin;
    const proposal = { assignmentId, personRef, orgId, role, scope: { type: 'ORGANISATION' }, from: '2017-01-01' };
    await issue(platform, proposer, 'ProposeRole', proposal, decisionId(`command/ProposeRole/${token}`));
    await issue(
      platform,
      approver,
      'ApproveRole',
      { personRef, assignmentId },
      decisionId(`command/ApproveRole/${token}`),
    );
  }
  await registerMandate(installation, settings, await ref(subjectOf('MANDATE_OWNER')));
  await sendCopies(installation, settings, await ref(subjectOf('REGISTRAR')));
  await platform.projector.reached(await platform.store.head(), 60_000);

  const tokens: Record<string, string> = { SYSTEM_ADMIN: await demoToken(secret, settings.adminSubject) };
  for (const { token } of people) tokens[token] = await demoToken(secret, subjectOf(token));
  replaceFile(join(settings.dataDir, 'demo-tokens.json'), `${JSON.stringify(tokens, null, 2)}\n`);
  return tokens;
}
