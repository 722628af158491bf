import type { Directory } from '#directory/directory';
import type { EventStore } from '#event-store/event-store';
import { visibilityClasses } from '#kernel/envelope';
import { type MayKnow, mayKnow } from '#read-store/may-know';
import type { Views } from '#read-store/read-store';
import type { ViewKeeper } from '#read-store/standing';
import type { LooksUp } from './command-desk.ts';
import type { LooksUpAgain } from './consistency.ts';
import { organisationNumberKey, type Secret } from './secret.ts';
import type { Sight } from './sight.ts';

const catchUpMs = 2_000;
const everything: MayKnow = [{ classes: visibilityClasses, marks: [] }];

/** What decisions need to know that lies in no stream: people, numbers under their key, events by their id. */
export function lookUps(needs: {
  directory: Directory;
  store: EventStore;
  readStore: Views;
  sight: Sight;
  projector: ViewKeeper;
  secret: Secret;
}): LooksUp & LooksUpAgain {
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
    async eventsById(ids, before) {
      if (!(await projector.reached(before, catchUpMs))) throw new Error('the index of history is behind');
      const positions = await readStore.history({ mayKnow: everything, ids, limit: ids.length });
      return store.at(positions.filter((position) => position < before));
    },
  };
}
