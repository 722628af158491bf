import type { Directory } from '#directory/directory';
import type { EventStore } from '#event-store/event-store';
import { mayKnow } from '#read-store/may-know';
import type { Views } from '#read-store/read-store';
import type { ViewKeeper } from '#read-store/standing';
import type { LooksUp } from './command-desk.ts';
import { organisationNumberKey, type Secret } from './secret.ts';
import type { Sight } from './sight.ts';

const catchUpMs = 2_000;

/** What decisions need to know that lies in no stream: people, numbers under their key, events by their id. */
export function lookUps(needs: {
  directory: Directory;
  store: EventStore;
  readStore: Views;
  sight: Sight;
  projector: ViewKeeper;
  secret: Secret;
}): LooksUp {
  const { directory, store, readStore, sight, projector, secret } = needs;
  const numbers = secret.derive('organisation numbers');
  return {
    personKnown: (person) => directory.knows(person),
    organisationNumberKey: (number) => organisationNumberKey(numbers, number),
    /** Looked up in the index of history, caught up first: an event never changes, so what is found cannot race. */
    async events(ids, caller) {
      await projector.reached(await store.head(), catchUpMs);
      const positions = await readStore.history({
        mayKnow: mayKnow(sight.sees, caller),
        ids,
        limit: ids.length,
      });
      const shown = await sight.events(await store.at(positions), caller);
      return new Map(
        shown.map(({ event }) => [event.id, { type: event.type, concerns: event.concerns.map(({ id }) => id) }]),
      );
    },
  };
}
