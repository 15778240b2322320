import { generateAuthenticationOptions } from '@simplewebauthn/server';
import type { Hint } from '../authenticator-policy/rule.ts';
import { AppError } from '../errors.ts';
import { checkSignature } from './assertion-signature.ts';
import {
  type AuthenticatorData,
  checkAuthenticatorData,
  readAuthenticatorData,
} from './authenticator-data.ts';
import { issueChallenge, takeChallenge } from './bound-challenge.ts';
import type { Challenge } from './challenge.ts';
import { checkClientData, decodeClientData } from './client-data.ts';
import { decoyOf } from './decoy.ts';
import type { CallDependencies, PasskeyManagerDependencies } from './dependencies.ts';
import { factsOf, whatWasVerified } from './facts.ts';
import { refuseByRules } from './floor.ts';
import { issueProof } from './grounds.ts';
import type { CeremonyPurpose, FinishedAuthentication, PasskeyManager, StepUpOf } from './manager.ts';
import { checkCounter, noteBackupState } from './notes.ts';
import type { Passkey, PasskeyRepository } from './passkey.ts';
import { ceremonyTimeout } from './policy.ts';
import { refuse } from './refusal.ts';
import { type CeremonyNotes, reporting } from './reporting.ts';
import { type AuthenticationResponse, readAuthenticationResponse } from './responses.ts';

type Begin = PasskeyManager['beginAuthentication'];
type BeginInput = Parameters<Begin>[0];
type Finish = PasskeyManager['finishAuthentication'];

/** @throws AppError `passkey_not_found` for a user handle without an active passkey */
export async function beginAuthentication(
  dependencies: PasskeyManagerDependencies,
  input: BeginInput,
): ReturnType<Begin> {
  const { purpose, interaction, browser } = input;
  const { rpId, allowed, userHandle } = await whoMayAnswer(dependencies, input);
  const isStepUp = allowed !== undefined && isSignIn(purpose);
  const challenge = await issueChallenge(dependencies, {
    purpose,
    rpId,
    interaction,
    browser,
    ...(userHandle !== undefined && { userHandle }),
    ...(isStepUp && { passkeyIds: allowed.map(({ id }) => id) }),
  });
  const options = await generateAuthenticationOptions({
    rpID: rpId,
    challenge,
    timeout: ceremonyTimeout,
    userVerification: 'required',
    // How the user was verified (WebAuthn L2 §10.3): few browsers ask for it, and those that do not leave it out.
    extensions: { uvm: true } as object,
    ...(allowed && { allowCredentials: allowed.map(({ id, transports }) => ({ id, transports })) }),
  });
  return { options: isStepUp ? { ...options, hints: hintsFor(allowed) } : options };
}

/** Where the passkeys are that may answer, so that the browser's first offer is the right one (WebAuthn L3 §5.8.7). */
function hintsFor(allowed: readonly Pick<Passkey, 'transports'>[]): Hint[] {
  const over = (...transports: string[]) =>
    allowed.some((passkey) => passkey.transports.some((transport) => transports.includes(transport)));
  return [
    ...(over('usb', 'nfc', 'ble', 'smart-card') ? ['security-key' as const] : []),
    ...(over('internal') ? ['client-device' as const] : []),
    ...(over('hybrid') ? ['hybrid' as const] : []),
  ];
}

/** Anybody with a discoverable credential, or the passkeys of a known person for one RP ID. */
async function whoMayAnswer({ storage, relyingParties }: PasskeyManagerDependencies, input: BeginInput) {
  const rpIds = relyingParties.map(({ rpId }) => rpId);
  const known: (Pick<StepUpOf, 'userHandle'> & Partial<StepUpOf>) | undefined =
    'userHandle' in input ? { userHandle: input.userHandle } : input.stepUpOf;
  if (!known) return { rpId: relyingParties[0].rpId };
  const { userHandle, passkeyIds } = known;
  const passkeys = await storage.passkeys.listByUserHandle(userHandle);
  const active = passkeys.filter(
    ({ id, status }) => status === 'active' && (passkeyIds === undefined || passkeyIds.includes(id)),
  );
  const rpId = rpIds.find((id) => active.some((passkey) => passkey.rpId === id));
  if (rpId === undefined) throw new AppError('passkey_not_found');
  return { rpId, userHandle, allowed: active.filter((passkey) => passkey.rpId === rpId) };
}

