import { hash } from 'node:crypto';

/**
 * 48 bits of a text's SHA-256. An index on it is a third of one on ids, and so is what each new id makes the database
 * write. Two texts may share it: whoever asks by it asks for the text too.
 */
export const shortHash = (text: string): number => parseInt(hash('sha256', text, 'hex').slice(0, 12), 16);
