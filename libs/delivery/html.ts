/** Text that is HTML already, made by `html` alone: every value in it was escaped. */
export class Html {
  readonly source: string;
  constructor(source: string) {
    this.source = source;
  }
}

/** What may stand in a template: nothing where it does not apply, and lists one item after another. */
export type Content = string | number | Html | readonly Content[] | false | undefined;

/** A piece of a page. Whatever is put into it is text, and escaped, unless it is a piece itself. */
export const html = (strings: TemplateStringsArray, ...values: readonly Content[]): Html =>
  new Html(String.raw({ raw: strings }, ...values.map(sourceOf)));

const sourceOf = (content: Content): string => {
  if (content === undefined || content === false) return '';
  if (content instanceof Html) return content.source;
  if (typeof content === 'string' || typeof content === 'number') return escaped(String(content));
  return content.map(sourceOf).join('');
};

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => escapes[character] ?? character);
