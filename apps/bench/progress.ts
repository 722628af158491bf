/** Says on a terminal what is being done and how far it has come, on one line; elsewhere a line for each new thing. */
export class Progress {
  readonly #out: NodeJS.WriteStream;
  #doing = '';

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
  }

  /** `part` from 0 to 1; `rate` in words. */
  show(doing: string, part: number, rate?: string): void {
    if (this.#out.isTTY)
      this.#out.write(`\r\x1b[2K${doing} ${Math.floor(part * 100)} %${rate === undefined ? '' : `, ${rate}`}`);
    else if (doing !== this.#doing) this.#out.write(`${doing} …\n`);
    this.#doing = doing;
  }

  /** What stood there goes. */
  end(): void {
    if (this.#out.isTTY) this.#out.write('\r\x1b[2K');
    this.#doing = '';
  }
}
