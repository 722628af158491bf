import { v5 } from 'uuid';

/** UUIDv5 of the URL namespace and `urn:samverk:decision`: built ids, so that a second load finds everything there. */
const namespace = v5('urn:samverk:decision', v5.URL);

/** The id of a thing in the decision, by its name there. */
export const decisionId = (name: string): string => v5(name, namespace);

export const decisionMandateId = decisionId('mandate');
