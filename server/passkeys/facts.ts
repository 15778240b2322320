import { modelName } from '../fido-metadata/model.ts';
import type { Verified } from '../receipts/issuer.ts';
import type { ClientData } from './client-data.ts';
import type { CallerIdentity, CeremonyPurpose, PasskeyFacts } from './manager.ts';
import type { Passkey } from './passkey.ts';

/** What leaves the manager: everything but key and evidence. */
export function factsOf(passkey: Passkey): PasskeyFacts {
  const { publicKey, attestationObject, clientDataJSON, ...facts } = passkey;
  const model = modelName(passkey.aaguid);
  return model === undefined ? facts : { ...facts, model };
}

/** What the manager signs for: user presence and verification are required of every ceremony, so both were there. */
export function whatWasVerified(
  passkey: Pick<
    Passkey,
    'id' | 'userHandle' | 'rpId' | 'aaguid' | 'assurance' | 'backupEligible' | 'backedUp'
  >,
  ceremony: {
    purpose: CeremonyPurpose;
    interaction: string;
    clientData: ClientData;
    caller: CallerIdentity;
    at: number;
  },
): Verified {
  const { id: passkeyId, userHandle, rpId, aaguid, assurance, backupEligible = false, backedUp } = passkey;
  const { purpose, interaction, caller, at } = ceremony;
  const { challenge, origin } = ceremony.clientData;
  const flags = { userPresent: true, userVerified: true, backupEligible, backedUp };
  const whose = { userHandle, passkeyId, rpId, origin, aaguid, assurance };
  return { purpose, interaction, challenge, ...whose, flags, caller, at };
}
