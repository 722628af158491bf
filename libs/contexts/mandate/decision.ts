import { type Money, kr } from '#kernel/money';
import type { Day } from '#kernel/time';
import { copies, type StatedCopy } from './decision-copies.ts';
import { assignments, type StatedObligation } from './decision-obligations.ts';

/**
 * The government's decision that gives Upphandlingsmyndigheten its mandate, row by row of the analysis (domain 1). Pure
 * data: what is loaded by commands, and what is kept as text until a context exists for it. It holds no ids, and no
 * organisation numbers or diary number: they are not in the decision.
 */

/** The authority that runs the installation where nothing else is configured: Upphandlingsmyndigheten. */
export const mandatedOrgIdOfDecision = '80357a39-4c41-5d57-a7b4-e873d69a168e';

/** Stands in for the diary number, which the decision does not state, in the demo and in tests. Made up. */
export const madeUpDiaryNumber = 'DEMO 0000/0000 (påhittat)';

interface StatedOrganisation {
  readonly name: string;
  readonly shortName?: string;
  readonly kind: 'GOVERNMENT' | 'CONTRACTING_AUTHORITY' | 'EVALUATOR' | 'RESEARCH' | 'OTHER';
  readonly level: 'NATIONAL' | 'LOCAL' | 'NOT_PUBLIC';
  readonly contactPoints?: readonly { readonly kind: 'FAX' | 'WEB' | 'POSTAL' | 'VISIT'; readonly value: string }[];
}

/** Row 6: the letterhead of the ministry. */
const contactPoints = [
  { kind: 'FAX', value: '08-411 36 16' },
  { kind: 'WEB', value: 'www.regeringen.se' },
  { kind: 'POSTAL', value: '103 33 Stockholm' },
  { kind: 'VISIT', value: 'Mäster Samuelsgatan 70' },
] as const;
const government = { kind: 'GOVERNMENT', level: 'NATIONAL' } as const;
const authority = { kind: 'CONTRACTING_AUTHORITY', level: 'NATIONAL' } as const;

/** The organisations that the decision names (rows 1 to 64, and the copies, 65 to 77), and one that is made up. */
const organisations = {
  REGERINGEN: { name: 'Regeringen', ...government },
  UPPHANDLINGSMYNDIGHETEN: { name: 'Upphandlingsmyndigheten', shortName: 'UHM', ...authority },
  KAMMARKOLLEGIET: { name: 'Kammarkollegiet', ...authority },
  REGERINGSKANSLIET: { name: 'Regeringskansliet', ...government, contactPoints },
  NARINGSDEPARTEMENTET: { name: 'Näringsdepartementet', ...government, contactPoints },
  STATSRADSBEREDNINGEN: { name: 'Statsrådsberedningen', ...government },
  UTRIKESDEPARTEMENTET: { name: 'Utrikesdepartementet', ...government },
  FINANSDEPARTEMENTET: { name: 'Finansdepartementet', ...government },
  UTBILDNINGSDEPARTEMENTET: { name: 'Utbildningsdepartementet', ...government },
  MILJO_OCH_ENERGIDEPARTEMENTET: { name: 'Miljö- och energidepartementet', ...government },
  VINNOVA: { name: 'Verket för innovationssystem', shortName: 'Vinnova', ...authority },
  RISE: {
    name: 'RISE Research Institutes of Sweden AB',
    shortName: 'RISE',
    kind: 'RESEARCH',
    level: 'NATIONAL',
  },
  SKL: { name: 'Sveriges Kommuner och Landsting', shortName: 'SKL', kind: 'OTHER', level: 'NOT_PUBLIC' },
  TILLVAXTVERKET: { name: 'Tillväxtverket', ...authority },
  TILLVAXTANALYS: {
    name: 'Myndigheten för tillväxtpolitiska utvärderingar och analyser',
    shortName: 'Tillväxtanalys',
    kind: 'EVALUATOR',
    level: 'NATIONAL',
  },
  STATENS_ENERGIMYNDIGHET: { name: 'Statens energimyndighet', ...authority },
  /** Made up: it stands for any municipality, and its name says so. */
  EXEMPELKOMMUNEN: { name: 'Exempelkommunen (påhittad)', kind: 'CONTRACTING_AUTHORITY', level: 'LOCAL' },
} as const satisfies Readonly<Record<string, StatedOrganisation>>;

export type OrganisationKey = keyof typeof organisations;

