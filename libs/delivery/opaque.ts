import { createCipheriv, createDecipheriv, randomFillSync, type KeyObject } from 'node:crypto';
import type { Secret } from './secret.ts';

/** What the tokens of each purpose hold. */
export interface Holds {
  /** The revision of a stream, or -1 where there is none yet; bound to the stream. */
  version: number;
  /** A position of the event store. */
  consistency: number;
  /** Where a page ended, in the words of its query; bound to the viewer and the query. */
  cursor: string;
  /** Whose calendar feed it is, and until when. */
  calendar: string;
}

/**
 * What goes out and comes back, and tells its holder nothing (domain 7.7): encrypted, every time different, of a length
 * that does not depend on a number, and for a text only on its count of 32-byte blocks.
 */
export interface OpaqueTokens {
  /**
   * `bound` is what the token is good for, such as the name of its stream. It is not in the token: `open` must name it
   * again.
   * @throws RangeError for a number that is not a safe integer, or a text too long for any token
   */
  seal<P extends keyof Holds>(purpose: P, bound: string, payload: Holds[P]): string;
  /** What was sealed; nothing when the token was altered, or is of another purpose, object or installation. */
  open<P extends keyof Holds>(purpose: P, bound: string, token: string): Holds[P] | undefined;
}

/** A longer token is refused unread. */
export const longestToken = 4_096;

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;
const blockBytes = 32;
const lengthBytes = 2;
const longestText = (longestToken / 4) * 3 - nonceBytes - tagBytes - blockBytes;

interface Format<T> {
  write(payload: T): Buffer;
  read(bytes: Buffer): T;
}

const integer: Format<number> = {
  write(payload) {
    if (!Number.isSafeInteger(payload)) throw new RangeError(`${payload} is no safe integer`);
    const bytes = Buffer.allocUnsafe(8);
    bytes.writeDoubleBE(payload);
    return bytes;
  },
  read: (bytes) => bytes.readDoubleBE(),
};

/** Its length in two bytes, the text in UTF-8, and zeros up to a whole block. */
const blocks: Format<string> = {
  write(payload) {
    const length = Buffer.byteLength(payload);
    if (length > longestText) throw new RangeError(`A cursor holds at most ${longestText} bytes, not ${length}`);
    const bytes = Buffer.alloc(Math.ceil((lengthBytes + length) / blockBytes) * blockBytes);
    bytes.writeUInt16BE(length);
    bytes.write(payload, lengthBytes);
    return bytes;
  },
  read: (bytes) => bytes.toString('utf8', lengthBytes, lengthBytes + bytes.readUInt16BE()),
};

const formats: { [P in keyof Holds]: Format<Holds[P]> } = {
  version: integer,
  consistency: integer,
  cursor: blocks,
  calendar: blocks,
};

/** Tokens under the secret of the installation: they outlive a restart. A few microseconds each. */
export function opaqueTokens(secret: Secret): OpaqueTokens {
  const keys: { [P in keyof Holds]: KeyObject } = {
    version: secret.derive('version'),
    consistency: secret.derive('consistency'),
    cursor: secret.derive('cursor'),
    calendar: secret.derive('calendar'),
  };

  return {
    seal(purpose, bound, payload) {
      const nonce = nextNonce();
      const cipher = createCipheriv(algorithm, keys[purpose], nonce);
      cipher.setAAD(Buffer.from(bound));
      const sealed = cipher.update(formats[purpose].write(payload));
      cipher.final();
      return Buffer.concat([nonce, sealed, cipher.getAuthTag()]).toString('base64url');
    },

    open(purpose, bound, token) {
      if (token.length > longestToken) return undefined;
      const bytes = Buffer.from(token, 'base64url');
      // The decoder skips what is no base64url: only the very text that was given out counts.
      if (bytes.length <= nonceBytes + tagBytes || bytes.toString('base64url') !== token) return undefined;
      const decipher = createDecipheriv(algorithm, keys[purpose], bytes.subarray(0, nonceBytes));
      decipher.setAAD(Buffer.from(bound));
      decipher.setAuthTag(bytes.subarray(-tagBytes));
      const opened = decipher.update(bytes.subarray(nonceBytes, -tagBytes));
      try {
        decipher.final();
      } catch {
        return undefined;
      }
      return formats[purpose].read(opened);
    },
  };
}

/** Chance is asked for in bulk: one by one it would cost as much as the encryption. */
const chance = Buffer.alloc(nonceBytes * 512);
let used = chance.length;

function nextNonce(): Buffer {
  if (used === chance.length) {
    randomFillSync(chance);
    used = 0;
  }
  return chance.subarray(used, (used += nonceBytes));
}
