import type { FastifyInstance } from 'fastify';
import {
  type Attributes,
  type Context,
  createContextKey,
  isSpanContextValid,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, type SpanExporter, type SpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { EventStore } from '#event-store/event-store';
import type { Desk } from './command-desk.ts';
import type { Report } from './log.ts';
import type { Told } from './told.ts';
import { answeredOf, failureOf, outcomeOf } from './watching.ts';
import type { Reached } from './reader.ts';

/** So long a span waits for the views to take in what was appended. */
const longestViewMs = 60_000;

/**
 * Traces by OpenTelemetry: a request; in it a command; in that each reading of a stream, the append, and under the append
 * the time until every view has what was appended. Spans have names, routes, outcomes and the correlation id that the
 * events carry: no value, no id of an object, no name of a stream, no message of an error. Nothing is traced of silent
 * commands and of the requests that bring them (see `Told`).
 *
 * Loaded only where traces are wanted: without it no code of it runs. Where they go is read from the standard variables
 * OTEL_EXPORTER_OTLP_*; OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say who we are.
 */
export class Tracing {
  readonly #told: Told;
  readonly #silenced = new WeakSet<object>();
  readonly #current = new AsyncLocalStorageContextManager().enable();
  readonly #provider: TracerProvider;
  readonly #tracer;
  /** How the views are waited for, once they are there. */
  reached: Reached = () => Promise.resolve(false);

  constructor(told: Told, report: Report) {
    this.#told = told;
    const resource = resourceFromAttributes({ 'service.name': 'samverk' });
    this.#provider = new TracerProvider({
      resource: resource.merge(detectResources({ detectors: [envDetector] })),
      spanProcessors: [this.#unlessSilenced(new BatchSpanProcessor({ exporter: telling(report) }))],
    });
    this.#tracer = this.#provider.getTracer('samverk');
  }

  /** A span for each request but those for health, within the trace that its `traceparent` names. */
  requests(fastify: FastifyInstance): void {
    const spans = new WeakMap<object, Span>();
    fastify.addHook('onRequest', (request, _, done) => {
      const { url: route } = request.routeOptions;
      if (route?.startsWith('/health/')) return done();
      const from = callersTrace(request.headers['traceparent']);
      const attributes = { 'http.request.method': request.method, ...(route && { 'http.route': route }) };
      const span = this.#tracer.startSpan(
        `${request.method} ${route ?? ''}`.trim(),
        { kind: SpanKind.SERVER, attributes },
        from,
      );
      spans.set(request, span);
      this.#current.with(trace.setSpan(from, span), done);
    });
    fastify.addHook('onResponse', (request, reply, done) => {
      const span = spans.get(request);
      const answered = answeredOf(request, reply, this.#told);
      if (span && !answered) this.#silenced.add(span);
      if (span && answered) {
        const { status, correlation, operation } = answered;
        span.setAttributes({ 'http.response.status_code': status, 'samverk.correlation': correlation });
        if (operation !== undefined) span.setAttribute('samverk.operation', operation);
        if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      }
      span?.end();
      done();
    });
  }

  desk(desk: Desk): Desk {
    return {
      handle: (intent) => {
        const { name, meta } = intent;
        if (!this.#told.command(name)) return this.#current.with(ROOT_CONTEXT, () => desk.handle(intent));
        const attributes = { 'samverk.correlation': meta.correlation ?? meta.commandId };
        const within = this.#current.active().setValue(commanded, true);
        return this.#within(`command ${name}`, within, attributes, async (span) => {
          const answer = await desk.handle(intent);
          span.setAttribute('samverk.outcome', outcomeOf(answer));
          return answer;
        });
      },
    };
  }

  /** The store, with a span for each reading and append of a command. What others do there is no part of a trace. */
  store(store: EventStore): EventStore {
    return {
      append: async (stream, events, expected) => {
        const within = this.#command();
        if (!within) return store.append(stream, events, expected);
        return this.#within('append', within, {}, async (span) => {
          const appended = await store.append(stream, events, expected);
          void this.#untilViewed(trace.setSpan(within, span), appended.position);
          return appended;
        });
      },
      readStream: (stream, options) => {
        const within = this.#command();
        const events = store.readStream(stream, options);
        return within ? this.#reading(within, events) : events;
      },
      find: (stream, id) => {
        const within = this.#command();
        return within ? this.#within('read', within, {}, () => store.find(stream, id)) : store.find(stream, id);
      },
      at: (positions) => store.at(positions),
      readAll: (options) => store.readAll(options),
      head: () => store.head(),
      subscribe: (options) => store.subscribe(options),
      close: () => store.close(),
    };
  }

  /** What is gathered is sent first. */
  close(): Promise<void> {
    return this.#provider.shutdown();
  }

  /** The context that we are in, if it is a command's. */
  #command(): Context | undefined {
    const active = this.#current.active();
    return active.getValue(commanded) === true ? active : undefined;
  }

  async #within<T>(name: string, from: Context, attributes: Attributes, work: (span: Span) => Promise<T>): Promise<T> {
    const span = this.#tracer.startSpan(name, { attributes }, from);
    try {
      return await this.#current.with(trace.setSpan(from, span), () => work(span));
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR }).setAttribute('samverk.outcome', failureOf(error));
      throw error;
    } finally {
      span.end();
    }
  }

  async *#reading<T>(from: Context, events: AsyncIterable<T>): AsyncIterable<T> {
    const span = this.#tracer.startSpan('read', {}, from);
    try {
      yield* events;
    } finally {
      span.end();
    }
  }

  /** By waiting, not by looking into the projector: wherever it runs, this is when the answer may be read. */
  async #untilViewed(from: Context, position: number): Promise<void> {
    const span = this.#tracer.startSpan('view', {}, from);
    const reached = await this.reached(position, longestViewMs).catch(() => false);
    if (!reached) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
  }

  #unlessSilenced(inner: SpanProcessor): SpanProcessor {
    return {
      onStart: (span, from) => inner.onStart(span, from),
      onEnd: (span) => {
        if (!this.#silenced.has(span)) inner.onEnd(span);
      },
      forceFlush: () => inner.forceFlush(),
      shutdown: () => inner.shutdown(),
    };
  }
}

const commanded = createContextKey('samverk: within a command');

/** The trace that the caller is in (W3C Trace Context). Its `tracestate` is data of others, and goes nowhere. */
function callersTrace(traceparent: string | readonly string[] | undefined): Context {
  const parts = typeof traceparent === 'string' ? traceParent.exec(traceparent) : null;
  const [, version = 'ff', traceId = '', spanId = '', flags = '00', more = ''] = parts ?? [];
  const caller = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
  const known = version !== 'ff' && (version !== '00' || more === '') && isSpanContextValid(caller);
  return known ? trace.setSpanContext(ROOT_CONTEXT, caller) : ROOT_CONTEXT;
}
const traceParent = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** A collector that takes nothing is told of once a minute at most, and holds up nobody. */
function telling(report: Report): SpanExporter {
  const exporter = new OTLPTraceExporter();
  let told = -Infinity;
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        if (result.error && performance.now() - told > 60_000) {
          told = performance.now();
          report(result.error, 'traces do not reach the collector at OTEL_EXPORTER_OTLP_ENDPOINT');
        }
        done(result);
      }),
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
  };
}
