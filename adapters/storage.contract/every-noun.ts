import { accountsContract } from './accounts.contract.ts';
import { appsContract } from './apps.contract.ts';
import { artifactsContract } from './artifacts.contract.ts';
import { auditEventsContract } from './audit-events.contract.ts';
import { challengesContract } from './challenges.contract.ts';
import { groupsContract } from './groups.contract.ts';
import { invitationsContract } from './invitations.contract.ts';
import type { Open } from './opened.ts';
import { passkeyEventsContract } from './passkey-events.contract.ts';
import { passkeysContract } from './passkeys.contract.ts';
import { proofsContract } from './proofs.contract.ts';
import { receiptKeysContract } from './receipt-keys.contract.ts';
import { receiptsContract } from './receipts.contract.ts';
import { signInsContract } from './sign-ins.contract.ts';
import { signingKeysContract } from './signing-keys.contract.ts';
import { storageContract } from './storage.contract.ts';
import { ticketsContract } from './tickets.contract.ts';

/** Everything that an engine must do. `open` opens the same, at first empty database each time. */
export function everyContract(name: string, open: Open): void {
  for (const contract of [
    accountsContract,
    appsContract,
    artifactsContract,
    auditEventsContract,
    challengesContract,
    groupsContract,
    invitationsContract,
    passkeyEventsContract,
    passkeysContract,
    proofsContract,
    receiptKeysContract,
    receiptsContract,
    signInsContract,
    signingKeysContract,
    storageContract,
    ticketsContract,
  ])
    contract(name, open);
}
