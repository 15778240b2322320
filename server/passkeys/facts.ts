import type { ModelCatalogue } from '../fido-metadata/catalogue.ts';
import { modelName } from '../fido-metadata/model.ts';
import type { Verified } from '../receipts/issuer.ts';
import { authenticatorFacts } from './authenticator-facts.ts';
import type { ClientData } from './client-data.ts';
import type { CallerIdentity, CeremonyPurpose, PasskeyFacts } from './manager.ts';
import type { Passkey } from './passkey.ts';

/** What leaves the manager: everything but key and evidence. */
export function factsOf(passkey: Passkey, models: ModelCatalogue): PasskeyFacts {
  const { publicKey, attestationObject, clientDataJSON, ...kept } = passkey;
  const { name = modelName(passkey.aaguid), icon } = models.find(passkey.aaguid) ?? {};
  return {
    ...kept,
    authenticator: authenticatorFacts(passkey, models),
    ...(name !== undefined && { model: name }),
    ...(icon !== undefined && { icon }),
  };
}

/** What the manager signs for: user presence and verification are required of every ceremony, so both were there. */
export function whatWasVerified(
  passkey: Pick<
    Passkey,
    | 'id'
    | 'userHandle'
    | 'rpId'
    | 'aaguid'
    | 'attestation'
    | 'modelAlert'
    | 'assurance'
    | 'backupEligible'
    | 'backedUp'
    | 'createdAt'
  >,
  ceremony: {
    purpose: CeremonyPurpose;
    interaction: string;
    clientData: ClientData;
    caller: CallerIdentity;
    at: number;
    models: ModelCatalogue;
    uvm?: readonly number[] | undefined;
  },
): Verified {
  const { id: passkeyId, userHandle, rpId, aaguid, assurance, createdAt: registeredAt } = passkey;
  const { backupEligible = false, backedUp } = passkey;
  const { purpose, interaction, caller, at, models, uvm } = ceremony;
  const authenticator = authenticatorFacts(passkey, models);
  const { challenge, origin } = ceremony.clientData;
  const flags = { userPresent: true, userVerified: true, backupEligible, backedUp };
  const whose = { userHandle, passkeyId, rpId, origin, aaguid, authenticator, registeredAt, assurance };
  return { purpose, interaction, challenge, ...whose, flags, ...(uvm && { uvm }), caller, at };
}
