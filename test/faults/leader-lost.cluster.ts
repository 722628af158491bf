import { join } from 'node:path';
import { setTimeout as milliseconds } from 'node:timers/promises';
import { type EventStoreServer, startServer } from '../contract/event-store-server.ts';

interface Member {
  readonly state: string;
  readonly isAlive: boolean;
  readonly httpEndPointPort: number;
}

const portOf = (node: number): number => 2110 + node;

/** Three nodes of a cluster, of which node n listens on port 211n. */
export class Cluster {
  readonly url = `esdb://${[1, 2, 3].map((node) => `127.0.0.1:${portOf(node)}`).join(',')}?tls=false`;
  readonly #command: string;
  readonly #folder: string;
  readonly #nodes = new Map<number, EventStoreServer>();

  constructor(command: string, folder: string) {
    this.#command = command;
    this.#folder = folder;
    for (const node of [1, 2, 3]) this.#start(node);
  }

  /** Resolves when all three are there, one of them leads, and the others have what it has. */
  async whole(): Promise<void> {
    const follow = ({ state, isAlive }: Member) => isAlive && state === 'Follower';
    while ((await this.#members()).filter(follow).length < 2 || (await this.#leader()) === undefined)
      await milliseconds(100);
  }

  /** Kills the one that leads, as if its machine had failed; gives which it was. */
  async killLeader(): Promise<number> {
    for (;;) {
      const leader = await this.#leader();
      const server = leader === undefined ? undefined : this.#nodes.get(leader);
      if (leader === undefined || !server) continue;
      this.#nodes.delete(leader);
      await server.kill();
      return leader;
    }
  }

  restart(node: number): void {
    this.#start(node);
  }

  async end(): Promise<void> {
    const all = [...this.#nodes.values()];
    this.#nodes.clear();
    for (const server of all) await server.kill();
  }

  #start(node: number): void {
    const at = { folder: join(this.#folder, `node-${node}`), port: portOf(node), node };
    const server = startServer(this.#command, at);
    this.#nodes.set(node, server);
    // One that comes back with what no other has takes note to cut it off, and ends: whoever runs it starts it again.
    void server.ended.then(() => {
      if (this.#nodes.get(node) === server) this.#start(node);
    });
  }

  async #leader(): Promise<number | undefined> {
    const leaders = (await this.#members()).filter(({ state, isAlive }) => isAlive && state === 'Leader');
    const [leader] = leaders;
    return leaders.length === 1 && leader ? leader.httpEndPointPort - portOf(0) : undefined;
  }

  /** What those that answer agree on. */
  async #members(): Promise<readonly Member[]> {
    const told = await Promise.all(
      [1, 2, 3].map((node) =>
        fetch(`http://127.0.0.1:${portOf(node)}/gossip`, { signal: AbortSignal.timeout(2_000) })
          .then(async (answer) => ((await answer.json()) as { members: readonly Member[] }).members)
          .catch(() => undefined),
      ),
    );
    const [first, ...others] = told.filter((members) => members !== undefined);
    const agreed = (one: Member) =>
      others.every((members) =>
        members.some(({ httpEndPointPort, state }) => httpEndPointPort === one.httpEndPointPort && state === one.state),
      );
    return first?.filter(agreed) ?? [];
  }
}
