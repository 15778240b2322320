import type { CallerIdentity, PasskeyManager } from './manager.ts';

/**
 * Least privilege: identity → methods, deny by default. Of tickets, `enrolment` gets those for a first passkey alone:
 * it runs beside the pages, and what it holds must add a passkey to nobody who has one.
 */
export const permissions: Record<CallerIdentity, readonly (keyof PasskeyManager)[]> = {
  provider: [
    'beginRegistration',
    'finishRegistration',
    'beginAuthentication',
    'finishAuthentication',
    'listPasskeys',
    'renamePasskey',
    'removePasskey',
    'listPasskeyEvents',
    'searchModels',
    'findModel',
    'findFloor',
    'sweep',
  ],
  enrolment: ['issueTicket'],
  administration: [
    'issueTicket',
    'listPasskeys',
    'confirmPasskey',
    'setPasskeyStatus',
    'removePasskeys',
    'exportPasskeys',
    'importPasskeys',
    'listPasskeyEvents',
    'listModelAlerts',
    'listReceipts',
    'listReceiptKeys',
    'metadataStatus',
    'refreshMetadata',
    'searchModels',
    'findModel',
    'findFloor',
    'setFloor',
  ],
  // Refreshes the FIDO metadata.
  metadata: ['metadataStatus', 'refreshMetadata', 'searchModels', 'findModel'],
  // Asks for the health alone.
  monitor: [],
};
