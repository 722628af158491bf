import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Report } from '#delivery/log';
import { isLoopback, SettingsError } from '#delivery/settings';

/** What the admin port answers, by path. */
export type AdminPages = Readonly<Record<string, () => Promise<{ readonly type: string; readonly body: string }>>>;

export interface Admin {
  readonly url: string;
  close(): Promise<void>;
}

/** The only address: whoever is not on this machine cannot connect, and no setting changes that. */
const host = '127.0.0.1';

/**
 * Serves pages for the operator on loopback. A page in a browser of this machine may not read them under a name of its
 * own (DNS rebinding): the request must name a loopback host.
 * @throws SettingsError when the port is taken
 */
export async function serveAdmin(port: number, pages: AdminPages, report: Report): Promise<Admin> {
  const server = createServer((request, response) => {
    answer(pages, request, response).catch((error: unknown) => {
      report(error, 'the admin port');
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'EADDRINUSE') throw error;
    throw new SettingsError([
      `ADMIN_PORT ${port} on ${host} is taken: stop what listens there, set another ADMIN_PORT (0 takes any free one), or ADMIN_PORT=off`,
    ]);
  }
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(pages: AdminPages, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method, url = '', headers } = request;
  const named = URL.parse(`http://${headers.host ?? ''}`);
  if (!named || !isLoopback(named.hostname.replace(/^\[(.*)\]$/, '$1'))) return refuse(response, 421);
  const page = Object.hasOwn(pages, url) ? pages[url] : undefined;
  if (!page) return refuse(response, 404);
  if (method !== 'GET') return refuse(response, 405);
  const { type, body } = await page();
  response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
}

const refuse = (response: ServerResponse, status: number): void => void response.writeHead(status).end();
