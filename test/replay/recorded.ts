import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a version of something made: the hash of its result, under the name of what it was made from. */
export interface Made {
  readonly version: number;
  readonly gives: Readonly<Record<string, string>>;
}

/**
 * What every version made, in a committed file. What is new (another name, another version, made from something else) is
 * written there when the tests run, except in CI; what a version suddenly makes otherwise never is.
 */
export class Recorded {
  readonly #file: string;
  readonly #all: Record<string, Made>;

  constructor(name: string) {
    this.#file = join(import.meta.dirname, name);
    this.#all = JSON.parse(readFileSync(this.#file, 'utf8')) as Record<string, Made>;
  }

  get names(): string[] {
    return Object.keys(this.#all);
  }

  /** @throws what `wayOut` says, when the same version made something else of the same before; in CI, for what is new */
  compare(name: string, now: Made, wayOut: (madeFrom: readonly string[]) => string): void {
    const then = this.#all[name];
    const changed = Object.keys(now.gives).filter((from) => (then?.gives[from] ?? now.gives[from]) !== now.gives[from]);
    if (then?.version === now.version && changed.length > 0) throw new Error(wayOut(changed));
    if (JSON.stringify(then) === JSON.stringify(now)) return;
    if (process.env['CI'])
      throw new Error(`${name} is not in ${this.#file} as it is now: run this test, and commit it`);
    this.#all[name] = now;
    writeFileSync(this.#file, `${JSON.stringify(this.#all, null, 2)}\n`);
  }
}
