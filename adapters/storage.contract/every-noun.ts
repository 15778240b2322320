import { accountsContract } from './accounts.contract.ts';
import { apisContract } from './apis.contract.ts';
import { appRefusalsContract } from './app-refusals.contract.ts';
import { approvalsContract } from './approvals.contract.ts';
import { appsContract } from './apps.contract.ts';
import { artifactsContract } from './artifacts.contract.ts';
import { attributeDefinitionsContract } from './attribute-definitions.contract.ts';
import { auditEventsContract } from './audit-events.contract.ts';
import {
  auditChainsContract,
  auditCheckpointsContract,
  auditKeysContract,
} from './audit-records.contract.ts';
import { authenticatorFloorsContract } from './authenticator-floors.contract.ts';
import { challengesContract } from './challenges.contract.ts';
import { fidoMetadataContract } from './fido-metadata.contract.ts';
import { figuresContract } from './figures.contract.ts';
import { groupsContract } from './groups.contract.ts';
import { initialAccessTokensContract } from './initial-access-tokens.contract.ts';
import { invitationsContract } from './invitations.contract.ts';
import { leasesContract } from './leases.contract.ts';
import { logoutNoticesContract } from './logout-notices.contract.ts';
import type { Open } from './opened.ts';
import { outgoingMailsContract } from './outgoing-mails.contract.ts';
import { passkeyEventsContract } from './passkey-events.contract.ts';
import { passkeysContract } from './passkeys.contract.ts';
import { proofsContract } from './proofs.contract.ts';
import { receiptKeysContract } from './receipt-keys.contract.ts';
import { receiptsContract } from './receipts.contract.ts';
import { searchContract } from './search.contract.ts';
import { signInsContract } from './sign-ins.contract.ts';
import { signingKeysContract } from './signing-keys.contract.ts';
import { storageContract } from './storage.contract.ts';
import { ticketsContract } from './tickets.contract.ts';

/** Everything that an engine must do. `open` opens the same, at first empty database each time. */
export function everyContract(name: string, open: Open): void {
  for (const contract of [
    accountsContract,
    apisContract,
    approvalsContract,
    initialAccessTokensContract,
    appRefusalsContract,
    attributeDefinitionsContract,
    appsContract,
    artifactsContract,
    auditEventsContract,
    auditKeysContract,
    auditCheckpointsContract,
    auditChainsContract,
    authenticatorFloorsContract,
    challengesContract,
    fidoMetadataContract,
    figuresContract,
    groupsContract,
    invitationsContract,
    logoutNoticesContract,
    leasesContract,
    outgoingMailsContract,
    passkeyEventsContract,
    passkeysContract,
    proofsContract,
    receiptKeysContract,
    receiptsContract,
    searchContract,
    signInsContract,
    signingKeysContract,
    storageContract,
    ticketsContract,
  ])
    contract(name, open);
}
