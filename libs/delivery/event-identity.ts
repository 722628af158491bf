import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { parse, v5 } from 'uuid';

/** UUIDv5 of the URL namespace and `urn:samverk:event` (domain 7.2). */
const namespace = parse('b9ed3084-2a63-52d8-aea0-88ae5d76dbd4');

/** Id of an event that a command makes: the same command gives the same id, whenever it comes. */
export const idByCommand = (org: string, commandId: string, stream: string, index: number): string =>
  v5(`command/${org}/${commandId}/${stream}/${index}`, namespace);

/** Id of an event that a timer or a policy makes. */
export const idByProcess = (process: string, trigger: string, stream: string, index: number): string =>
  v5(`process/${process}/${trigger}/${stream}/${index}`, namespace);

/** SHA-256, in lower-case hexadecimal, of the RFC 8785 bytes of what was commanded. */
export const digestOf = (command: string, input: object, meta: object): string =>
  hash('sha256', canonicalize({ command, input, meta }) ?? '', 'hex');
