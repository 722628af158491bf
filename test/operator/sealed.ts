import { anyone, command, commands } from '#kernel/commands';
import type { Context } from '#kernel/context';
import { accept, decider, refuse } from '#kernel/decider';
import { fact, facts } from '#kernel/facts';
import { id, text } from '#kernel/fields';
import { stream } from '#kernel/stream';
import { view } from '#kernel/view';

/** A context with a secret: tenders, whose very existence is sealed, beside notices, which anyone may read. */
const tenderId = id('The tender.');
const noticeId = id('The notice.');

const TenderFacts = facts({
  TenderReceived: fact({
    says: 'A tender was received.',
    sv: 'Anbud mottaget',
    class: 'SEALED',
    data: { tenderId, price: text('The price.') },
  }),
});
const NoticeFacts = facts({
  NoticePublished: fact({ says: 'A notice.', sv: 'Annons publicerad', class: 'PUBLIC', data: { noticeId } }),
});

const tenders = stream({ category: 'tender', object: 'Tender', facts: TenderFacts, initial: 0 }).evolve({
  TenderReceived: (received) => received + 1,
});
const notices = stream({ category: 'notice', object: 'Notice', facts: NoticeFacts, initial: 0 }).evolve({
  NoticePublished: (published) => published + 1,
});

const tender = decider(
  tenders,
  commands({
    SubmitTender: command({ says: 'Submit.', by: [anyone], begins: true, makes: TenderFacts.TenderReceived }),
  }),
  {
    id: (input) => input.tenderId,
    reads: {},
    decide: {
      SubmitTender: (input, received) =>
        received > 0 ? refuse('ALREADY_EXISTS') : accept(TenderFacts.TenderReceived(input)),
    },
  },
);
const notice = decider(
  notices,
  commands({
    PublishNotice: command({ says: 'Publish.', by: [anyone], begins: true, makes: NoticeFacts.NoticePublished }),
  }),
  {
    id: (input) => input.noticeId,
    reads: {},
    decide: { PublishNotice: (input) => accept(NoticeFacts.NoticePublished(input)) },
  },
);

const tenderView = view(
  {
    ...{ name: 'submission_inbox', version: 1, type: 'Tender', one: 'tender', many: 'tenders', says: 'Tenders.' },
    of: TenderFacts,
    row: { tenderId, price: text('The price.') },
  },
  {
    key: 'tenderId',
    on: { TenderReceived: (_, data) => data },
    seen: { class: 'SEALED' },
    filters: [],
    orders: [],
  },
);

export const sealedContext: Context = {
  name: 'sealed',
  sv: 'Förseglat',
  deciders: [tender, notice],
  views: [tenderView],
  queries: [],
};
