import { describe, expect, test } from '@jest/globals';
import { validated } from '#delivery/validation';
import { idByCommand } from '#delivery/event-identity';
import { streamsOf } from '#delivery/checks';
import { type Fact, upcast } from '#kernel/facts';
import { belongsTo } from '#kernel/stream';
import { goldenContexts } from './golden.ts';

const envelope = [
  'actor',
  'backdating',
  'basedOn',
  'case',
  'causation',
  'command',
  'concerns',
  'correlation',
  'custodian',
  'data',
  'id',
  'occurredAt',
  'position',
  'recordedAt',
  'regime',
  'revision',
  'stream',
  'subjects',
  'type',
  'version',
  'visibility',
];

for (const { context, golden } of await goldenContexts()) {
  const streams = streamsOf([context]);

  describe(`what ${context.name} once wrote`, () => {
    test('is kept for every fact, in each shape that it ever had', () => {
      const kept = new Set(golden.map(({ event }) => `${event.type}.v${event.version}`));
      const facts = streams.flatMap((stream) => Object.values<Fact>(stream.facts));
      const needed = facts.flatMap(({ type, version }) =>
        Array.from({ length: version }, (_, before) => `${type}.v${before + 1}`),
      );
      expect(needed.filter((name) => !kept.has(name))).toEqual([]);
    });

    test.each(golden.map(({ file, event }) => [file, event] as const))('%s is read as ever', (file, event) => {
      expect(`${file}.`).toContain(`${event.type}.v${event.version}.`);
      expect(Object.keys(event).sort()).toEqual(envelope);
      if (event.command) expect(event.id).toBe(idByCommand(event.actor.org, event.command.id, event.stream, 0));

      const stream = streams.find((candidate) => belongsTo(candidate, event));
      const fact: Fact | undefined = stream?.facts[event.type];
      if (!stream || !fact) throw new Error(`no stream of ${context.name} has ${event.type} in ${event.stream}`);
      const data = upcast(fact, event.version, event.data);
      expect(validated(fact.definition.data, data, '')).toEqual({ value: data, problems: [] });
    });

    test('folds, stream by stream, to what says that the object is there', () => {
      expect(golden.length).toBeGreaterThan(0);
      for (const name of new Set(golden.map(({ event }) => event.stream))) {
        const stream = streams.find((candidate) => belongsTo(candidate, { stream: name }));
        if (!stream) throw new Error(`no stream of ${context.name} is called ${name}`);
        const own = golden.filter(({ event }) => event.stream === name);
        const state = own.reduce((before, { event }) => stream.fold(before, event), stream.initial);
        expect(JSON.stringify(state)).not.toBe(JSON.stringify(stream.initial));
      }
    });
  });
}
