/**
 * Mistakes that the type check catches: each line below one of these comments must fail to compile, or the comment
 * itself does. Nothing here runs.
 */
import { applicant, command, commands, mandated } from '#kernel/commands';
import { accept, decider, type Given } from '#kernel/decider';
import { fact, facts } from '#kernel/facts';
import { code, codeList, id, money, optional, text } from '#kernel/fields';
import { deciding } from '#kernel/given';
import { kr, type Money, zeroKr } from '#kernel/money';
import { stream } from '#kernel/stream';
import { view } from '#kernel/view';

const LoanFacts = facts({
  LoanGranted: fact({
    says: 'A loan was granted.',
    sv: 'Lån beviljat',
    class: 'FINANCE',
    data: { loanId: id('The loan.'), amount: money('How much.'), note: optional(text('A note.')) },
  }),
  LoanRepaid: fact({
    says: 'It was repaid.',
    sv: 'Lån återbetalt',
    class: 'FINANCE',
    data: { loanId: id('The loan.') },
  }),
});
const { LoanGranted, LoanRepaid } = LoanFacts;
const { KeyLent } = facts({
  KeyLent: fact({ says: 'A key was lent.', sv: 'Nyckel utlånad', class: 'ADMIN', data: { loanId: id('The loan.') } }),
});
const head = { category: 'loan', object: 'Loan', facts: LoanFacts, initial: zeroKr };
const loanId = '10000000-0000-4000-8000-000000000001';
const aLoan = { loanId, amount: kr(100) };

// Facts

LoanGranted(aLoan);
// @ts-expect-error a fact lacks what its shape asks for
LoanGranted({ loanId });
// @ts-expect-error an absent field is absent, never undefined
LoanGranted({ ...aLoan, note: undefined });
// @ts-expect-error kronor are Money, never a number
LoanGranted({ loanId, amount: 100 });
// @ts-expect-error a fact without a visibility class
fact({ says: 'It was seen.', sv: 'Sedd', data: {} });
// @ts-expect-error a visibility class that there is not
fact({ says: 'It was seen.', sv: 'Sedd', class: 'SECRET', data: {} });
// @ts-expect-error a code without its label
codeList<'YES' | 'NO'>('Answer', 'An answer.', { YES: 'Ja' });

// Streams

const loans = stream<typeof zeroKr, typeof LoanFacts>(head).evolve({
  LoanGranted: (_, { amount }) => amount,
  LoanRepaid: () => zeroKr,
});
// @ts-expect-error a fact that the stream does not fold
stream<typeof zeroKr, typeof LoanFacts>(head).evolve({ LoanGranted: (_, { amount }) => amount });
stream<typeof zeroKr, typeof LoanFacts>(head).evolve({
  // @ts-expect-error a fold into something other than the state
  LoanGranted: (_, { loanId }) => loanId,
  LoanRepaid: () => zeroKr,
});

// Commands

const granting = command({ says: 'Grant it.', by: [mandated('FINANCE')], makes: LoanGranted });
const repaying = command({ says: 'Repay it.', by: [applicant], makes: LoanRepaid });
const LoanCommands = commands({ GrantLoan: granting, RepayLoan: repaying });
// @ts-expect-error a command that names nobody who may issue it
command({ says: 'Grant it.', makes: LoanGranted });
// @ts-expect-error a command with an empty list of who may issue it
command({ says: 'Grant it.', by: [], makes: LoanGranted });
// @ts-expect-error a field that the decision fills and the fact does not have
command({ says: 'Grant it.', by: [applicant], makes: LoanGranted, filled: ['interest'] });
// @ts-expect-error a role that there is not
mandated('CASHIER');

// Decisions

const reads = {};
const lentBy = (_: Money, loanId: string) => accept(LoanRepaid({ loanId }));
const loan = decider(loans, LoanCommands, {
  id: ({ loanId }) => loanId,
  reads,
  decide: { GrantLoan: (command) => accept(LoanGranted(command)), RepayLoan: (command) => accept(LoanRepaid(command)) },
});
decider(loans, LoanCommands, {
  id: ({ loanId }) => loanId,
  reads,
  // @ts-expect-error a command that is not decided
  decide: { GrantLoan: (command) => accept(LoanGranted(command)) },
});
decider(loans, LoanCommands, {
  id: ({ loanId }) => loanId,
  reads,
  decide: {
    GrantLoan: (command) => accept(LoanGranted(command)),
    // @ts-expect-error another fact than the command makes
    RepayLoan: (command) => accept(KeyLent(command)),
  },
});
const lending = command({ says: 'Lend it.', by: [applicant], makes: KeyLent });
// @ts-expect-error a command that makes a fact of another stream: one command writes one stream
decider(loans, commands({ LendKey: lending }), {
  id: ({ loanId }) => loanId,
  reads,
  decide: { LendKey: () => accept(KeyLent({ loanId })) },
});
decider(loans, LoanCommands, {
  // @ts-expect-error an id of a field that not every command has
  id: ({ amount }) => String(amount),
  reads,
  decide: { GrantLoan: (command) => accept(LoanGranted(command)), RepayLoan: (command) => accept(LoanRepaid(command)) },
});
decider(loans, LoanCommands, {
  id: ({ loanId }) => loanId,
  // @ts-expect-error a stream that is used and not declared here
  reads,
  decide: {
    GrantLoan: (command) => accept(LoanGranted(command)),
    RepayLoan: (command, _, given: Given<{ lender: Money }>) => lentBy(given.reads.lender(loanId), command.loanId),
  },
});

// Scenes of a spec

const scene = deciding(loan).given(LoanGranted(aLoan));
scene.when('RepayLoan', { loanId }).then(LoanRepaid({ loanId }));
// @ts-expect-error a command that the decider does not have
scene.when('ForgiveLoan', { loanId });
// @ts-expect-error another input than the command's
scene.when('GrantLoan', { loanId });
// @ts-expect-error a fact that the stream does not have
scene.when('RepayLoan', { loanId }).then(KeyLent({ loanId }));
// @ts-expect-error a code that there is not
scene.when('RepayLoan', { loanId }).refused('TOO_POOR');

// Views

const states = codeList('LoanState', 'Where it stands.', { OPEN: 'Öppet', REPAID: 'Återbetalt' });
const row = { loanId: id('The loan.'), state: code(states) };
const loanView = { name: 'loan', version: 1, type: 'Loan', one: 'loan', many: 'loans', says: 'A loan.', of: LoanFacts };
const body = { key: 'loanId', on: {}, seen: { class: 'FINANCE' }, filters: ['state'], orders: ['loanId'] } as const;

view({ ...loanView, row }, body);
// @ts-expect-error a key that is no column
view({ ...loanView, row }, { ...body, key: 'id' });
// @ts-expect-error a filter on a column that there is not
view({ ...loanView, row }, { ...body, filters: ['amount'] });
// @ts-expect-error an order by a column that there is not
view({ ...loanView, row }, { ...body, orders: ['amount'] });
// @ts-expect-error a class for a column that there is not
view({ ...loanView, row }, { ...body, columns: { amount: { class: 'FINANCE' } } });
// @ts-expect-error a row without a class
view({ ...loanView, row }, { ...body, seen: {} });
// @ts-expect-error a step for a fact that does not feed the view
view({ ...loanView, row }, { ...body, on: { KeyLent: () => null } });
// @ts-expect-error a step that leaves a column out
view({ ...loanView, row }, { ...body, on: { LoanGranted: (_, { loanId }) => ({ loanId }) } });
