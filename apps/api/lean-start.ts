import { setFlagsFromString } from 'node:v8';

/**
 * Loading the program makes much that is used once. V8 would let its young generation grow to 64 MiB for it, and an idle
 * process never gives them back; while it loads, what lives is moved on instead. Import this first.
 */
setFlagsFromString('--semi-space-growth-factor=1');

/** From here on the young generation grows with the load, as V8 has it by itself. */
export const growWithLoad = (): void => setFlagsFromString('--semi-space-growth-factor=2');
