import { createHmac, type KeyObject } from 'node:crypto';

/** What a directory keeps of a subject: its MAC. */
export const macOf = (key: KeyObject, issuer: string, subject: string): Buffer => mac(key, nameOf(issuer, subject));

/** Tells whether a directory was made under this key. Starts with the separator, which no issuer does: it can be no one's MAC. */
export const secretCheck = (key: KeyObject): Buffer => mac(key, '\0samverk directory');

const nameOf = (issuer: string, subject: string): string => `${issuer}\0${subject}`;
const mac = (key: KeyObject, name: string): Buffer => createHmac('sha256', key).update(name).digest();

const personsKept = 10_000;

/** Persons met lately; those that came first go first. */
export class PersonsMet {
  readonly #refs = new Map<string, string>();

  get(issuer: string, subject: string): string | undefined {
    return this.#refs.get(nameOf(issuer, subject));
  }

  add(issuer: string, subject: string, ref: string): string {
    for (const oldest of this.#refs.keys()) {
      if (this.#refs.size < personsKept) break;
      this.#refs.delete(oldest);
    }
    this.#refs.set(nameOf(issuer, subject), ref);
    return ref;
  }
}
