import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { EventStore } from '#event-store/event-store';
import { openSqliteEventStore } from '#event-store/sqlite/sqlite-event-store';
import type { StoredEvent } from '#kernel/envelope';
import { fact, facts } from '#kernel/facts';
import { id, list } from '#kernel/fields';
import { view } from '#kernel/view';
import { partyText } from '#read-store/may-know';
import type { ReadStore } from '#read-store/read-store';
import { openSqliteReadStore } from '#read-store/sqlite/sqlite-read-store';
import { shippedTable } from '#delivery/platform';
import { Sight } from '#delivery/sight';

/** A made-up register of who shares a duty: ADMIN, about one of them, who sees it as `own`. */
const RosterFacts = facts({
  RosterDrawn: fact({
    says: 'A roster was drawn up.',
    sv: 'Lista upprättad',
    class: 'ADMIN',
    subject: 'personRef',
    data: { rosterId: id('The roster.'), personRef: id('Whose.'), personRefs: list(id('A person.'), 'All of them.') },
  }),
});
const rosters = view(
  {
    ...{ name: 'roster', version: 1, type: 'Roster', one: 'roster', many: 'rosters', says: 'A roster.' },
    of: RosterFacts,
    row: RosterFacts.RosterDrawn.definition.data,
  },
  {
    key: 'rosterId',
    on: { RosterDrawn: (_, data) => data },
    seen: { class: 'ADMIN', subject: ({ personRef }) => personRef },
    filters: [],
    orders: [],
  },
);
const data = { rosterId: 'r', personRef: 'me', personRefs: ['somebody', 'me'] };
const parties = { custodian: 'authority', author: [], addressee: [], subject: 'me', home: ['r'] };
const me = { person: 'me', grants: [] };
const administrator = {
  person: 'admin',
  grants: [{ role: 'SYSTEM_ADMIN', org: 'authority', for: 'authority' }],
} as const;

let folder: string;
let stores: { readonly events: EventStore; readonly rows: ReadStore };
let sight: Sight;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'samverk-sight-'));
  const clock = { now: () => '2017-01-02T08:00:00.000Z' };
  stores = {
    events: await openSqliteEventStore({ path: join(folder, 'events.db'), clock }),
    rows: await openSqliteReadStore({ path: join(folder, 'views.db') }),
  };
  sight = new Sight(shippedTable(), new Map(Object.entries(RosterFacts)), stores.events, stores.rows);
});
afterAll(async () => {
  await stores.events.close();
  await stores.rows.close();
  rmSync(folder, { recursive: true });
});

test('who is answered `own` sees no other in a list, of a row or of an event; who is answered `yes` sees all', async () => {
  const row = { key: 'r', body: data, guard: { release: null, at: 1, parties: partyText(parties) }, columns: {} };
  const event = {
    ...{ id: 'e', type: 'RosterDrawn', version: 1, stream: 'roster-r', revision: 0, position: 1, data },
    ...{ custodian: 'authority', concerns: [], visibility: { class: 'ADMIN', fields: {} }, backdating: null },
    actor: { person: 'admin', org: 'authority', role: 'SYSTEM_ADMIN', onBehalfOf: null },
  } as unknown as StoredEvent;
  for (const [viewer, personRefs] of [
    [me, ['me']],
    [administrator, ['somebody', 'me']],
  ] as const) {
    expect(await sight.rows(rosters, [row], viewer)).toEqual([{ row: { ...data, personRefs }, redactions: [] }]);
    expect(await sight.events([event], viewer)).toMatchObject([{ data: { ...data, personRefs } }]);
  }
});
