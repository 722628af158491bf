import { fact, facts } from '#kernel/facts';
import { code, day, doc, group, i18n, id, optional, text } from '#kernel/fields';
import { appropriation, bankAccount, channels, mandateId } from './words.ts';

/** What the government decided: the mandate and what was changed in it, who got a copy, and the policy it rests on. */
export const DecisionFacts = facts({
  MandateRegistered: fact({
    says: 'The government gave an authority a mandate.',
    sv: 'Uppdrag registrerat',
    class: 'PUBLIC',
    data: {
      mandateId,
      title: i18n('What the mandate is about.'),
      principalOrgId: id('Who gave it.'),
      mandatedOrgId: id('Who carries it out.'),
      payerOrgId: id('Who pays the funds, and receives what is paid back.'),
      decisionDiaryNumber: optional(text('Diary number of the decision.', { max: 100 })),
      decisionDate: optional(day('The day of the decision.')),
      signatory: group('Signatory', 'Who signed the decision.', {
        name: text('Name as it is spelt.', { max: 200 }),
        office: optional(text('Office held.', { max: 200 })),
        sourceText: text('The name as the text of the decision has it.', { max: 200 }),
      }),
      periodFrom: day('First day of the period.'),
      periodTo: day('Last day of the period.'),
      repaymentAccount: bankAccount,
      appropriation,
      decisionDoc: doc('The decision.'),
    },
  }),
  DecisionReferenceRecorded: fact({
    says: 'The diary number of the decision became known.',
    sv: 'Beslutets diarienummer registrerat',
    class: 'PUBLIC',
    data: {
      mandateId,
      decisionDiaryNumber: text('Diary number of the decision.', { max: 100 }),
      decisionDate: optional(day('The day of the decision.')),
    },
  }),
  MandateAmended: fact({
    says: 'A later decision changed the mandate.',
    sv: 'Uppdrag ändrat',
    class: 'PUBLIC',
    data: {
      mandateId,
      changes: group('MandateChanges', 'What is changed, each with its whole new value.', {
        title: optional(i18n('What the mandate is about.')),
        periodFrom: optional(day('First day of the period.')),
        periodTo: optional(day('Last day of the period.')),
        repaymentAccount: optional(bankAccount),
        appropriation: optional(appropriation),
      }),
      decisionDoc: doc('The decision that changes it.'),
    },
  }),
  DecisionCopySent: fact({
    says: 'A copy of the decision was sent.',
    sv: 'Kopia av beslut sänd',
    class: 'PUBLIC',
    data: {
      mandateId,
      recipientOrgId: id('Who it was sent to.'),
      unit: optional(text('Unit of the recipient.', { max: 200 })),
      sentOn: optional(day('The day it was sent.')),
      channel: optional(code(channels)),
    },
  }),
  PolicyReferenceRegistered: fact({
    says: 'A policy document that the decision rests on was registered.',
    sv: 'Styrdokument registrerat',
    class: 'PUBLIC',
    data: {
      mandateId,
      policyReferenceId: id('The reference.'),
      title: i18n('Title of the document.'),
      date: day('The day it was decided or launched.'),
      url: optional(text('Where to read it.', { pattern: /^https?:\/\/\S+$/, expected: 'an http or https address' })),
    },
  }),
});
