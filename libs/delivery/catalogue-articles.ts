import type { VisibilityClass } from '#kernel/envelope';
import { answerWords, classWords, relationWords } from '#kernel/visibility-words';
import type {
  Catalogue,
  ClassEntry,
  CodeEntry,
  CodeListEntry,
  CommandEntry,
  ErrorEntry,
  FactEntry,
  OperationEntry,
  ProcessEntry,
  QueryEntry,
  RoleEntry,
  TypeEntry,
  ViewEntry,
} from './catalogue-entries.ts';
import {
  classBadge,
  type Entry,
  fieldList,
  link,
  links,
  permissions,
  prose,
  roleLink,
  spoken,
  swedish,
  terms,
} from './catalogue-parts.ts';
import { type Content, html } from './html.ts';
import type { SettingHelp } from './settings.ts';

/** Each kind of entry of the catalogue, as the page shows it. */

const classOf = ({ class: of, released }: { readonly class: VisibilityClass; readonly released: boolean }): Content => [
  classBadge(of),
  ' ',
  swedish(classWords[of].sv),
  released && html`<span class="soft">, PUBLIC once a later fact releases it</span>`,
];
const signatures = (...texts: readonly string[]): Content =>
  html`<ul class="plain signatures">
    ${texts.map((text) => html`<li><code>${text}</code></li>`)}
  </ul>`;

/** A fact, with who may cause it. */
export const factEntry =
  ({ contexts, commands }: Catalogue) =>
  ({ name, sv, says, fields, madeBy, feeds, ...fact }: FactEntry): Entry => ({
    id: name,
    name,
    sv,
    body: [
      html`<p>${prose(says)}</p>`,
      terms({
        Class: classOf(fact),
        'Happens to': [
          code(fact.object),
          ` in ${contexts.find(({ name }) => name === fact.context)?.sv ?? fact.context}`,
        ],
        Version: fact.version,
        'Made by': madeBy.map((maker) => {
          if (maker.kind === 'process') return html`<p>the process ${link(maker.name, `process-${maker.name}`)}</p>`;
          if (maker.kind === 'reservation') return html`<p>the reservation ${code(maker.name)}</p>`;
          const by = commands.find((command) => command.name === maker.name)?.by ?? [];
          return html`<div>the command ${link(maker.name)} ${permissions(by)}</div>`;
        }),
        Feeds: feeds.length > 0 && links(feeds),
        Releases: fact.releases && 'facts recorded before it: they become PUBLIC',
        'About a person': fact.subject !== undefined && html`<code>${fact.subject}</code>`,
      }),
      fieldList(fields),
    ],
  });

export const commandEntry =
  ({ facts }: Catalogue) =>
  ({ name, says, by, makes, filled, graphql, input }: CommandEntry): Entry => ({
    id: name,
    name,
    body: [
      html`<p>${prose(says)}</p>`,
      terms({
        By: permissions(by),
        Makes: [link(makes), ' ', swedish(facts.find((fact) => fact.name === makes)?.sv ?? '')],
        'Filled in': filled.length > 0 && filled.map((field, index) => [index > 0 && ', ', code(field)]),
        GraphQL: signatures(graphql),
      }),
      fieldList(input),
    ],
  });

const code = (text: string) => html`<code>${text}</code>`;

export const metaEntry = ({ meta }: Catalogue): Entry => ({
  id: 'CommandMeta',
  name: 'CommandMeta',
  body: [html`<p>What comes with every command beside its input.</p>`, fieldList(meta)],
});

export const processEntry = ({ name, says, hears, makes }: ProcessEntry): Entry => ({
  id: `process-${name}`,
  name,
  body: [html`<p>${prose(says)}</p>`, terms({ Hears: links(hears), Makes: links(makes) })],
});

