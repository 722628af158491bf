import { describe, test } from '@jest/globals';
import { eventStoreContract } from '../event-store.contract.ts';
import { openKurrentEventStore } from './kurrent-event-store.ts';

const url = process.env['EVENTSTORE_URL'];
const clock = { now: () => '2017-01-02T08:00:00.000Z' };

if (url === undefined)
  describe('EventStoreDB keeps the contract of an event store', () => {
    test.skip('not run: EVENTSTORE_URL names no server (see test/contract/README.md)', () => undefined);
  });
else eventStoreContract('EventStoreDB', () => openKurrentEventStore({ url, clock }));