export async function finishAuthentication(
  dependencies: CallDependencies,
  { purpose, interaction, browser, response: untrusted }: Parameters<Finish>[0],
): Promise<FinishedAuthentication> {
  const notes: CeremonyNotes = { purpose };
  return reporting(dependencies, notes, async () => {
    const response = readAuthenticationResponse(untrusted);
    const clientData = decodeClientData(response.response.clientDataJSON);
    const expected = { purpose, interaction, browser };
    const { challenge, relyingParty } = await takeChallenge(dependencies, clientData.challenge, expected);
    checkClientData(clientData, { type: 'webauthn.get', origins: relyingParty.origins });
    const passkey = await findAnswering(dependencies, { response, challenge, notes });
    const { uvm, ...verified } = verifyAssertion(response, passkey);
    const use = { ...verified, lastUsedAt: dependencies.now() };
    await checkCounter(dependencies, { passkey, received: use.counter });
    await refuseByRules(dependencies, { ...passkey, ...use });
    const noted = await noteBackupState(dependencies, {
      passkey,
      backedUp: use.backedUp,
      at: use.lastUsedAt,
    });
    await recordUse(dependencies.storage.passkeys, passkey, use);
    const { userHandle, assurance } = passkey;
    const { caller, models } = dependencies;
    const used = { ...noted, ...use };
    const receipt = await dependencies.issueReceipt(
      whatWasVerified(used, { ...expected, clientData, caller, models, at: use.lastUsedAt, uvm }),
    );
    return {
      userHandle,
      passkey: factsOf(used, models),
      at: use.lastUsedAt,
      receipt,
      ...(!isSignIn(purpose) && {
        proof: await issueProof(dependencies, { purpose, userHandle, browser, assurance }),
      }),
    };
  });
}

const isSignIn = (purpose: CeremonyPurpose) => purpose === 'sign-in' || purpose === 'approve-request';

interface Answer {
  response: AuthenticationResponse;
  challenge: Challenge;
  notes: CeremonyNotes;
}

/** WebAuthn L3 §7.2 steps 5 and 6. Without a known person the response must name its owner. */
async function findAnswering({ storage }: PasskeyManagerDependencies, answer: Answer): Promise<Passkey> {
  const { response, challenge, notes } = answer;
  const { userHandle } = response.response;
  const passkey = await storage.passkeys.findById(response.id);
  if (!passkey) return refuseUnknown(response, challenge.rpId);
  notes.passkeyId = passkey.id;
  notes.userHandle = passkey.userHandle;
  if (passkey.status !== 'active') refuse('passkey_suspended');
  if (passkey.rpId !== challenge.rpId) refuse('rp_id_mismatch');
  const isOwner = (handle: string) => handle === passkey.userHandle;
  if (challenge.userHandle !== undefined && !isOwner(challenge.userHandle)) refuse('user_handle_mismatch');
  if (challenge.userHandle === undefined && !userHandle) refuse('user_handle_missing');
  if (userHandle && !isOwner(userHandle)) refuse('user_handle_mismatch');
  // WebAuthn L3 §7.2 step 5: a browser that ignores the list is not believed.
  if (challenge.passkeyIds && !challenge.passkeyIds.includes(passkey.id)) refuse('passkey_not_asked_for');
  return passkey;
}

/** As slow as the refusal of a passkey that is there. */
function refuseUnknown(response: AuthenticationResponse, rpId: string): never {
  try {
    verifyAssertion(response, { ...decoyOf(response.id), rpId });
  } catch {}
  return refuse('passkey_unknown');
}

type Use = Pick<Passkey, 'counter' | 'backedUp'> & { backupEligible: boolean };

/** WebAuthn L3 §7.2 steps 16–21. */
function verifyAssertion(
  { response }: AuthenticationResponse,
  passkey: Pick<Passkey, 'rpId' | 'publicKey' | 'algorithm' | 'counter' | 'backupEligible'>,
): Use & Pick<AuthenticatorData, 'uvm'> {
  const authenticatorData = Buffer.from(response.authenticatorData, 'base64url');
  const data = readAuthenticatorData(authenticatorData);
  if (data.attested) refuse('attested_data_unexpected');
  checkAuthenticatorData(data, passkey.rpId);
  if (passkey.backupEligible !== undefined && passkey.backupEligible !== data.backupEligible)
    refuse('backup_eligible_changed');
  checkSignature(passkey, {
    authenticatorData,
    clientDataJSON: Buffer.from(response.clientDataJSON, 'base64url'),
    signature: Buffer.from(response.signature, 'base64url'),
  });
  const { counter, backupEligible, backedUp, uvm } = data;
  return { counter, backupEligible, backedUp, ...(uvm && { uvm }) };
}

/**
 * Two uses of a passkey without a counter may cross. With a counter, the one that lost the compare-and-set may be the
 * clone: it is refused.
 */
async function recordUse(
  passkeys: PasskeyRepository,
  passkey: Passkey,
  use: Use & { lastUsedAt: number },
): Promise<void> {
  if (await passkeys.recordUse(passkey.id, passkey.counter, use)) return;
  const current = await passkeys.findById(passkey.id);
  const mayRepeat = current?.status === 'active' && current.counter === 0 && use.counter === 0;
  if (!mayRepeat || !(await passkeys.recordUse(passkey.id, 0, use))) refuse('use_raced');
}
