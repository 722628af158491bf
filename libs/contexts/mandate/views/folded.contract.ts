import type { StoredEvent } from '#kernel/envelope';
import { type Fact, type NewFact, visibilityOf } from '#kernel/facts';
import type { Data, Shape } from '#kernel/fields';
import type { Row, ViewOf } from '#kernel/view';

/** The rows of a view after these facts, by hand: no store, no runner. Ids, times and people are made up. */
export function folded<S extends Shape>(view: ViewOf<S>, ...facts: readonly NewFact[]): Data<S>[] {
  const rows = new Map<string, Row | null>();
  facts.forEach((fact, index) => {
    if (!view.listens.has(fact.type)) return;
    const event = stored(fact, view.of[fact.type], index);
    for (const key of view.keys(event)) rows.set(key, view.fold(rows.get(key) ?? null, event));
  });
  return [...rows.values()].filter((row) => row !== null) as unknown as Data<S>[];
}

function stored({ type, data, about }: NewFact, fact: Fact | undefined, position: number): StoredEvent {
  if (!fact) throw new Error(`the view knows no ${type}`);
  const org = '00000000-0000-4000-8000-000000000002';
  const at = '2017-01-02T08:00:00.000Z';
  return {
    id: `00000000-0000-5000-8000-${String(position).padStart(12, '0')}`,
    type,
    version: fact.version,
    stream: 'any-stream',
    revision: position,
    position: position + 1,
    occurredAt: at,
    recordedAt: at,
    actor: { person: '00000000-0000-4000-8000-000000000001', org, role: 'FINANCE', onBehalfOf: null },
    custodian: org,
    case: null,
    regime: null,
    command: null,
    correlation: org,
    causation: null,
    concerns: (about.addressee ?? []).map((id) => ({ id, as: 'addressee' })),
    basedOn: {},
    visibility: visibilityOf(fact),
    subjects: [],
    backdating: null,
    data,
  };
}
