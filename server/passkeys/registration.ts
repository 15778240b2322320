import { hash } from 'node:crypto';
import {
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
} from '@simplewebauthn/server';
import { conveyanceFor, hintsFor } from '../authenticator-policy/enough.ts';
import { requirementsOf } from '../authenticator-policy/merge.ts';
import type { NamedRule } from '../authenticator-policy/rule.ts';
import { AppError, ConflictError } from '../errors.ts';
import type { ModelCatalogue } from '../fido-metadata/catalogue.ts';
import { modelName } from '../fido-metadata/model.ts';
import { readAttestationObject } from './attestation/object.ts';
import { type Trust, verifyAttestation } from './attestation/verify.ts';
import { checkAuthenticatorData } from './authenticator-data.ts';
import { issueChallenge, takeChallenge } from './bound-challenge.ts';
import type { Challenge } from './challenge.ts';
import { checkClientData, decodeClientData } from './client-data.ts';
import { checkCoseKey, openCoseKey } from './cose-key.ts';
import type { CallDependencies, PasskeyManagerDependencies } from './dependencies.ts';
import { factsOf, whatWasVerified } from './facts.ts';
import { refuseByRules } from './floor.ts';
import { findGrounds, giveWayToOthers, giveWayToRecovery, useGrounds } from './grounds.ts';
import type { PasskeyManager, RegistrationWishes } from './manager.ts';
import type { Passkey } from './passkey.ts';
import {
  ceremonyTimeout,
  credentialIdLength,
  mostPasskeys,
  offeredAlgorithms,
  passkeyName,
} from './policy.ts';
import { suspendAll } from './recovery.ts';
import { refuse } from './refusal.ts';
import { type CeremonyNotes, reporting } from './reporting.ts';
import { type RegistrationResponse, readRegistrationResponse } from './responses.ts';

type Begin = PasskeyManager['beginRegistration'];
type Finish = PasskeyManager['finishRegistration'];

export async function beginRegistration(
  dependencies: CallDependencies,
  { authorization, interaction, browser, user, rules, wishes = {} }: Parameters<Begin>[0],
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
    // A recovery suspends the others, so a device may replace its own.
    excludeCredentials: present
      .filter((passkey) => !isRecovery && passkey.status === 'active' && passkey.rpId === rpId)
      .map(({ id, transports }) => ({ id, transports })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    supportedAlgorithmIDs: offeredAlgorithms,
  });
  const asked = await askedOf(dependencies, rules);
  return { options: asWished({ ...options, ...asked }, wishes) };
}

/** What the rules want to know of a new authenticator, and where the browser is to look for one. */
async function askedOf({ floor, now }: CallDependencies, rules: readonly NamedRule[] = []) {
  const requirements = requirementsOf([await floor.read(), ...rules], { now: now() });
  // The library has no word for `indirect`, and one hint at most.
  return { attestation: conveyanceFor(requirements), hints: hintsFor(requirements) };
}

/** A wish may make an authenticator tell more than it is asked to anyway, never less. */
function asWished<Options extends PublicKeyCredentialCreationOptionsJSON>(
  options: Options,
  { hints, attestation }: RegistrationWishes,
): Options {
  const tellsLess = options.attestation === undefined || ['none', 'indirect'].includes(options.attestation);
  return {
    ...options,
    ...(hints && { hints: [...hints] }),
    ...(attestation && tellsLess && { attestation }),
  };
}

export async function finishRegistration(
  dependencies: CallDependencies,
  { interaction, browser, response: untrusted, rules }: Parameters<Finish>[0],
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
    const at = dependencies.now();
    const { attestation = {}, models } = dependencies;
    const created = checkResponse(response, {
      rpId: relyingParty.rpId,
      trust: { ...attestation, models, now: at },
    });
    await refuseRegistered(dependencies, response.id);
    const place = { userHandle, rpId: relyingParty.rpId, origin: clientData.origin, createdAt: at };
    const made = { ...created, ...place };
    await refuseByRules(dependencies, { ...made, assurance: 'confirmed' }, { rules, isNew: true });
    const passkey = await store(dependencies, challenge, made);
    const { recordEvent, issueReceipt, caller } = dependencies;
    await recordEvent({ type: 'passkey_registered', userHandle, passkeyId: passkey.id });
    const receipt = await issueReceipt(
      whatWasVerified(passkey, { ...expected, clientData, caller, at, models }),
    );
    return { userHandle, passkey: factsOf(passkey, models), at, receipt };
  });
}

type Created = Omit<Passkey, 'userHandle' | 'rpId' | 'origin' | 'assurance' | 'createdAt'>;

/** Everything that the bytes tell by themselves: WebAuthn L3 §7.1 steps 13–25. */
export function checkResponse(
  { id, response }: RegistrationResponse,
  { rpId, trust }: { rpId: string; trust: Trust },
): Created {
  const { format, statement, authData, data } = readAttestationObject(
    Buffer.from(response.attestationObject, 'base64url'),
  );
  checkAuthenticatorData(data, rpId);
  if (!data.attested) refuse('attested_data_missing');
  const { credentialId, publicKey, aaguid } = data.attested;
  if (credentialId.length < credentialIdLength.least || credentialId.length > credentialIdLength.most)
    refuse('credential_id_length');
  if (credentialId.toString('base64url') !== id) refuse('credential_id_mismatch');
  const algorithm = checkCoseKey(publicKey);
  const { key } = openCoseKey(publicKey);
  const clientDataHash = hash('sha256', Buffer.from(response.clientDataJSON, 'base64url'), 'buffer');
  const { rpIdHash } = data;
  const about = { authData, clientDataHash, rpIdHash, aaguid, credentialId, publicKey: key, algorithm };
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
    attestation: verifyAttestation(format, { statement, ...about }, trust),
    name: nameOf(aaguid, trust.models),
    status: 'active',
    revision: 1,
  };
}

/** Until the person calls it something else. A name in metadata may be longer than a person's may. */
function nameOf(aaguid: string, models: ModelCatalogue): string {
  return passkeyName(models.find(aaguid)?.name ?? modelName(aaguid) ?? '') ?? 'Passkey';
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
