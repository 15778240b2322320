/** Passkeys that come from elsewhere, and go elsewhere, with their people. */
import { AppError, ConflictError } from '../errors.ts';
import type { CarriedPasskey, ImportedPasskey, ImportRefusal } from './carried-passkey.ts';
import { checkCoseKey } from './cose-key.ts';
import type { CallDependencies } from './dependencies.ts';
import type { PasskeyManager } from './manager.ts';
import type { Passkey } from './passkey.ts';
import { credentialIdLength, mostPasskeys, passkeyName } from './policy.ts';
import { checkResponse } from './registration.ts';

type Input<Name extends keyof PasskeyManager> = Parameters<PasskeyManager[Name]>[0];

/** Bytes of passkeys in one answer: more are told with the next question. */
const mostBytes = 512 * 1024;

/** In the order of the handles, oldest first. A cursor that is gone begins anew: nothing is left out. */
export async function exportPasskeys(
  { storage }: CallDependencies,
  { userHandles, after }: Input<'exportPasskeys'>,
): ReturnType<PasskeyManager['exportPasskeys']> {
  const lists = await Promise.all(userHandles.map((handle) => storage.passkeys.listByUserHandle(handle)));
  const all = lists.flat();
  const rest = all.slice(all.findIndex(({ id }) => id === after) + 1);
  let bytes = 0;
  const fitting = rest.findIndex((passkey, index) => {
    bytes += JSON.stringify(passkey).length;
    return bytes > mostBytes && index > 0;
  });
  return {
    passkeys: (fitting === -1 ? rest : rest.slice(0, fitting)).map(carried),
    more: fitting !== -1,
  };
}

/** What was found out about its model is found out anew. */
function carried(passkey: Passkey): CarriedPasskey {
  const { modelAlert, modelAlertAt, modelAction, attestation, algorithm, importedAt, revision, ...kept } =
    passkey;
  return kept;
}

/**
 * Those of one person one after the other, so that each counts for the next. Doing it again does nothing again: a
 * passkey that is there with the same key and handle is `present`.
 */
export async function importPasskeys(
  dependencies: CallDependencies,
  { passkeys, dryRun }: Input<'importPasskeys'>,
): ReturnType<PasskeyManager['importPasskeys']> {
  const byPerson = Map.groupBy(passkeys, ({ userHandle }) => userHandle).values();
  const importAll = async (own: readonly CarriedPasskey[]) => {
    const results: ImportedPasskey[] = [];
    for (const passkey of own) results.push(await importOne(dependencies, passkey, dryRun));
    return results;
  };
  return { results: (await Promise.all(byPerson.map(importAll))).flat() };
}

async function importOne(
  dependencies: CallDependencies,
  carriedPasskey: CarriedPasskey,
  dryRun: boolean,
): Promise<ImportedPasskey> {
  const { id, userHandle } = carriedPasskey;
  const { storage, recordEvent } = dependencies;
  const algorithm = keyAlgorithm(carriedPasskey.publicKey);
  if (typeof algorithm === 'string') return { id, outcome: 'refused', reason: algorithm };
  const objection =
    formObjection(dependencies, carriedPasskey) ?? (await presence(dependencies, carriedPasskey));
  if (objection === 'present') return { id, outcome: 'present' };
  if (objection) return { id, outcome: 'refused', reason: objection };
  const { passkey, evidence } = recordOf(dependencies, carriedPasskey, algorithm);
  const outcome = { id, outcome: 'added' as const, ...(evidence && { evidence }) };
  if (dryRun) return outcome;
  try {
    await storage.passkeys.insert(passkey);
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    return { id, outcome: 'refused', reason: 'passkey_registered' };
  }
  await recordEvent({ type: 'passkey_imported', userHandle, passkeyId: id });
  return outcome;
}

/** The COSE algorithm of a key that may be used, or what is wrong with it. */
function keyAlgorithm(publicKey: string): number | ImportRefusal {
  try {
    return checkCoseKey(Buffer.from(publicKey, 'base64url'));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return error.detail === 'algorithm_not_offered' ? 'algorithm_not_offered' : 'key_malformed';
  }
}

/** What the passkey says by itself. */
function formObjection(
  { relyingParties }: CallDependencies,
  { id, userHandle, rpId }: CarriedPasskey,
): ImportRefusal | undefined {
  const { length } = Buffer.from(id, 'base64url');
  if (length < credentialIdLength.least || length > credentialIdLength.most) return 'credential_id_length';
  // WebAuthn L3 §5.4.3.
  const handle = Buffer.from(userHandle, 'base64url');
  if (handle.length === 0 || handle.length > 64) return 'user_handle_malformed';
  if (!relyingParties.some((party) => party.rpId === rpId)) return 'rp_id_not_configured';
  return undefined;
}

/**
 * Whoever administers brings over what people had elsewhere, and adds a passkey to nobody who is at home here: once a
 * handle has a passkey of this manager's own, or has used one, it takes no more by this way.
 */
async function presence(
  { storage }: CallDependencies,
  { id, publicKey, userHandle }: CarriedPasskey,
): Promise<ImportRefusal | 'present' | undefined> {
  const known = await storage.passkeys.findById(id);
  if (known)
    return known.userHandle === userHandle && known.publicKey === publicKey
      ? 'present'
      : 'passkey_registered';
  const others = await storage.passkeys.listByUserHandle(userHandle);
  if (others.some(isAtHome)) return 'user_handle_in_use';
  return others.length >= mostPasskeys ? 'too_many_passkeys' : undefined;
}

function isAtHome({ importedAt, lastUsedAt = 0 }: Passkey): boolean {
  return importedAt === undefined || lastUsedAt > importedAt;
}

/** Evidence is verified again, and not believed: what does not hold is left behind. */
function recordOf(
  dependencies: CallDependencies,
  given: CarriedPasskey,
  algorithm: number,
): { passkey: Passkey; evidence?: ImportedPasskey['evidence'] } {
  const { attestationObject, clientDataJSON, name, ...kept } = given;
  const now = dependencies.now();
  const verified = verifiedEvidence(dependencies, given);
  const passkey: Passkey = {
    origin: '',
    aaguid: '00000000-0000-0000-0000-000000000000',
    backedUp: false,
    userVerified: false,
    counter: 0,
    status: 'active',
    assurance: 'confirmed',
    ...kept,
    algorithm,
    name: passkeyName(name) ?? 'Passkey',
    ...verified,
    importedAt: now,
    revision: 1,
  };
  if (attestationObject === undefined) return { passkey };
  return { passkey, evidence: verified ? 'verified' : 'dropped' };
}

function verifiedEvidence(
  { attestation = {}, models }: CallDependencies,
  { id, publicKey, rpId, transports, createdAt, attestationObject, clientDataJSON }: CarriedPasskey,
): Partial<Passkey> | undefined {
  if (attestationObject === undefined || clientDataJSON === undefined) return undefined;
  try {
    const response = { attestationObject, clientDataJSON, transports };
    // Certificates count as they did when the passkey was made.
    const trust = { ...attestation, models, now: createdAt };
    const made = checkResponse({ id, rawId: id, type: 'public-key', response }, { rpId, trust });
    if (made.publicKey !== publicKey || !made.attestation) return undefined;
    return { attestationObject, clientDataJSON, aaguid: made.aaguid, attestation: made.attestation };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return undefined;
  }
}
