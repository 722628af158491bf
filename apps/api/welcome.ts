import { calendarPath } from '#delivery/calendar-feeds';
import { decisionMandateId } from './decision-ids.ts';
import type { Server } from './server.ts';
import type { Settings } from '#delivery/settings';

/** What a new user reads: what is there, where to look, a first query, and in demo mode the tokens. */
export function welcome(
  { url, adminUrl }: Pick<Server, 'url' | 'adminUrl'>,
  settings: Settings,
  tokens: Readonly<Record<string, string>> | undefined,
): string {
  const demo = settings.mode === 'demo';
  return [
    '',
    demo
      ? 'Samverk is running as a DEMO: the real mandate, made-up people, and a clock that stands still until it is moved.'
      : 'Samverk is running.',
    '',
    `  GraphQL    ${url}/graphql`,
    `  GraphiQL   ${url}/graphiql`,
    `  Catalogue  ${url}/catalogue`,
    `  Calendar   ${url}${calendarPath}`,
    `  Health     ${url}/health/live  ${url}/health/ready`,
    ...(adminUrl === undefined ? [] : [`  Operator   ${adminUrl}/metrics  ${adminUrl}/health`]),
    `  Data       ${settings.dataDir}`,
    '',
    ...(demo ? firstSteps(url, tokens ?? {}) : []),
  ].join('\n');
}

function firstSteps(url: string, tokens: Readonly<Record<string, string>>): string[] {
  return [
    'A first query, to paste into GraphiQL or a shell:',
    '',
    `  curl -s ${url}/graphql -H 'content-type: application/json' \\`,
    `    -d '{"query":"{ deadlines(mandateId: \\"${decisionMandateId}\\") { text { sv } hardDeadline status } }"}'`,
    '',
    'Demo tokens, one for each role, valid for 30 days (also in demo-tokens.json in the data folder).',
    'Send one as "Authorization: Bearer …"; without one you ask as the public.',
    '',
    ...Object.entries(tokens).map(([role, token]) => `  ${role}\n    ${token}`),
    '',
  ];
}
