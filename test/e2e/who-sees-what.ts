import { mandateId, type RunningSystem, yearId } from './harness.ts';

interface Node {
  readonly [field: string]: unknown;
}
type Page = { readonly edges: readonly { readonly node: Node }[] };

/** What a role is shown of the mandate's money and reports; what it is not shown is absent. */
export interface Seen {
  readonly ledger: Readonly<Record<number, Readonly<Record<string, number>>>>;
  readonly requisitions: readonly { amount?: number; receivedAt?: string; paidOn?: string }[];
  readonly costs: readonly { amount?: number; voucherRef?: string }[];
  readonly repayments: readonly { amount?: number; bankRef?: string }[];
  readonly reports: readonly { kind?: string; state?: string; statements?: readonly number[] }[];
  /** Types of the events of the funding year 2017, in order. */
  readonly events2017: readonly string[];
}

const money = '{ amountMinor }';
const query = `query ($mandate: ID!) {
  ledger: fundingLedgers(filter: { mandateId: $mandate }) { edges { node {
    year ceiling ${money} requisitioned ${money} paid ${money} used ${money} unused ${money} repaid ${money} outstanding ${money}
  } } }
  requisitions(filter: { mandateId: $mandate }, orderBy: { by: sentAt }) { edges { node { amount ${money} receivedAt paidOn } } }
  costs(filter: { mandateId: $mandate }, orderBy: { by: costDate }) { edges { node { amount ${money} voucherRef } } }
  repayments(filter: { mandateId: $mandate }) { edges { node { fundingYearId amount ${money} bankRef } } }
  reports(filter: { mandateId: $mandate }, orderBy: { by: kind }) { edges { node { kind state statements { fiscalYear } } } }
}`;

export async function seenBy(system: RunningSystem, role: string): Promise<Seen> {
  const token = system.token(role);
  const pages = await system.read<Readonly<Record<string, Page>>>(token, query, { mandate: mandateId });
  const nodes = (name: string): Node[] => (pages[name]?.edges ?? []).map(({ node }) => plain(node));
  const events = await system.history(token, yearId(2017));
  return {
    ledger: Object.fromEntries(nodes('ledger').map(({ year, ...sums }) => [year, sums])) as Seen['ledger'],
    requisitions: nodes('requisitions'),
    costs: nodes('costs'),
    repayments: nodes('repayments')
      .sort((a, b) => (String(a['fundingYearId']) < String(b['fundingYearId']) ? -1 : 1))
      .map(({ fundingYearId: _, ...node }) => node),
    reports: nodes('reports').map(({ statements, ...node }) => ({
      ...node,
      statements: (statements as { fiscalYear: number }[]).map(({ fiscalYear }) => fiscalYear),
    })),
    events2017: events.map(({ type }) => type).reverse(),
  };
}

/** Amounts as bare numbers of öre, and without what is null. */
function plain(node: Node): Node {
  const shown = Object.entries(node).filter(([, value]) => value !== null);
  return Object.fromEntries(
    shown.map(([name, value]) => [
      name,
      typeof value === 'object' && value !== null && 'amountMinor' in value ? value.amountMinor : value,
    ]),
  );
}
