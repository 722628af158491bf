import { contexts } from '#apps/api/contexts';
import { factsOf } from '#delivery/checks';

/** What all contexts have to be kept of them. */
export const views = contexts.flatMap((context) => context.views);
export const facts = Object.fromEntries(factsOf(contexts));
