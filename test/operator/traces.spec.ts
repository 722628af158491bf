import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { cost } from '../e2e/golden-steps.ts';
import { mutationOf, newId } from '../e2e/harness.ts';
import { build } from '../faults/api-survives-kill.process.ts';
import { attributesOf, Collector, type Span } from './collector.ts';
import { Operated } from './operated.ts';

/** Traces from a request to the views, as a collector of OpenTelemetry gets them from the real process. */
const collector = new Collector();
const amount = 73_829_101;
const text = 'hemligaordet';
const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const callersSpan = '00f067aa0ba902b7';
const correlation = newId();
let spans: readonly Span[];
let refused: readonly Span[];

beforeAll(async () => {
  await build();
  const system = await Operated.start({
    OTEL_EXPORTER_OTLP_ENDPOINT: await collector.start(),
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=test',
  });
  const headers = (trace: string) => ({
    authorization: `Bearer ${system.token('FINANCE')}`,
    traceparent: trace,
    tracestate: `vendor=${text}`,
    baggage: `mark=${text}`,
  });
  const query = mutationOf('RecordCost').replace('mutation', `mutation ${text}`);
  const voucher = { ...cost(2017, 'OTHER', '2017-01-02', amount), voucherRef: text };
  const ask = (trace: string, input: object) =>
    system.post({ query, variables: { input, meta: { commandId: newId(), correlation } } }, headers(trace));
  await ask(`00-${traceId}-${callersSpan}-01`, voucher);
  await ask(`00-${traceId.replace('4', '5')}-${callersSpan}-01`, voucher);
  await ask('00-00000000000000000000000000000000-0000000000000000-01', voucher);
  await fetch(new URL('/health/ready', system.at('graphql')));
  expect(await system.stop()).toBe(0); // what is gathered is sent first
  expect(system.errors).toEqual([]);
  spans = collector.spans.filter((span) => span.traceId === traceId);
  refused = collector.spans.filter((span) => span.traceId === traceId.replace('4', '5'));
  await system.end();
}, 300_000);
afterAll(() => collector.stop());

const one = (name: string): Span => {
  const [span, ...others] = spans.filter((found) => found.name === name);
  if (!span || others.length > 0) throw new Error(`${others.length + (span ? 1 : 0)} spans of the name ${name}`);
  return span;
};

test('one command is one trace within that of its caller: request, command, readings, append, view', () => {
  const request = one('POST /graphql');
  const command = one('command RecordCost');
  const append = one('append');
  expect(request.parentSpanId).toBe(callersSpan);
  expect(command.parentSpanId).toBe(request.spanId);
  expect(append.parentSpanId).toBe(command.spanId);
  expect(one('view').parentSpanId).toBe(append.spanId);
  const reads = spans.filter(({ name }) => name === 'read');
  expect(reads.length).toBeGreaterThanOrEqual(2); // its own stream, and the mandate's
  expect(new Set(reads.map(({ parentSpanId }) => parentSpanId))).toEqual(new Set([command.spanId]));
  expect(spans.length).toBe(4 + reads.length);
});

test('a span says what came of it, and the correlation by which log and history know it', () => {
  expect(attributesOf(one('POST /graphql'))).toEqual({
    'http.request.method': 'POST',
    'http.route': '/graphql',
    'http.response.status_code': 200,
    'samverk.correlation': correlation,
    'samverk.operation': 'recordCost',
  });
  const command = 'command RecordCost';
  expect(attributesOf(one(command))).toEqual({ 'samverk.correlation': correlation, 'samverk.outcome': 'ACCEPTED' });
  const no = refused.find(({ name }) => name === command);
  expect(no && attributesOf(no)['samverk.outcome']).toBe('ALREADY_EXISTS');
  expect(refused.map(({ name }) => name)).not.toContain('append');
});

test('a traceparent that is none begins a trace of its own', () => {
  const own = collector.spans.filter((span) => span.name === 'POST /graphql' && span.parentSpanId === undefined);
  expect(own).toHaveLength(1);
});

test('no data, no stream, no person and no text of an error leaves with them', () => {
  const sent = JSON.stringify(collector.sent);
  expect(sent).not.toMatch(new RegExp(`${amount}|${text}|fundingyear|mandate-|person-|Bearer|eyJ`));
  const names = ['http.request.method', 'http.route', 'http.response.status_code'];
  const ours = ['samverk.correlation', 'samverk.operation', 'samverk.outcome'];
  const used = new Set(collector.spans.flatMap((span) => Object.keys(attributesOf(span))));
  expect([...used].filter((name) => ![...names, ...ours].includes(name))).toEqual([]);
  for (const { events, links, status } of collector.spans)
    expect([events, links, status.message]).toEqual([[], [], undefined]);
});

test('they are ours by name, and health is not among them', () => {
  const [resource] = collector.sent.flatMap(({ resourceSpans }) => resourceSpans.map((sent) => sent.resource));
  expect(resource && attributesOf(resource)).toEqual({ 'service.name': 'samverk', 'deployment.environment': 'test' });
  expect(collector.spans.filter(({ name }) => name.includes('health'))).toEqual([]);
});
