import { describe, test } from '@jest/globals';
import type { NewFact } from '#kernel/facts';
import { deciding } from '#kernel/given';
import { kr } from '#kernel/money';
import { madeUpDiaryNumber } from './decision.ts';
import { FundingYearFacts, fundingYears } from './funding-year.events.ts';
import { MandateFacts } from './mandate.events.ts';
import { mandate } from './mandate.ts';
import { ReportFacts, reports } from './report.events.ts';
import {
  allocated,
  closed,
  cost,
  document,
  final,
  mandateId,
  obligationInputs,
  obligationOf,
  openMandate,
  orgOf,
  paid,
  repaid,
  submitted,
  year2017,
  year2018,
} from './sample.contract.ts';

const given = (...facts: readonly NewFact[]) => deciding(mandate).given(...facts);
const isClosed = { object: 'Mandate', state: 'CLOSED' };

describe('closing the mandate (#25, scenario 4)', () => {
  const reasoning = { sv: 'Se slutredovisningen (påhittat).' };
  const binding = obligationInputs.filter(({ modality }) => modality === 'SHALL');
  const explanations = binding.map(({ obligationId }) => ({ obligationId, reasoning }));
  const close = { mandateId, closedOn: '2019-04-01', explanations };

  const draft = ReportFacts.ReportDrafted({
    reportId: final,
    mandateId,
    kind: 'FINAL',
    obligationId: obligationOf(22),
    recipientOrgId: orgOf('REGERINGSKANSLIET'),
  });
  const sent = ReportFacts.ReportSubmitted({
    reportId: final,
    sentAt: '2019-03-29T08:00:00.000Z',
    decisionDiaryNumber: madeUpDiaryNumber,
    doc: document,
    fiscalYears: [2017, 2018],
  });
  const received = ReportFacts.ReportReceived({ reportId: final, receivedAt: '2019-03-29T08:30:00.000Z' });

  const of2017 = [
    allocated(2017),
    submitted(year2017),
    paid(year2017),
    cost(year2017, 1, kr(100_000_000), '2017-06-15'),
    cost(year2017, 2, kr(64_000_050), '2017-12-20'),
  ];
  const of2018 = [
    allocated(2018),
    submitted(year2018),
    paid(year2018),
    cost(year2018, 3, kr(190_000_000), '2018-12-20'),
  ];
  const back2017 = repaid(year2017, kr(35_999_950));
  const back2018 = repaid(year2018, kr(10_000_000));

  const scene = (report: readonly NewFact[], money2017: readonly NewFact[], money2018: readonly NewFact[]) =>
    given(...openMandate)
      .and(reports, final, ...report)
      .and(fundingYears, year2017, ...money2017)
      .and(fundingYears, year2018, ...money2018);
  const settled = () => scene([draft, sent, received], [...of2017, back2017], [...of2018, back2018]);
  const balance = { paid: kr(400_000_000), used: kr(354_000_050), repaid: kr(45_999_950) };

  test('sums up the money of all years', () => {
    settled()
      .when('CloseMandate', close)
      .then(MandateFacts.MandateClosed({ ...close, balance }));
  });

  test('needs every binding obligation fulfilled or explained', () => {
    settled()
      .when('CloseMandate', { ...close, explanations: [] })
      .refused('OBLIGATION_OPEN', { obligationIds: binding.map(({ obligationId }) => obligationId) });
    settled()
      .when('CloseMandate', { ...close, explanations: explanations.slice(1) })
      .refused('OBLIGATION_OPEN', { obligationIds: [obligationOf(5)] });
    const fulfilled = MandateFacts.ObligationFulfilled({
      mandateId,
      obligationId: obligationOf(5),
      assessedOn: '2019-03-29',
      reasoning,
    });
    given(...openMandate, fulfilled)
      .and(reports, final, draft, sent)
      .when('CloseMandate', { ...close, explanations: explanations.slice(1) })
      .warned();
  });

  test('needs the final report to be submitted, though not yet received', () => {
    for (const report of [[], [draft], [draft, ReportFacts.ReportApproved({ reportId: final, doc: document })]])
      scene(report, [...of2017, back2017], [...of2018, back2018])
        .when('CloseMandate', close)
        .refused('REPORT_NOT_SUBMITTED');
    scene([draft, sent], [...of2017, back2017], [...of2018, back2018])
      .when('CloseMandate', close)
      .warned();
  });

  test('needs every allocated year settled: nothing outstanding, and no more used than paid', () => {
    scene([draft, sent, received], [...of2017, back2017], of2018)
      .when('CloseMandate', close)
      .refused('BOOKS_NOT_BALANCED', { years: [{ year: 2018, outstanding: kr(10_000_000) }] });
    const unpaid = [allocated(2017), cost(year2017, 1, kr(5), '2017-06-15')];
    scene([draft, sent], unpaid, [...of2018, back2018])
      .when('CloseMandate', close)
      .refused('BOOKS_NOT_BALANCED', { years: [{ year: 2017, outstanding: kr(-5) }] });
    scene([draft, sent], [], [allocated(2018)])
      .when('CloseMandate', close)
      .then(MandateFacts.MandateClosed({ ...close, balance: { paid: kr(0), used: kr(0), repaid: kr(0) } }));
  });

  test('settles each year with what was carried over between them', () => {
    const carriedOver = FundingYearFacts.FundingCarryOverDecided({
      fundingYearId: year2018,
      fromFundingYearId: year2017,
      amount: kr(35_999_950),
      decisionDoc: document,
    });
    const more = cost(year2018, 4, kr(45_999_950), '2018-12-20');
    scene([draft, sent, received], of2017, [...of2018, carriedOver, more])
      .when('CloseMandate', close)
      .then(
        MandateFacts.MandateClosed({
          ...close,
          balance: { paid: kr(400_000_000), used: kr(400_000_000), repaid: kr(0) },
        }),
      );
    scene([draft, sent, received], [...of2017, back2017], [...of2018, carriedOver])
      .when('CloseMandate', close)
      .refused('BOOKS_NOT_BALANCED', {
        years: [
          { year: 2017, outstanding: kr(-35_999_950) },
          { year: 2018, outstanding: kr(45_999_950) },
        ],
      });
  });

  test('forgets no year with funds, though an amendment left it outside the period', () => {
    const shorter = MandateFacts.MandateAmended({
      mandateId,
      changes: { periodTo: '2017-12-31' },
      decisionDoc: document,
    });
    given(...openMandate, shorter)
      .and(reports, final, draft, sent, received)
      .and(fundingYears, year2017, ...of2017, back2017)
      .and(fundingYears, year2018, ...of2018)
      .when('CloseMandate', close)
      .refused('BOOKS_NOT_BALANCED', { years: [{ year: 2018, outstanding: kr(10_000_000) }] });
  });

  test('happens once', () => {
    given().when('CloseMandate', close).refused('NOT_FOUND', { mandateId });
    given(...openMandate, closed)
      .when('CloseMandate', close)
      .refused('INVALID_TRANSITION', isClosed);
  });
});
