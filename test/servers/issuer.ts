import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

/** An issuer of tokens (OpenID Connect) on this machine, with a key of its own. */
export class Issuer {
  readonly url: string;
  readonly #server: Server;
  readonly #key: CryptoKey;

  private constructor(url: string, server: Server, key: CryptoKey) {
    this.url = url;
    this.#server = server;
    this.#key = key;
  }

  static async start(): Promise<Issuer> {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const keys = { keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256', use: 'sig', kid: 'one' }] };
    const server = createServer((request, response) => {
      const document = request.url === '/keys' ? keys : { issuer: url, jwks_uri: `${url}/keys` };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return new Issuer(url, server, privateKey);
  }

  token(subject: string): Promise<string> {
    return new SignJWT()
      .setProtectedHeader({ alg: 'ES256', kid: 'one' })
      .setIssuer(this.url)
      .setAudience('samverk')
      .setSubject(subject)
      .setIssuedAt()
      .setExpirationTime('1 hour')
      .sign(this.#key);
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
