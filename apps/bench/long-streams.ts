import { randomUUID } from 'node:crypto';
import { fundingYearOf, fundingYears } from '#contexts/mandate/public';
import { streamName } from '#kernel/stream';
import { Connection } from './connection.ts';
import type { Figures } from './figures.ts';
import { append, emptyHistory, type History, serving, tokenOf, visit } from './histories.ts';
import type { Engine } from './engine.ts';
import { longYear } from './mandate-history.ts';
import type { Recorded } from './recorded.ts';
import { type Bench, middle } from './rounds.ts';

const lengths = [10, 1_000, 100_000];
const commands = 200;
const restarts = 5;

/** A year whose stream is made so long, and a command on it that was accepted when it was half as long. */
interface Year {
  readonly length: number;
  readonly id: string;
  /** What is yet to be recorded of it. */
  readonly rest: Iterator<Recorded>;
  readonly old: object;
}

/**
 * P8: a command on streams of three lengths, over HTTP, one at a time. Its answer is timed when the stream is in memory
 * (warm), when it is the first on its stream after a restart (cold; the server has handled others, so that its code is
 * compiled), and when it is an old one sent again. The streams take turns; the middle one of each counts.
 */
export async function longStreams(bench: Bench, engine: Engine): Promise<Figures> {
  const history = await emptyHistory(bench, engine, 'long-streams');
  const [another, ...years] = await build(bench, history);
  if (!another) throw new Error('there is always another year');
  const times = { warm: timesOf(), cold: timesOf(), again: timesOf() };
  for (let restart = 0; restart <= restarts; restart++) {
    bench.progress.show('P8 commands', restart / (restarts + 1));
    const server = await serving(bench, history);
    const connection = await Connection.open(server.url, tokenOf(history, 'FINANCE'));
    for (let warmUp = 0; warmUp < commands; warmUp++) await record(connection, newCost(another.id));
    const inTurn = restart % 2 ? years : years.toReversed();
    for (const year of inTurn) times.cold(year, await record(connection, newCost(year.id)), restart);
    for (let at = 0; at < commands / restarts; at++)
      for (const year of inTurn) {
        times.warm(year, await record(connection, newCost(year.id)), restart);
        times.again(year, await record(connection, year.old), restart);
      }
    connection.close();
    await bench.scratch.stop(server.process);
  }
  return new Map([
    ['P8 warm', times.warm.figures()],
    ['P8 cold', times.cold.figures()],
    ['P8 again', times.again.figures()],
  ]);
}

/** Milliseconds by length, without those of the first start, which met streams that no one had folded before. */
function timesOf() {
  const found = new Map(lengths.map((length) => [length, [] as number[]]));
  const add = ({ length }: Year, ms: number, restart: number) => restart > 0 && found.get(length)?.push(ms);
  return Object.assign(add, {
    figures: () => new Map([...found].map(([length, ms]) => [length, { value: middle(ms) }])),
  });
}

async function build(bench: Bench, history: History): Promise<readonly Year[]> {
  await visit(bench, history); // loads the demo, whose people command
  const years = [10, ...lengths].map((length) => {
    const mandateId = randomUUID();
    const id = fundingYearOf(mandateId, 2017);
    return { length, id, rest: longYear(mandateId), old: newCost(id) };
  });
  const appendTo = async (part: number) => {
    const store = await history.place.open();
    for (const { length, id, rest } of years) {
      const stream = streamName(fundingYears, id);
      await append(bench, store, growing(rest, stream, Math.floor(length * part)), length);
    }
    await store.close();
  };
  await appendTo(0.5);
  const server = await serving(bench, history);
  const connection = await Connection.open(server.url, tokenOf(history, 'FINANCE'));
  for (const { old } of years) await record(connection, old);
  connection.close();
  await bench.scratch.stop(server.process);
  await appendTo(0.5);
  await visit(bench, history);
  return years;
}

/** What comes next, until the stream has so many more. What is left stays: the iterator is not closed. */
function* growing(rest: Iterator<Recorded>, stream: string, by: number) {
  for (let left = by; left > 0;) {
    const next = rest.next();
    if (next.done) return;
    const { value } = next;
    if (value.stream === stream) left -= 1;
    yield value;
  }
}

const newCost = (fundingYearId: string) => ({
  meta: { commandId: randomUUID() },
  input: {
    fundingYearId,
    costId: randomUUID(),
    amount: { amountMinor: 1, currency: 'SEK' },
    costDate: '2017-01-02',
    category: 'STAFF',
    voucherRef: 'V1',
  },
});

const recordCost = `mutation ($input: RecordCostInput!, $meta: CommandMeta!) {
  recordCost(input: $input, meta: $meta) { __typename ... on Refused { code message } }
}`;

/** Gives how many milliseconds the answer took. @throws Error unless the command is accepted */
async function record(connection: Connection, command: object): Promise<number> {
  const begun = performance.now();
  const answer = await connection.ask<{ recordCost?: { __typename: string } }>(recordCost, command);
  const took = performance.now() - begun;
  if (answer.data?.recordCost?.__typename !== 'Accepted') throw new Error(`not accepted: ${JSON.stringify(answer)}`);
  return took;
}
