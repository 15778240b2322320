import type { Index } from './schema.ts';

/** Of the third schema: the FIDO metadata that was taken, and who does what only one instance may do. */
export const metadataIndexes: Record<string, readonly Index[]> = { fidoMetadata: [], leases: [] };
