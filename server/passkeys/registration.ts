import { generateRegistrationOptions } from '@simplewebauthn/server';
import { AppError, ConflictError } from '../errors.ts';
import { modelName } from '../fido-metadata/model.ts';
import { readAttestationObject, verifyAttestation } from './attestation.ts';
import { checkAuthenticatorData } from './authenticator-data.ts';
import { issueChallenge, takeChallenge } from './bound-challenge.ts';
import type { Challenge } from './challenge.ts';
import { checkClientData, decodeClientData } from './client-data.ts';
import { checkCoseKey } from './cose-key.ts';
import type { CallDependencies, PasskeyManagerDependencies } from './dependencies.ts';
import { factsOf, whatWasVerified } from './facts.ts';
import { findGrounds, giveWayToOthers, giveWayToRecovery, useGrounds } from './grounds.ts';
import type { PasskeyManager } from './manager.ts';
import type { Passkey } from './passkey.ts';
import { ceremonyTimeout, credentialIdLength, mostPasskeys, offeredAlgorithms } from './policy.ts';
import { suspendAll } from './recovery.ts';
import { refuse } from './refusal.ts';
import { type CeremonyNotes, reporting } from './reporting.ts';
import { type RegistrationResponse, readRegistrationResponse } from './responses.ts';

type Begin = PasskeyManager['beginRegistration'];
type Finish = PasskeyManager['finishRegistration'];

export async function beginRegistration(
  dependencies: PasskeyManagerDependencies,
  { authorization, interaction, browser, user }: Parameters<Begin>[0],
): ReturnType<Begin> {
  const { storage, relyingParties, rpName } = dependencies;
  const { rpId } = relyingParties[0];
  const { isRecovery, ...grounds } = await findGrounds(dependencies, { authorization, browser });
  const present = await storage.passkeys.listByUserHandle(grounds.userHandle);
  if (!isRecovery && present.length >= mostPasskeys) throw new AppError('too_many_passkeys');
  const challenge = await issueChallenge(dependencies, {
    ...grounds,
    purpose: 'register',
    rpId,
    interaction,
    browser,
  });
  const options = await generateRegistrationOptions({
    rpName,
    rpID: rpId,
    userName: user.name,
    userDisplayName: user.displayName,
    userID: new Uint8Array(Buffer.from(grounds.userHandle, 'base64url')),
    challenge,
    timeout: ceremonyTimeout,
    attestationType: 'none',
    // A recovery suspends the others, so a device may replace its own.
    excludeCredentials: present
      .filter((passkey) => !isRecovery && passkey.status === 'active' && passkey.rpId === rpId)
      .map(({ id, transports }) => ({ id, transports })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    supportedAlgorithmIDs: offeredAlgorithms,
  });
  return { options };
}

export async function finishRegistration(
  dependencies: CallDependencies,
  { interaction, browser, response: untrusted }: Parameters<Finish>[0],
): ReturnType<Finish> {
  const notes: CeremonyNotes = { purpose: 'register' };
  return reporting(dependencies, notes, async () => {
    const response = readRegistrationResponse(untrusted);
    const clientData = decodeClientData(response.response.clientDataJSON);
    const expected = { purpose: 'register', interaction, browser } as const;
    const { challenge, relyingParty } = await takeChallenge(dependencies, clientData.challenge, expected);
    const { userHandle } = challenge;
    if (userHandle === undefined) throw new Error('a registration challenge is bound to a user handle');
    notes.userHandle = userHandle;
    checkClientData(clientData, { type: 'webauthn.create', origins: relyingParty.origins });
    const created = checkResponse(response, relyingParty.rpId);
    await verifyAttestation(response, { ...relyingParty, challenge: clientData.challenge });
    await refuseRegistered(dependencies, response.id);
    const at = dependencies.now();
    const place = { userHandle, rpId: relyingParty.rpId, origin: clientData.origin, createdAt: at };
    const passkey = await store(dependencies, challenge, { ...created, ...place });
    const { recordEvent, issueReceipt, caller } = dependencies;
    await recordEvent({ type: 'passkey_registered', userHandle, passkeyId: passkey.id });
    const receipt = await issueReceipt(whatWasVerified(passkey, { ...expected, clientData, caller, at }));
    return { userHandle, passkey: factsOf(passkey), at, receipt };
  });
}

type Created = Omit<Passkey, 'userHandle' | 'rpId' | 'origin' | 'assurance' | 'createdAt'>;

/** Everything that the bytes tell by themselves: WebAuthn L3 §7.1 steps 13–25, apart from the attestation. */
function checkResponse({ id, response }: RegistrationResponse, rpId: string): Created {
  const { data, selfSignedWith } = readAttestationObject(
    Buffer.from(response.attestationObject, 'base64url'),
  );
  checkAuthenticatorData(data, rpId);
  if (!data.attested) refuse('attested_data_missing');
  const { credentialId, publicKey, aaguid } = data.attested;
  if (credentialId.length < credentialIdLength.least || credentialId.length > credentialIdLength.most)
    refuse('credential_id_length');
  if (credentialId.toString('base64url') !== id) refuse('credential_id_mismatch');
  const algorithm = checkCoseKey(publicKey);
  // WebAuthn L3 §8.2, self attestation: the library does not compare.
  if (selfSignedWith !== undefined && selfSignedWith !== algorithm) refuse('attestation_invalid');
  return {
    id,
    publicKey: publicKey.toString('base64url'),
    algorithm,
    aaguid,
    transports: response.transports,
    backupEligible: data.backupEligible,
    backedUp: data.backedUp,
    userVerified: data.userVerified,
    counter: data.counter,
    attestationObject: response.attestationObject,
    clientDataJSON: response.clientDataJSON,
    name: modelName(aaguid) ?? 'Passkey',
    status: 'active',
    revision: 1,
  };
}

/** The first change of any record: everything has been checked by now. */
async function store(
  dependencies: CallDependencies,
  challenge: Challenge,
  created: Omit<Passkey, 'assurance'>,
): Promise<Passkey> {
  const { purpose, assurance } = await useGrounds(dependencies, challenge);
  const passkey: Passkey = { ...created, assurance };
  if (purpose === 'recovery') await suspendAll(dependencies, passkey.userHandle);
  await insert(dependencies, passkey);
  if (purpose === 'first') await giveWayToOthers(dependencies, passkey);
  if (purpose === 'proof') await giveWayToRecovery(dependencies, { passkey, proofId: challenge.proofId });
  return passkey;
}

async function refuseRegistered({ storage }: PasskeyManagerDependencies, id: string): Promise<void> {
  if (await storage.passkeys.findById(id)) refuse('passkey_registered', { code: 'passkey_exists' });
}

/** The storage decides between two registrations of one credential id, whoever they are for. */
async function insert({ storage }: PasskeyManagerDependencies, passkey: Passkey): Promise<void> {
  try {
    await storage.passkeys.insert(passkey);
  } catch (cause) {
    if (cause instanceof ConflictError) refuse('passkey_registered', { code: 'passkey_exists', cause });
    throw cause;
  }
}
