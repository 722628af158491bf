import type { Permission } from '#kernel/commands';
import type { VisibilityClass } from '#kernel/envelope';
import { everyone, roles, withoutGrant } from '#kernel/roles';
import type { ColumnEntry, FieldEntry } from './catalogue-entries.ts';
import { type Content, type Html, html } from './html.ts';

/** The pieces that the entries of the page are made of. */

/** One entry: found by the search, and by its anchor. */
export interface Entry {
  readonly id: string;
  readonly name: string;
  readonly sv?: string;
  readonly body: Content;
}

/** Text with `code` in it, as the definitions write it. */
export const prose = (text: string): Content =>
  text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part));

/** A name of the code, as people say it: CostRecorded and cost_recorded are both "Cost recorded". */
export function spoken(name: string): string {
  const words = /[a-z]/.test(name) ? name.replace(/(?<=[a-z])(?=[A-Z])/g, ' ') : name.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1).toLowerCase();
}

export const link = (name: string, id: string = name): Html => html`<a href="#${id}"><code>${name}</code></a>`;

export const links = (names: readonly string[]): Content => names.map((name, index) => [index > 0 && ', ', link(name)]);

export const swedish = (sv: string): Html => html`<span lang="sv">${sv}</span>`;

export const classBadge = (of: VisibilityClass): Html =>
  html`<a class="badge" data-class="${of}" href="#class-${of}">${of}</a>`;

export const roleLink = (name: string): Html => {
  const known: Readonly<Record<string, { readonly sv: string }>> = { ...roles, ...withoutGrant, ...everyone };
  return html`<a href="#role-${name}"><code>${name}</code></a> (${swedish(known[name]?.sv ?? '')})`;
};

const places: Readonly<Record<Permission['where'], string>> = {
  mandated: ' at the mandated authority',
  own: ' in the organisation concerned',
  self: ' for themselves',
  anyone: '',
};
export const permissions = (by: readonly Permission[]): Html =>
  html`<ul class="plain">
    ${by.map(({ role, where }) => html`<li>${roleLink(role)}${places[where]}</li>`)}
  </ul>`;

/** What is known of an entry, term by term; a term with nothing to say is left out. */
export const terms = (pairs: Readonly<Record<string, Content>>): Html =>
  html`<dl class="terms">
    ${Object.entries(pairs).map(
      ([term, said]) =>
        said !== undefined &&
        said !== false &&
        html`<div>
          <dt>${term}</dt>
          <dd>${said}</dd>
        </div>`,
    )}
  </dl>`;

/** Fields with their types and meaning, those of groups within them. */
export const fieldList = (fields: readonly (FieldEntry & Partial<ColumnEntry>)[]): Html =>
  html`<dl class="fields">
    ${fields.map((field) => {
      const { name, optional, says, rule, fields: parts } = field;
      const uses = [field.filter && 'filter', field.order && 'order'].filter(Boolean).join(', ');
      return html`<div>
        <dt>
          <code>${name}</code> ${field.class && classBadge(field.class)}
          <span class="type">${typeOf(field)}${optional && ' · optional'}${uses && ` · ${uses}`}</span>
        </dt>
        <dd>${prose(says)} ${rule && html`<span class="rule">${rule}</span>`} ${parts && fieldList(parts)}</dd>
      </div>`;
    })}
  </dl>`;

/** Types that have an entry of their own begin with a capital letter (code lists), or say nothing beside the field. */
const typeOf = ({ type, list, rule, fields }: FieldEntry): Content => {
  const named = /^[A-Z]/.test(type) ? !fields && link(type) : rule === undefined && link(type, `type-${type}`);
  return [list && 'list of ', named || type];
};
