import { generateAuthenticationOptions, verifyAuthenticationResponse } from '@simplewebauthn/server';
import { AppError } from '../errors.ts';
import { checkAuthenticatorData, readAuthenticatorData } from './authenticator-data.ts';
import { issueChallenge, takeChallenge } from './bound-challenge.ts';
import type { Challenge } from './challenge.ts';
import { type ClientData, checkClientData, decodeClientData } from './client-data.ts';
import { decoyOf } from './decoy.ts';
import type { CallDependencies, PasskeyManagerDependencies } from './dependencies.ts';
import { isDerSignature } from './der-signature.ts';
import { factsOf, whatWasVerified } from './facts.ts';
import { issueProof } from './grounds.ts';
import type { FinishedAuthentication, PasskeyManager } from './manager.ts';
import type { Passkey, PasskeyRepository } from './passkey.ts';
import { ceremonyTimeout, counterObjection } from './policy.ts';
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
  const challenge = await issueChallenge(dependencies, {
    purpose,
    rpId,
    interaction,
    browser,
    ...(userHandle !== undefined && { userHandle }),
  });
  const options = await generateAuthenticationOptions({
    rpID: rpId,
    challenge,
    timeout: ceremonyTimeout,
    userVerification: 'required',
    ...(allowed && { allowCredentials: allowed.map(({ id, transports }) => ({ id, transports })) }),
  });
  return { options };
}

/** Anybody with a discoverable credential, or the passkeys of a known person for one RP ID. */
async function whoMayAnswer({ storage, relyingParties }: PasskeyManagerDependencies, input: BeginInput) {
  const rpIds = relyingParties.map(({ rpId }) => rpId);
  if (input.purpose === 'sign-in') return { rpId: relyingParties[0].rpId };
  const { userHandle } = input;
  const passkeys = await storage.passkeys.listByUserHandle(userHandle);
  const active = passkeys.filter(({ status }) => status === 'active');
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
    const passkey = await findAnswering(dependencies, { response, clientData, challenge, notes });
    const verified = await verifyAssertion({ response, clientData, passkey });
    const use = { ...verified, lastUsedAt: dependencies.now() };
    await recordUse(dependencies.storage.passkeys, passkey, use);
    const { userHandle, assurance } = passkey;
    const used = { ...passkey, ...use };
    const receipt = await dependencies.issueReceipt(
      whatWasVerified(used, { ...expected, clientData, caller: dependencies.caller, at: use.lastUsedAt }),
    );
    return {
      userHandle,
      passkey: factsOf(used),
      at: use.lastUsedAt,
      receipt,
      ...(purpose !== 'sign-in' && {
        proof: await issueProof(dependencies, { purpose, userHandle, browser, assurance }),
      }),
    };
  });
}

interface Answer {
  response: AuthenticationResponse;
  clientData: ClientData;
  challenge: Challenge;
  notes: CeremonyNotes;
}

/** WebAuthn L3 §7.2 steps 5 and 6. Without a known person the response must name its owner. */
async function findAnswering({ storage }: PasskeyManagerDependencies, answer: Answer): Promise<Passkey> {
  const { response, clientData, challenge, notes } = answer;
  const { userHandle } = response.response;
  const passkey = await storage.passkeys.findById(response.id);
  if (!passkey) return refuseUnknown({ response, clientData, rpId: challenge.rpId });
  notes.passkeyId = passkey.id;
  notes.userHandle = passkey.userHandle;
  if (passkey.status !== 'active') refuse('passkey_suspended');
  if (passkey.rpId !== challenge.rpId) refuse('rp_id_mismatch');
  const isOwner = (handle: string) => handle === passkey.userHandle;
  if (challenge.userHandle !== undefined && !isOwner(challenge.userHandle)) refuse('user_handle_mismatch');
  if (challenge.userHandle === undefined && !userHandle) refuse('user_handle_missing');
  if (userHandle && !isOwner(userHandle)) refuse('user_handle_mismatch');
  return passkey;
}

/** As slow as the refusal of a passkey that is there. */
async function refuseUnknown({
  rpId,
  ...answer
}: Omit<Assertion, 'passkey'> & { rpId: string }): Promise<never> {
  const verified = verifyAssertion({ ...answer, passkey: { ...decoyOf(answer.response.id), rpId } });
  await verified.catch(() => {});
  return refuse('passkey_unknown');
}

interface Assertion {
  response: AuthenticationResponse;
  clientData: ClientData;
  passkey: Pick<Passkey, 'rpId' | 'publicKey' | 'algorithm' | 'counter' | 'backupEligible'>;
}

type Use = Pick<Passkey, 'counter' | 'backedUp'> & { backupEligible: boolean };

/** WebAuthn L3 §7.2 steps 16–25. The counter comes after the signature: before it, anybody could flag a passkey. */
async function verifyAssertion(assertion: Assertion): Promise<Use> {
  const { response, passkey } = assertion;
  const data = readAuthenticatorData(Buffer.from(response.response.authenticatorData, 'base64url'));
  if (data.attested) refuse('attested_data_unexpected');
  checkAuthenticatorData(data, passkey.rpId);
  if (passkey.backupEligible !== undefined && passkey.backupEligible !== data.backupEligible)
    refuse('backup_eligible_changed');
  await verifySignature(assertion);
  const objection = counterObjection(passkey.counter, data.counter);
  if (objection) refuse(objection);
  return { counter: data.counter, backupEligible: data.backupEligible, backedUp: data.backedUp };
}

const es256 = -7;

async function verifySignature({ response, clientData, passkey }: Assertion): Promise<void> {
  const { id, rawId, type } = response;
  const { clientDataJSON, authenticatorData, signature } = response.response;
  if (passkey.algorithm === es256 && !isDerSignature(Buffer.from(signature, 'base64url')))
    refuse('signature_malformed');
  let verified: boolean;
  try {
    ({ verified } = await verifyAuthenticationResponse({
      response: {
        id,
        rawId,
        type,
        response: { clientDataJSON, authenticatorData, signature },
        clientExtensionResults: {},
      },
      expectedChallenge: clientData.challenge,
      expectedOrigin: clientData.origin,
      expectedRPID: passkey.rpId,
      requireUserVerification: true,
      // A stored counter of 0 objects to nothing: the library would compare before it verifies.
      credential: { id, publicKey: new Uint8Array(Buffer.from(passkey.publicKey, 'base64url')), counter: 0 },
    }));
  } catch (cause) {
    refuse('signature_invalid', { cause });
  }
  if (!verified) refuse('signature_invalid');
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
