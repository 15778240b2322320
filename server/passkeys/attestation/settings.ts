import type { Trust } from './verify.ts';

/** Whom the manager believes of new passkeys. How much they are asked to tell follows from the rules in force. */
export type AttestationSettings = Pick<Trust, 'vendorRoots' | 'isRevoked'>;
