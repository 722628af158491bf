import { type OrganisationKey, decision } from '#contexts/mandate/decision';
import { issue } from '#delivery/in-process';
import type { Settings } from '#delivery/settings';
import { decisionId, decisionMandateId } from './decision-ids.ts';
import type { Installation } from './installation.ts';

/** Who loads: the first administrator registers organisations, a registrar sends the copies, a mandate owner the rest. */
export interface Loaders {
  readonly admin: string;
  readonly owner: string;
  readonly registrar: string;
}

export interface Loaded {
  readonly mandateId: string;
  readonly organisations: number;
  readonly obligations: number;
  readonly copies: number;
}

/** The id of an organisation of the decision; that of the mandated authority is configured. */
export const organisationId = (key: OrganisationKey, settings: Pick<Settings, 'mandatedOrgId'>): string =>
  key === decision.mandate.mandated ? settings.mandatedOrgId : decisionId(`organisation/${key}`);

type Command = readonly [name: string, what: string, input: Record<string, unknown>];

/**
 * Loads the decision through commands, as domain 1.9 says. Every id is built, so that a second load finds everything
 * there and changes nothing. @throws NotAccepted when a rule says no
 */
export async function loadDecision(
  installation: Installation,
  settings: Settings,
  { admin, owner, registrar }: Loaders,
): Promise<Loaded> {
  await registerOrganisations(installation, settings, admin);
  await registerMandate(installation, settings, owner);
  await sendCopies(installation, settings, registrar);
  return {
    mandateId: decisionMandateId,
    organisations: Object.keys(decision.organisations).length,
    obligations: decision.obligations.length,
    copies: copies.length,
  };
}

export async function registerOrganisations(
  { platform }: Installation,
  settings: Settings,
  admin: string,
): Promise<void> {
  for (const [key, stated] of Object.entries(decision.organisations)) {
    const orgId = organisationId(key as OrganisationKey, settings);
    const input = { contactPoints: [], ...stated, orgId, soleTrader: false };
    await issue(platform, admin, 'RegisterOrganisation', input, decisionId(`command/RegisterOrganisation/${key}`));
  }
}

/** Each recipient, and each unit of it that is named. */
const copies = decision.copies.flatMap(({ to, units = [undefined] }) =>
  units.map((unit) => ({ to, ...(unit !== undefined && { unit }) })),
);

export async function sendCopies({ platform }: Installation, settings: Settings, registrar: string): Promise<void> {
  for (const { to, ...unit } of copies) {
    const input = { mandateId: decisionMandateId, recipientOrgId: organisationId(to, settings), ...unit };
    const what = [to, ...Object.values(unit)].join('/');
    await issue(platform, registrar, 'SendDecisionCopy', input, decisionId(`command/SendDecisionCopy/${what}`));
  }
}

export async function registerMandate({ platform }: Installation, settings: Settings, owner: string): Promise<void> {
  for (const [name, what, input] of mandateCommands(settings))
    await issue(platform, owner, name, input, decisionId(`command/${name}/${what}`));
}

const obligationId = (row: number): string => decisionId(`obligation/${row}`);

function mandateCommands(settings: Settings): Command[] {
  const { mandate, objectives, obligations, fundingYears, policyReferences } = decision;
  const org = (key: OrganisationKey) => organisationId(key, settings);
  const mandateId = decisionMandateId;
  const { rows: _, principal, mandated, payer, document, ...stated } = mandate;
  const { decisionDiaryNumber } = settings;
  return [
    [
      'RegisterMandate',
      'mandate',
      {
        ...stated,
        mandateId,
        principalOrgId: org(principal),
        mandatedOrgId: org(mandated),
        payerOrgId: org(payer),
        decisionDoc: { documentId: decisionId('document'), ...document },
      },
    ],
    ...(decisionDiaryNumber === undefined
      ? []
      : [['RecordDecisionReference', 'mandate', { mandateId, decisionDiaryNumber }] as Command]),
    ...objectives.map(({ code, sv, en, paragraph }): Command => [
      'DefineObjective',
      code,
      { mandateId, objectiveId: decisionId(`objective/${code}`), code, text: { sv, en }, source: { paragraph } },
    ]),
    ...obligations.map(({ row, sv, en, paragraph, counterparts = [], ...rest }): Command => [
      'RegisterObligation',
      `${row}`,
      {
        ...rest,
        mandateId,
        obligationId: obligationId(row),
        row,
        text: { sv, en },
        source: { paragraph },
        counterpartOrgIds: counterparts.map(org),
      },
    ]),
    ...fundingYears.map(({ year, ceiling, requisitionRow }): Command => [
      'AllocateFundingYear',
      `${year}`,
      {
        fundingYearId: `${mandateId}-${year}`,
        mandateId,
        year,
        ceiling,
        requisitionObligationId: obligationId(requisitionRow),
      },
    ]),
    ...policyReferences.map(({ row, date, sv, en }): Command => [
      'RegisterPolicyReference',
      `${row}`,
      { mandateId, policyReferenceId: decisionId(`policy reference/${row}`), title: { sv, en }, date },
    ]),
  ];
}
