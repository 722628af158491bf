import { expect, test } from '@jest/globals';
import { decisionId } from '#apps/api/decision-ids';
import type { HistoryEvent, Input, RunningSystem } from './harness.ts';
import { aDoc, mandateId, objectiveId, obligationId, ore, orgId, reportId, yearId } from './harness.ts';

/** One row of a golden scenario (domain 7.11): who does what when, and what comes of it. */
export type Step = { readonly clock: string } & (Command | { readonly of: Scenario; readonly nothing: string });
type Scenario = 1 | 2 | 3 | 4;

interface Command {
  readonly of: Scenario;
  readonly role: string;
  readonly command: string;
  readonly input: Given;
  readonly answer: Refusal | Stored;
}
/** An input; or how it comes about when the command is issued. */
type Given = Input | ((clock: string, system: RunningSystem) => Input | Promise<Input>);

interface Refusal {
  readonly refused: string;
  readonly details: Input;
}
interface Expectations {
  readonly data?: Input;
  readonly concerns?: HistoryEvent['concerns'];
  readonly warnings?: readonly string[];
  /** Streams that the decision read. */
  readonly basedOn?: readonly string[];
}
type Stored = Expectations & { readonly stored: string };

/** Rows of one instant. */
export const at = (clock: string, ...rows: readonly (Command | { of: Scenario; nothing: string })[]): Step[] =>
  rows.map((row) => ({ ...row, clock }));
export const nothing = (of: Scenario, why: string) => ({ of, nothing: why });
export const no = (of: Scenario, role: string, command: string, input: Given, refused: string, details: Input = {}) =>
  ({ of, role, command, input, answer: { refused, details } }) satisfies Command;
export const yes = (of: Scenario, role: string, command: string, input: Given, stored: string, more?: Expectations) =>
  ({ of, role, command, input, answer: { stored, ...more } }) satisfies Command;

/** Makes each row a test; they build on each other. */
export function play(system: () => RunningSystem, ...steps: readonly Step[][]): void {
  for (const step of steps.flat()) test(titleOf(step), () => act(system(), step));
}

const titleOf = (step: Step): string => {
  const when = `${step.of} · ${step.clock.replace(/\.000Z$/, 'Z')}`;
  if ('nothing' in step) return `${when}: nothing for ${step.nothing}`;
  const { answer } = step;
  return `${when} · ${step.role}: ${step.command} → ${'refused' in answer ? answer.refused : answer.stored}`;
};

async function act(system: RunningSystem, step: Step): Promise<void> {
  const earlier = await system.head();
  await system.clockTo(step.clock);
  const before = await system.counts(); // timers that were due have acted
  if ('nothing' in step) {
    expect(before.all).toBe(earlier);
    return;
  }
  const { role, command, answer } = step;
  const input = typeof step.input === 'function' ? await step.input(step.clock, system) : step.input;
  const outcome = await system.command(system.token(role), command, input);
  if ('refused' in answer) {
    expect(outcome).toMatchObject({ __typename: 'Refused', code: answer.refused, details: answer.details });
    expect(await system.counts()).toEqual(before);
    return;
  }
  if (outcome.__typename === 'Refused') throw new Error(`${outcome.code} ${JSON.stringify(outcome.details)}`);
  expect(outcome.warnings.map(({ code }) => code)).toEqual(answer.warnings ?? []);
  const after = await system.counts(); // a process may have answered already
  expect(after.all - after.byProcesses).toBe(before.all - before.byProcesses + 1);

  const object = objectOf(command, input);
  const options = { first: 1, notBefore: outcome.consistency };
  const [event] = await system.history(system.token('MANDATE_OWNER'), object.id, options);
  expect(event).toMatchObject({
    type: answer.stored,
    object: { id: object.id },
    occurredAt: step.clock,
    recordedAt: step.clock,
    actor: { role, org: orgId('UPPHANDLINGSMYNDIGHETEN') },
    custodian: orgId('UPPHANDLINGSMYNDIGHETEN'),
    data: { ...input, ...answer.data },
  });
  for (const concern of answer.concerns ?? []) expect(event?.concerns).toContainEqual(concern);
  if (answer.basedOn) {
    const stored = (await system.stored(`${object.category}-${object.id}`)).at(-1);
    expect(Object.keys(stored?.basedOn ?? {}).sort()).toEqual([...answer.basedOn].sort());
  }
}

