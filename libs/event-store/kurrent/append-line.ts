import { randomUUID } from 'node:crypto';
import { convertToCommandError, DeadlineExceededError, type EventStoreDBClient } from '@eventstore/db-client';
import { unpackToCommandError } from '@eventstore/db-client/dist/streams/appendToStream/unpackError.js';
import { parseUUID } from '@eventstore/db-client/dist/utils/grpcUUID.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import calls from '@eventstore/db-client/generated/streams_grpc_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';

/** An event as it goes to the server: data and metadata are JSON. */
export interface Proposed {
  readonly id: string;
  readonly type: string;
  readonly data: string;
  readonly metadata: string;
}

/** Where the last event of an append stands. */
export interface Placed {
  readonly revision: number;
  readonly position: number;
}

type Waiting = Map<string, Pick<PromiseWithResolvers<Placed>, 'resolve' | 'reject'> & { readonly stream: string }>;

/**
 * Appends, as many at once as there are callers, on one stream of requests and answers.
 *
 * The client's own `appendToStream` speaks the same protocol with one table of who waits, for all streams of a process:
 * a stream that fails takes the others' callers with it, an answer to one of those, or a request that was not yet written,
 * then ends the process; and nobody is told when no answer comes. This one has a table for each stream. (Calls of
 * their own, which the client makes when it is given credentials, have none of this, and half the throughput.)
 */
export class AppendLine {
  readonly #client: EventStoreDBClient;
  readonly #waiting = new WeakMap<object, Waiting>();
  readonly #opened: () => Promise<ReturnType<AppendLine['open']>>;

  constructor(client: EventStoreDBClient) {
    this.#client = client;
    // Kept for each connection, until it fails: then the client finds out where to connect.
    this.#opened = client['GRPCStreamCreator'](calls.StreamsClient, 'append', (grpc) => this.open(grpc), new WeakMap());
  }

  /** @param after the revision that the stream must have come to, -1 for none @throws the client's errors */
  async append(stream: string, events: readonly Proposed[], after: number): Promise<Placed> {
    const call = await this.#opened();
    const waiting = this.#waiting.get(call);
    const id = randomUUID();
    const { promise, resolve, reject } = Promise.withResolvers<Placed>();
    const inTime = this.#client['createDeadline']().getTime() - Date.now();
    const timer = setTimeout(() => reject(new DeadlineExceededError(undefined, 'no answer in time')), inTime);
    waiting?.set(id, { stream, resolve, reject });
    try {
      call.write(requestOf(id, stream, events, after), (error: Error | null | undefined) => {
        if (error) reject(convertToCommandError(error));
      });
      return await promise;
    } finally {
      clearTimeout(timer);
      waiting?.delete(id);
    }
  }

  private open(grpc: InstanceType<typeof calls.StreamsClient>) {
    const call = grpc.batchAppend(...this.#client['callArguments']({}, { deadline: Infinity }));
    const waiting: Waiting = new Map();
    this.#waiting.set(call, waiting);
    const fail = (error: Error): void => {
      for (const { reject } of waiting.values()) reject(convertToCommandError(error));
    };
    call.on('data', (answer: InstanceType<typeof streams.BatchAppendResp>) => {
      const caller = waiting.get(parseUUID(answer.getCorrelationId()) ?? '');
      const error = answer.getError();
      const success = answer.getSuccess();
      if (error) caller?.reject(unpackToCommandError(error, caller.stream));
      else if (success)
        caller?.resolve({
          revision: Number(success.getCurrentRevision()),
          position: Number(success.getPosition()?.getCommitPosition()),
        });
    });
    call.on('error', fail);
    call.on('end', () => fail(Object.assign(new Error('the server ended the call'), { code: 14, details: '' })));
    return call;
  }
}

function requestOf(id: string, stream: string, events: readonly Proposed[], after: number) {
  const options = new streams.BatchAppendReq.Options();
  options.setStreamIdentifier(new shared.StreamIdentifier().setStreamName(Buffer.from(stream)));
  if (after < 0) options.setNoStream(new shared.Empty());
  else options.setStreamPosition(String(after));
  const messages = events.map((event) => {
    const message = new streams.BatchAppendReq.ProposedMessage();
    message.setId(new shared.UUID().setString(event.id));
    message.getMetadataMap().set('type', event.type).set('content-type', 'application/json');
    return message.setData(Buffer.from(event.data)).setCustomMetadata(Buffer.from(event.metadata));
  });
  return new streams.BatchAppendReq()
    .setCorrelationId(new shared.UUID().setString(id))
    .setOptions(options)
    .setProposedMessagesList(messages)
    .setIsFinal(true);
}