/** What stands above the first heading: six duties. Brackets hold a letter that the decision's text lacks. */
const conditions = [
  {
    row: 5,
    modality: 'SHALL',
    kind: 'DOCUMENT',
    paragraph: 'Beslutet, mening 6',
    sv: 'Rekvisition, återbetalning och redovisningar ska hänvisa till detta beslut[s] diarienummer.',
    en: 'Requisition, repayment and reports shall refer to the diary number of this decision.',
    evidenceTypes: ['RequisitionSubmitted', 'UnusedFundsRepaid', 'ReportSubmitted'],
  },
  {
    row: 13,
    modality: 'SHALL',
    kind: 'REQUISITION',
    paragraph: 'Beslutet, mening 4',
    sv: 'Rekvisitionen för 2017 års medel ska vara inlämnad senast den 1 december 2017',
    en: 'The requisition of the funds of 2017 shall be handed in by 1 December 2017.',
    counterparts: ['KAMMARKOLLEGIET'],
    hardDeadline: '2017-12-01',
    evidenceTypes: ['RequisitionSubmitted', 'RequisitionAcknowledged'],
  },
  {
    row: 14,
    modality: 'SHALL',
    kind: 'REQUISITION',
    paragraph: 'Beslutet, mening 4',
    sv: 'rekvisitionen för 2018 års medel ska vara inlämnad senast den 1 december 2018.',
    en: 'The requisition of the funds of 2018 shall be handed in by 1 December 2018.',
    counterparts: ['KAMMARKOLLEGIET'],
    hardDeadline: '2018-12-01',
    evidenceTypes: ['RequisitionSubmitted', 'RequisitionAcknowledged'],
  },
  {
    row: 18,
    modality: 'SHALL',
    kind: 'REPAYMENT',
    paragraph: 'Beslutet, mening 5',
    sv: 'Medel som inte har utnyttjats ska återbetalas till Kammarkollegiet på bankgiro 5052-5781 senast den 31 mars 2019.',
    en: 'Funds that were not used shall be paid back to Kammarkollegiet, bankgiro 5052-5781, by 31 March 2019.',
    counterparts: ['KAMMARKOLLEGIET'],
    hardDeadline: '2019-03-31',
    evidenceTypes: ['UnusedFundsRepaid'],
  },
  {
    row: 22,
    modality: 'SHALL',
    kind: 'REPORT',
    reportKind: 'FINAL',
    paragraph: 'Beslutet, mening 8',
    sv: 'Slutredovisning av uppdraget och hur medlen har använts ska lämnas till Regeringskansliet (Näringsdepartementet) senast den 31 mars 2019.',
    en: 'A final report on the mandate and on how the funds were used shall be given to the Government Offices (Ministry of Enterprise and Innovation) by 31 March 2019.',
    counterparts: ['REGERINGSKANSLIET'],
    hardDeadline: '2019-03-31',
    evidenceTypes: ['ReportSubmitted', 'ReportReceived'],
  },
  {
    row: 25,
    modality: 'SHALL',
    kind: 'REPORT',
    reportKind: 'INTERIM',
    paragraph: 'Beslutet, mening 10',
    sv: 'En delrapport ska lämnas till Regeringskansliet (Näringsdepartementet) senast den 27 april 2018.',
    en: 'An interim report shall be given to the Government Offices (Ministry of Enterprise and Innovation) by 27 April 2018.',
    counterparts: ['REGERINGSKANSLIET'],
    hardDeadline: '2018-04-27',
    evidenceTypes: ['ReportSubmitted', 'ReportReceived'],
  },
] as const satisfies readonly StatedObligation[];

interface StatedYear {
  readonly year: number;
  readonly ceiling: Money;
  /** Row of the obligation to requisition its funds. */
  readonly requisitionRow: number;
}

/** A row of the decision by its words. */
interface StatedText {
  readonly row: number;
  readonly sv: string;
}

/** A row that binds as a rule of the obligations in `of`, by their rows (domain 7.3). */
interface StatedRule extends StatedText {
  readonly of: readonly number[];
}

