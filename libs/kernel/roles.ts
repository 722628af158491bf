/** The roles of domain 7.8: code in the visibility table, name in commands, events and GraphQL, Swedish label. */
export const roles = {
  MANDATE_OWNER: { code: 'MO', sv: 'Uppdragsansvarig' },
  FACILITATOR: { code: 'FA', sv: 'Processledare' },
  GROUP_MEMBER: { code: 'GM', sv: 'Beställare' },
  LEAD_BUYER: { code: 'LB', sv: 'Ledande upphandlare' },
  PROCUREMENT_OFFICER: { code: 'PO', sv: 'Upphandlare' },
  OPENING_OFFICER: { code: 'OO', sv: 'Öppningsförrättare' },
  EVALUATOR_PANEL: { code: 'EP', sv: 'Utvärderingsgrupp' },
  DECISION_MAKER: { code: 'DM', sv: 'Beslutsfattare' },
  LEGAL: { code: 'LE', sv: 'Jurist' },
  REGISTRAR: { code: 'RE', sv: 'Registrator' },
  ARCHIVIST: { code: 'AR', sv: 'Arkivarie' },
  FINANCE: { code: 'FI', sv: 'Ekonom' },
  SUPPLIER: { code: 'SU', sv: 'Leverantör' },
  TENDERER: { code: 'TE', sv: 'Anbudsgivare' },
  CONSULTEE: { code: 'CO', sv: 'Samrådspart' },
  COLLABORATOR: { code: 'CL', sv: 'Samverkanspart' },
  PROGRAMME_EVALUATOR: { code: 'PE', sv: 'Programutvärderare' },
  GOVERNMENT_RECIPIENT: { code: 'GR', sv: 'Mottagare' },
  SUPERVISOR: { code: 'KV', sv: 'Tillsynsmyndighet' },
  INTEGRATION_PARTNER: { code: 'IP', sv: 'Integrationspart' },
  DATA_PROTECTION_OFFICER: { code: 'DPO', sv: 'Dataskyddsombud' },
  SYSTEM_ADMIN: { code: 'SA', sv: 'Systemadministratör' },
} as const;
export type Role = keyof typeof roles;

/** Who acts without a grant (domain 7.8). */
export const withoutGrant = {
  APPLICANT: { sv: 'Rollsökande', says: 'A signed-in person who applies for a role of their own.' },
  PERSON: { sv: 'Inloggad person', says: 'Anyone who is signed in.' },
  SYSTEM: { sv: 'Systemet', says: 'A timer or a policy of the system itself.' },
} as const;

/** What an event names as the role of who acted. */
export type ActingRole = Role | keyof typeof withoutGrant;

/** The public viewer's code in the visibility table; every viewer holds it. */
export const publicCode = 'PU';
export const everyone = {
  PUBLIC: { code: publicCode, sv: 'Allmänheten', says: 'Everyone, signed in or not.' },
} as const;

/** A role in force: what a person may see and do, for which organisation, and within which object. */
export interface Grant {
  readonly role: Role;
  readonly org: string;
  /** The organisation represented under a representation in force, else `org` (domain 3.2). */
  readonly for: string;
  /** The object that the grant is limited to; absent where it holds for the whole organisation or system. */
  readonly scopeId?: string;
}
