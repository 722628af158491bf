import { aFreePort, type EventStoreServer, startServer } from '../contract/event-store-server.ts';

const command = process.env['EVENTSTORE_COMMAND'];

/** Why no server of events can be started here, if none can. */
export const noEventServer =
  command === undefined
    ? 'EVENTSTORE_COMMAND tells no way to start an empty server (test/contract/README.md)'
    : undefined;

/** A real EventStoreDB or KurrentDB on a port of this machine, with its data in a folder: stopped and started as wanted. */
export class EventServer {
  readonly #at: { readonly folder: string; readonly port: number };
  #running: EventStoreServer;

  private constructor(at: { readonly folder: string; readonly port: number }) {
    this.#at = at;
    this.#running = started(at);
  }

  static async start(folder: string): Promise<EventServer> {
    return new EventServer({ folder, port: await aFreePort() });
  }

  get url(): string {
    return this.#running.url;
  }

  stop(): Promise<void> {
    return this.#running.kill();
  }

  /** Starts it again where it was. */
  restart(): void {
    this.#running = started(this.#at);
  }
}

function started(at: { readonly folder: string; readonly port: number }): EventStoreServer {
  if (command === undefined) throw new Error(noEventServer);
  return startServer(command, at);
}
