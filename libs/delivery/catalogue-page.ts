import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import {
  classEntry,
  codeEntry,
  codeListEntry,
  commandEntry,
  errorEntry,
  factEntry,
  metaEntry,
  operationEntry,
  processEntry,
  queryEntry,
  roleEntry,
  settingEntry,
  typeEntry,
  viewEntry,
} from './catalogue-articles.ts';
import type { Catalogue } from './catalogue-entries.ts';
import { type Entry, prose, spoken, swedish } from './catalogue-parts.ts';
import { type Content, Html, html } from './html.ts';
import { icon } from './icon.ts';

/** The page as it is sent, and what its Content-Security-Policy lets it do: nothing but its own style and script. */
export interface Page {
  readonly body: string;
  readonly policy: string;
}

interface Section {
  readonly id: string;
  readonly title: string;
  readonly sv: string;
  readonly says: string;
  /** Short entries, side by side where there is room. */
  readonly cards?: true;
  readonly entries: readonly Entry[];
}

const sectionsOf = (catalogue: Catalogue): Section[] => [
  {
    id: 'facts',
    title: 'Facts',
    sv: 'Händelser',
    says: 'What can happen. A fact is recorded once and never changed.',
    entries: catalogue.facts.map(factEntry(catalogue)),
  },
  {
    id: 'commands',
    title: 'Commands',
    sv: 'Kommandon',
    says: 'What can be asked for: mutations that answer `Accepted`, or `Refused` with a code and the way out.',
    entries: [...catalogue.commands.map(commandEntry(catalogue)), metaEntry(catalogue)],
  },
  {
    id: 'processes',
    title: 'Processes',
    sv: 'Processer',
    says: 'What the system does by itself, when something happened or at a time: timers and policies.',
    entries: catalogue.processes.map(processEntry),
  },
  {
    id: 'views',
    title: 'Views',
    sv: 'Vyer',
    says: 'What is shown, as far as the viewer may see it. A column without a class of its own has that of its row.',
    entries: catalogue.views.map(viewEntry),
  },
  {
    id: 'queries',
    title: 'Queries',
    sv: 'Frågor',
    says: 'What several views answer together, and what belongs to no context.',
    entries: [...catalogue.queries.map(queryEntry), ...catalogue.others.map(operationEntry)],
  },
  {
    id: 'refusals',
    title: 'Refusals',
    sv: 'Avslag',
    says: 'Why a rule says no, in `Refused`. Nothing was stored; `details` beside the code has the figures.',
    cards: true,
    entries: catalogue.refusals.map(codeEntry),
  },
  {
    id: 'warnings',
    title: 'Warnings',
    sv: 'Varningar',
    says: 'What to look at although a command was accepted, in `Accepted.warnings`.',
    cards: true,
    entries: catalogue.warnings.map(codeEntry),
  },
  {
    id: 'errors',
    title: 'Errors',
    sv: 'Fel',
    says: 'What went wrong before anything was decided, or broke here: `errors[].extensions.code`.',
    cards: true,
    entries: catalogue.errors.map(errorEntry),
  },
  {
    id: 'visibility',
    title: 'Visibility',
    sv: 'Synlighet',
    says: 'The classes of facts, fields and columns, and who sees them. What a viewer may not see does not exist for them.',
    entries: catalogue.classes.map(classEntry),
  },
  {
    id: 'roles',
    title: 'Roles',
    sv: 'Roller',
    says: 'Who may act. What a role sees is told by the classes.',
    cards: true,
    entries: catalogue.roles.map(roleEntry),
  },
  {
    id: 'code-lists',
    title: 'Code lists',
    sv: 'Kodlistor',
    says: 'Closed lists of codes, with their labels.',
    cards: true,
    entries: catalogue.codeLists.map(codeListEntry),
  },
  {
    id: 'types',
    title: 'Types',
    sv: 'Typer',
    says: 'What fields hold, where the field itself does not tell.',
    cards: true,
    entries: catalogue.types.map(typeEntry),
  },
  {
    id: 'settings',
    title: 'Settings',
    sv: 'Inställningar',
    says: 'The environment variables of a process.',
    cards: true,
    entries: catalogue.settings.map(settingEntry),
  },
];

/** The whole page: one string that needs nothing else. Cost: some milliseconds, once in a process. */
export function cataloguePage(catalogue: Catalogue): Page {
  const sections = sectionsOf(catalogue);
  const style = read('catalogue-page.css');
  const script = read('catalogue-page.js');
  const { source } = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Samverk · Catalogue</title>
        <meta name="description" content="Every fact, command, view, code and setting of Samverk." />
        <link rel="icon" href="${icon}" />
        <link rel="alternate" type="application/json" href="catalogue.json" />
        ${new Html(`<style>${style}</style>`)}
      </head>
      <body>
        <a class="skip" href="#catalogue">Skip to the catalogue</a>
        <header>
          <h1>Samverk <span>Catalogue</span></h1>
          <p>
            Every fact, command, view, code and setting: what it means, what it is called in Swedish, who may cause it
            and who sees it. Made from the code that runs here; it holds nothing that was recorded.
          </p>
          <ul class="doors">
            <li><a href="graphiql">GraphiQL</a></li>
            <li><a href="schema.graphql">GraphQL schema</a></li>
            <li><a href="catalogue.json">This as JSON</a></li>
          </ul>
        </header>
        <search hidden>
          <label for="search">Search</label>
          <input
            id="search"
            type="search"
            autocomplete="off"
            spellcheck="false"
            placeholder="requisition, FINANCE, kostnad …"
            aria-keyshortcuts="/"
          />
          <p role="status"></p>
        </search>
        <nav aria-label="Contents">
          <ul>
            ${sections.map(contents)}
          </ul>
        </nav>
        <main id="catalogue" tabindex="-1">${sections.map(shown)}</main>
        ${new Html(`<script>${script}</script>`)}
      </body>
    </html>`;
  const policy = [
    "default-src 'none'",
    `style-src ${hash(style)}`,
    `script-src ${hash(script)}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  return { body: source, policy };
}

const contents = ({ id, title, entries }: Section): Html =>
  html`<li>
    <a href="#${id}"><strong>${title}</strong> <span class="count">${entries.length}</span></a>
    <ul>
      ${entries.map((entry) => html`<li><a href="#${entry.id}">${entry.name}</a></li>`)}
    </ul>
  </li>`;

const shown = ({ id, title, sv, says, cards, entries }: Section): Html =>
  html`<section id="${id}" class="${cards && 'cards'}" aria-labelledby="${id}-title">
    <h2 id="${id}-title">${title} ${swedish(sv)}</h2>
    <p>${prose(says)}</p>
    <div class="entries">${entries.map(article)}</div>
  </section>`;

const article = ({ id, name, sv, body }: Entry): Html =>
  html`<article id="${id}">
    <h3><a href="#${id}">${name}</a></h3>
    ${labels(name, sv)} ${body}
  </article>`;

/** What people call it; nothing where that would only repeat its name. */
const labels = (name: string, sv: string | undefined): Content =>
  (sv !== undefined || /[a-z][A-Z]/.test(name)) &&
  html`<p class="labels">${spoken(name)}${sv !== undefined && [' · ', swedish(sv)]}</p>`;

/** A file of the page, which lies beside this one in the sources. */
const read = (name: string): string =>
  readFileSync(createRequire(import.meta.url).resolve(`#root/libs/delivery/${name}`), 'utf8');
const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