export const viewEntry = ({ name, type, says, graphql, columns, fedBy, ...view }: ViewEntry): Entry => ({
  id: name,
  name,
  body: [
    html`<p>${prose(says)}</p>`,
    terms({
      Class: classOf(view),
      Row: [code(type), ' by ', code(view.key)],
      'Fed by': links(fedBy),
      GraphQL: signatures(...graphql),
    }),
    fieldList(columns),
  ],
});

export const queryEntry = ({ name, says, graphql, args, gives, fields, reads }: QueryEntry): Entry => ({
  id: name,
  name,
  body: [
    html`<p>${prose(says)}</p>`,
    terms({ Reads: links(reads), GraphQL: signatures(graphql) }),
    args.length > 0 && [html`<h4>Takes</h4>`, fieldList(args)],
    html`<h4>Gives ${gives.list ? 'a list of' : ''} ${code(gives.type)}</h4>`,
    html`<p>${prose(gives.says)}</p>`,
    fieldList(fields),
  ],
});

export const operationEntry = ({ kind, name, says, graphql, args }: OperationEntry): Entry => ({
  id: name,
  name,
  body: [
    html`<p>${prose(says)}</p>`,
    terms({ Kind: kind, GraphQL: signatures(graphql) }),
    args.length > 0 &&
      html`<dl class="fields">
        ${args.map(
          (arg) =>
            html`<div>
              <dt>${code(arg.name)} <span class="type">${arg.type}</span></dt>
              <dd>${prose(arg.says)}</dd>
            </div>`,
        )}
      </dl>`,
  ],
});

export const codeListEntry = ({ name, says, codes }: CodeListEntry): Entry => ({
  id: name,
  name,
  body: [html`<p>${prose(says)}</p>`, terms(Object.fromEntries(codes.map((one) => [one.code, swedish(one.sv)])))],
});

export const typeEntry = ({ name, says, fields }: TypeEntry): Entry => ({
  id: `type-${name}`,
  name,
  body: [html`<p>${prose(says)}</p>`, fields && fieldList(fields)],
});

export const codeEntry = ({ code: name, says }: CodeEntry): Entry => ({
  id: name,
  name,
  body: html`<p>${prose(says)}</p>`,
});

export const errorEntry = ({ code: name, status, says, next, carries }: ErrorEntry): Entry => ({
  id: name,
  name,
  body: [
    html`<p>${prose(says)}</p>`,
    terms({ 'What to do': prose(next), Carries: carries && prose(carries), 'HTTP status': prose(status) }),
  ],
});

export const classEntry = ({ name, sv, says, seenBy }: ClassEntry): Entry => ({
  id: `class-${name}`,
  name,
  sv,
  body: [
    html`<p>${prose(says)}</p>`,
    seenBy.length > 0
      ? terms(
          Object.fromEntries(
            [...Map.groupBy(seenBy, ({ relation }) => relation)].map(([relation, seen]) => [
              spoken(relation),
              [
                html`<span class="soft">${relationWords[relation].says} ${swedish(relationWords[relation].sv)}</span>`,
                html`<ul class="plain">
                  ${seen.map(
                    ({ sees, roles }) =>
                      html`<li>
                        ${answerWords[sees]}: ${roles.map((role, index) => [index > 0 && ', ', roleLink(role)])}
                      </li>`,
                  )}
                </ul>`,
              ],
            ]),
          ),
        )
      : html`<p>Nobody sees it.</p>`,
  ],
});

export const roleEntry = ({ name, sv, code: abbreviation, says, issues }: RoleEntry): Entry => ({
  id: `role-${name}`,
  name,
  sv,
  body: [
    says && html`<p>${prose(says)}</p>`,
    terms({ Code: abbreviation && code(abbreviation), 'May issue': issues.length > 0 && links(issues) }),
  ],
});

export const settingEntry = ({ name, says, expected, default: value }: SettingHelp): Entry => ({
  id: name,
  name,
  body: [html`<p>${prose(says)}</p>`, terms({ Expected: expected, Default: value })],
});
