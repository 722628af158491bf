/** What the other contexts may know of identity. */
export { isAuthority, type Organisation, OrganisationFacts, organisations } from './organisation.events.ts';
export { grantsOf, organisationsOf, type Person, PersonFacts, persons } from './person.events.ts';
