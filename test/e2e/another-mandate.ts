import { decision } from '#contexts/mandate/decision';
import { built } from './golden-steps.ts';
import { type Input, ore, orgId, type RunningSystem } from './harness.ts';

/** Ids of a mandate of the tests' own, which stands beside the decision's. */
export interface AnotherMandate {
  readonly mandateId: string;
  /** Funding year 2017, with a ceiling of 100 öre. */
  readonly fundingYearId: string;
  /** The duties to repay, and to report in between. */
  readonly repayment: string;
  readonly interim: string;
}

/** Registers a mandate with its duties and the funding year 2017; without a diary number unless `more` brings one. */
export async function registerAnother(system: RunningSystem, name: string, more: Input = {}): Promise<AnotherMandate> {
  const mandateId = built(name);
  const duty = (of: string) => built(`${name}: ${of}`);
  const issue = (command: string, input: Input) => system.accepted(system.token('MANDATE_OWNER'), command, input);
  const { title, signatory, repaymentAccount, appropriation } = decision.mandate;
  await issue('RegisterMandate', {
    ...{ mandateId, title, signatory, repaymentAccount, appropriation },
    ...{ periodFrom: '2017-01-01', periodTo: '2018-12-31' },
    principalOrgId: orgId('REGERINGEN'),
    mandatedOrgId: orgId('UPPHANDLINGSMYNDIGHETEN'),
    payerOrgId: orgId('KAMMARKOLLEGIET'),
    decisionDoc: { documentId: built(`${name}: the decision`), version: 1, sha256: '0'.repeat(64) },
    ...more,
  });
  const interim = { kind: 'REPORT', reportKind: 'INTERIM', hardDeadline: '2018-04-27' };
  for (const [of, kind] of Object.entries({ ask: { kind: 'REQUISITION' }, repay: { kind: 'REPAYMENT' }, interim }))
    await issue('RegisterObligation', {
      ...{
        mandateId,
        obligationId: duty(of),
        modality: 'SHALL',
        text: { sv: 'Påhittat.' },
        source: { paragraph: '1' },
      },
      ...{ counterpartOrgIds: [], evidenceTypes: [], ...kind },
    });
  const fundingYearId = `${mandateId}-2017`;
  const requisitionObligationId = duty('ask');
  await issue('AllocateFundingYear', {
    fundingYearId,
    mandateId,
    year: 2017,
    ceiling: ore(100),
    requisitionObligationId,
  });
  return { mandateId, fundingYearId, repayment: duty('repay'), interim: duty('interim') };
}
