import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const endOfHead = Buffer.from('\r\n\r\n');

/**
 * One kept-alive HTTP/1.1 connection that asks one thing at a time. It knows just enough to ask a server of our own, so
 * that of two cores the server has nearly all of one: a client that knows HTTP takes as long as what it measures.
 */
export class Connection {
  readonly #socket: Socket;
  readonly #head: string;
  #received: Buffer = Buffer.alloc(0);
  #waiting: PromiseWithResolvers<string> | undefined;
  #broken: Error | undefined;

  private constructor(socket: Socket, { host, pathname }: URL, token: string | undefined) {
    this.#socket = socket;
    this.#head = [
      `POST ${pathname} HTTP/1.1`,
      `host: ${host}`,
      'content-type: application/json',
      ...(token === undefined ? [] : [`authorization: Bearer ${token}`]),
      'content-length: ',
    ].join('\r\n');
    socket.on('data', (data: Buffer) => this.#take(data));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('the server closed the connection')));
  }

  static async open(url: string, token?: string): Promise<Connection> {
    const at = new URL(url);
    const socket = connect({ host: at.hostname, port: Number(at.port), noDelay: true });
    await once(socket, 'connect');
    return new Connection(socket, at, token);
  }

  /** Sends a JSON text and gives the one that comes back. @throws Error for any answer but 200, and when the server goes away */
  post(json: string): Promise<string> {
    if (this.#broken) return Promise.reject(this.#broken);
    this.#waiting = Promise.withResolvers<string>();
    this.#socket.write(`${this.#head}${Buffer.byteLength(json)}\r\n\r\n${json}`);
    return this.#waiting.promise;
  }

  /** Asks a GraphQL question. */
  async ask<Data>(query: string, variables: object): Promise<{ readonly data?: Data | null }> {
    return JSON.parse(await this.post(JSON.stringify({ query, variables }))) as { data?: Data | null };
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(data: Buffer): void {
    this.#received = this.#received.length === 0 ? data : Buffer.concat([this.#received, data]);
    const headLength = this.#received.indexOf(endOfHead);
    if (headLength < 0) return;
    const head = this.#received.toString('latin1', 0, headLength);
    const length = /^content-length: (\d+)/im.exec(head)?.[1];
    if (!head.startsWith('HTTP/1.1 200 ') || length === undefined)
      return this.#fail(new Error(`unexpected answer:\n${this.#received.toString()}`));
    const from = headLength + endOfHead.length;
    const to = from + Number(length);
    if (this.#received.length < to) return;
    const body = this.#received.toString('utf8', from, to);
    this.#received = this.#received.subarray(to);
    this.#waiting?.resolve(body);
  }

  #fail(error: Error): void {
    this.#broken ??= error;
    this.#waiting?.reject(this.#broken);
  }
}