export const decision = {
  organisations: organisations satisfies Readonly<Record<OrganisationKey, StatedOrganisation>>,

  /** Rows 1, 4, 7, 12, 17 and 19 to 21. The title is ours. */
  mandate: {
    rows: [1, 4, 7, 17, 19, 20, 21],
    title: {
      sv: 'Främja innovationsupphandling genom stöd till beställare',
      en: 'Promote innovation procurement by supporting buyers',
    },
    principal: 'REGERINGEN',
    mandated: 'UPPHANDLINGSMYNDIGHETEN',
    payer: 'KAMMARKOLLEGIET',
    signatory: { name: 'Mikael Damberg', sourceText: 'MikaelI)amberg' },
    periodFrom: '2017-01-01',
    periodTo: '2018-12-31',
    repaymentAccount: { type: 'BANKGIRO', number: '5052-5781' },
    appropriation: {
      expenditureArea: '24 Näringsliv',
      appropriation: '1:5',
      item: '1',
      label: 'Näringslivsutveckl - del till Kammarkollegiet',
    },
    /** SHA-256 of the decision's text, `regeringsbeslut.txt`. */
    document: { version: 1, sha256: 'b0ba6f3046069fbd358f692ebd19d4405a6b28385394615da31bdf2482c1b939' },
  },

  /** Where the reports go. */
  reportRecipient: { organisation: 'REGERINGSKANSLIET', unit: 'Näringsdepartementet' },

  objectives: [
    {
      row: 2,
      code: 'G0',
      paragraph: 'Beslutet, mening 1',
      sv: 'främja innovationsupphandling genom stöd i form av upphandlings- och innovationskompetens till beställare.',
      en: 'Promote innovation procurement through support to buyers with competence in procurement and innovation.',
    },
  ],

  obligations: [...conditions, ...assignments] as readonly StatedObligation<OrganisationKey>[],

  /** Rows 8 to 10: ceilings, not entitlements. */
  fundingYears: [
    { year: 2017, ceiling: kr(200_000_000), requisitionRow: 13 },
    { year: 2018, ceiling: kr(200_000_000), requisitionRow: 14 },
  ] as readonly StatedYear[],

  rules: [
    { row: 3, of: [], sv: 'i enlighet med vad som under rubriken Närmare om uppdraget' },
    { row: 8, of: [13], sv: 'får för uppdragets genomförande använda högst 2 miljoner kronor under 2017' },
    { row: 9, of: [14], sv: 'och 2 miljoner kronor under 2018.' },
    { row: 10, of: [13, 14], sv: 'får för uppdragets genomförande använda' },
    { row: 11, of: [13, 14], sv: 'Medlen betalas ut engångsvis' },
    { row: 12, of: [13, 14], sv: 'efter rekvisition ställd till Kammarkollegiet.' },
    { row: 15, of: [13, 14], sv: 'ska vara inlämnad' },
    { row: 16, of: [18], sv: 'Medel som inte har utnyttjats ska återbetalas till Kammarkollegiet' },
    { row: 23, of: [22], sv: 'och hur medlen har använts' },
    {
      row: 24,
      of: [22],
      sv: 'En uppföljning av resultaten i förhållande till uppdragets målsättning ska ingå i slutredovisningen.',
    },
    {
      row: 26,
      of: [25],
      sv: 'Vid delrapporteringen ska även en ekonomisk redovisning av föregående års medel lämnas.',
    },
  ] as readonly StatedRule[],

  policyReferences: [
    {
      row: 33,
      date: '2016-06-30',
      sv: 'Nationella upphandlingsstrategin',
      en: 'The National Public Procurement Strategy',
    },
    {
      row: 36,
      date: '2016-01-21',
      sv: 'Smart industri - en nyindustrialiseringsstrategi för Sverige',
      en: 'Smart industry - a strategy for new industrialisation for Sweden',
    },
  ] as readonly (StatedText & { readonly date: Day; readonly en: string })[],

  copies: copies as readonly StatedCopy<OrganisationKey>[],

  texts: [
    {
      row: 27,
      sv: 'Offentlig upphandling är ett verktyg som kan bidra till samhällsutveckling och ökad konkurrenskraft i bredare mening, men som också kan verka som drivkraft för förnyelse och en hållbar utveckling av näringslivet.',
    },
    { row: 28, sv: 'Den offentliga sektorn upphandlar varor och tjänster för omkring 634 miljarder kronor varje år.' },
    {
      row: 29,
      sv: 'Som kvalificerad och aktiv beställare kan det offentliga stimulera efterfrågan på nya och innovativa lösningar från näringslivet',
    },
    { row: 30, sv: 'innovativa företag får de första viktiga beställningarna.' },
    {
      row: 31,
      sv: 'Innovationsupphandling kan också bidra till att etablera öppna testbäddar i offentliga miljöer som kan användas av näringslivet',
    },
    { row: 32, sv: 'samhällsutmaningar, såsom klimatförändringar, urbanisering och en åldrande befolkning.' },
    {
      row: 34,
      sv: 'Syftet med strategin är att stimulera myndigheter och andra upphandlande enheter att använda upphandling som ett verktyg',
    },
    {
      row: 35,
      sv: 'upphandlande myndigheter och enheter att göra innovationsupphandling till en del av sin verksamhetsutveckling bl.a. genom att ta hjälp av de initiativ och hjälpmedel som Upphandlingsmyndigheten har tagit fram.',
    },
    { row: 37, sv: 'Att öka innovationsupphandling ingår i strategin.' },
    {
      row: 38,
      sv: 'stöd till beställargrupper som samlas kring ett gemensamt behov där innovativa lösningar från små och stora industriföretag och industrinära tjänsteföretag kan bidra.',
    },
    {
      row: 39,
      sv: 'samla beställare från tex. kommuner, landsting och myndigheter som har gemensamma behov av att upphandla lösningar inom transport, hälso- och sjukvård eller samhällsbyggande.',
    },
    { row: 44, sv: 'där styrkan i det gemensamt identifierade behovet bättre kan tas tillvara.' },
    {
      row: 52,
      sv: 'Genom uppdraget ges Upphandlingsmyndigheten också bättre förutsättningar att identifiera fortsatta utvecklingsområden.',
    },
  ] as readonly StatedText[],
} as const;