/** The object that a command of the mandate addresses. */
function objectOf(command: string, input: Input): { readonly category: string; readonly id: string } {
  const { fundingYearId, reportId, mandateId } = input as Readonly<Record<string, string | undefined>>;
  if (fundingYearId !== undefined) return { category: 'fundingyear', id: fundingYearId };
  if (reportId !== undefined) return { category: 'report', id: reportId };
  if (mandateId !== undefined) return { category: 'mandate', id: mandateId };
  throw new TypeError(`${command} addresses no object of the mandate`);
}

/** Ids that the scenarios leave open, by a name of ours. */
export const built = (name: string): string => decisionId(`golden/${name}`);

/** Sent when it is recorded. */
export const requisition =
  (year: number, amountMinor: number, name = `requisition ${year}`) =>
  (sentAt: string): Input => ({
    fundingYearId: yearId(year),
    requisitionId: built(name),
    amount: ore(amountMinor),
    sentAt,
    doc: aDoc,
  });
export const receipt = (year: number, receivedAt: string): Input => ({
  fundingYearId: yearId(year),
  requisitionId: built(`requisition ${year}`),
  receivedAt,
});
export const payment = (year: number, amountMinor: number, paidOn: string): Input => ({
  fundingYearId: yearId(year),
  paidOn,
  amount: ore(amountMinor),
  bankRef: `made-up transfer ${year}`,
});
export const cost = (year: number, category: string, costDate: string, amountMinor: number): Input => ({
  fundingYearId: yearId(year),
  costId: built(`cost ${year} ${category}`),
  amount: ore(amountMinor),
  costDate,
  category,
  voucherRef: 'made-up voucher',
});
export const repayment = (year: number, amountMinor: number, number = '5052-5781'): Input => ({
  fundingYearId: yearId(year),
  repaymentId: built(`repayment ${year}`),
  obligationId: obligationId(18),
  amount: ore(amountMinor),
  paidOn: '2019-03-29',
  account: { type: 'BANKGIRO', number },
  bankRef: 'one made-up transfer',
});
export const draft = (kind: 'INTERIM' | 'FINAL'): Input => ({
  reportId: reportId(kind),
  mandateId,
  kind,
  obligationId: obligationId(kind === 'INTERIM' ? 25 : 22),
  recipientOrgId: orgId('REGERINGSKANSLIET'),
});
/** A statement of a year in which two million kronor were paid, nothing carried over and nothing repaid. */
export const statement = (
  kind: 'INTERIM' | 'FINAL',
  fiscalYear: number,
  used: number,
  unused: number,
  categories: Readonly<Record<string, number>>,
): Input => ({
  reportId: reportId(kind),
  fiscalYear,
  ceiling: ore(200_000_000),
  paid: ore(200_000_000),
  carriedIn: ore(0),
  carriedOut: ore(0),
  used: ore(used),
  unused: ore(unused),
  repaid: ore(0),
  byCategory: Object.entries(categories).map(([category, amount]) => ({ category, amount: ore(amount) })),
});
export const followUp = (kind: 'INTERIM' | 'FINAL'): Input => ({
  reportId: reportId(kind),
  objectiveId,
  assessment: 'PARTLY',
  narrative: { sv: 'Delvis uppnått (påhittat).' },
  indicatorResults: [],
});
export const approval = (kind: 'INTERIM' | 'FINAL'): Input => ({ reportId: reportId(kind), doc: aDoc });
/** Sent when it is recorded. */
export const sending =
  (kind: 'INTERIM' | 'FINAL') =>
  (sentAt: string): Input => ({ reportId: reportId(kind), sentAt });
export const arrival = (kind: 'INTERIM' | 'FINAL', receivedAt: string): Input => ({
  reportId: reportId(kind),
  receivedAt,
});

/** Closing on the day it is recorded, with an explanation for every duty that binds and is not fulfilled. */
export const closing =
  (explained: 'explained' | 'unexplained') =>
  async (clock: string, system: RunningSystem): Promise<Input> => {
    type Answer = { obligations: { edges: readonly { node: { obligationId: string } }[] } };
    const { obligations } = await system.read<Answer>(
      undefined,
      `query ($id: ID!) { obligations(filter: { mandateId: $id, modality: SHALL, fulfilled: false }, first: 100) {
        edges { node { obligationId } } } }`,
      { id: mandateId },
    );
    const reasoning = { sv: 'Påhittad förklaring.' };
    const explanations = obligations.edges.map(({ node: { obligationId } }) => ({ obligationId, reasoning }));
    const closedOn = clock.slice(0, 10);
    return { mandateId, closedOn, explanations: explained === 'explained' ? explanations : [] };
  };
