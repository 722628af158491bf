import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { extname, join } from 'node:path';

/** What is known of the whole of a file. */
export interface Check {
  /** Whether the file is new, or its last writer closed it in order, before this one opened it. */
  readonly leftInOrder: boolean;
  /**
   * `clean`: its last writer closed it in order, or all of it was looked at since. `unchecked`: it was not closed in
   * order and nobody has looked at all of it, or looking failed. `running`: somebody does. `damaged`: `problems` says how.
   */
  readonly state: 'clean' | 'unchecked' | 'running' | 'damaged';
  readonly problems: readonly string[];
}

/** Checks a whole store in a process of its own, so that whoever has it open goes on as before. */
export class BackgroundCheck implements Check {
  readonly leftInOrder: boolean;
  state: Check['state'];
  problems: readonly string[] = [];
  #child: ChildProcess | undefined;

  constructor(leftInOrder: boolean) {
    this.leftInOrder = leftInOrder;
    this.state = leftInOrder ? 'clean' : 'unchecked';
  }

  /** `ended` is called when it has come to an end by itself. */
  start(path: string, ended: (check: Check) => void): void {
    // The sources run as they are in tests: by stripped types, and with imports that resolve to sources.
    const extension = extname(import.meta.filename);
    const execArgv = extension === '.ts' ? ['-C', 'samverk-source', '--no-warnings'] : [];
    const child = fork(join(import.meta.dirname, `check.process${extension}`), [path], { execArgv });
    this.#child = child;
    this.state = 'running';
    const settle = (state: Check['state'], problems: readonly string[]): void => {
      if (this.state !== 'running') return;
      this.state = state;
      this.problems = problems;
      ended(this);
    };
    child.once('message', (problems: string[]) => settle(problems.length > 0 ? 'damaged' : 'clean', problems));
    child.once('error', (error) => settle('unchecked', [`the check did not run: ${error.message}`]));
    child.once('exit', (code) => settle('unchecked', [`the check broke off (exit code ${code}): run samverk fsck`]));
  }

  stop(): void {
    if (this.state === 'running') this.state = 'unchecked';
    this.#child?.kill('SIGKILL');
  }
}
