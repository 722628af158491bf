import { identityContext } from '#contexts/identity/identity.context';
import { mandateContext } from '#contexts/mandate/mandate.context';
import type { Context } from '#kernel/context';

/** Every context of the system. */
export const contexts: readonly Context[] = [identityContext, mandateContext];
