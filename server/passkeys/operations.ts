/** What is done with passkeys outside of ceremonies. */
import { AppError } from '../errors.ts';
import { standingOf } from '../receipts/receipt-key.ts';
import type { CallDependencies } from './dependencies.ts';
import { factsOf } from './facts.ts';
import { findObjection } from './floor.ts';
import { requireProof } from './grounds.ts';
import type { PasskeyFacts, PasskeyManager } from './manager.ts';
import type { Passkey } from './passkey.ts';
import { passkeyName } from './policy.ts';

type Input<Name extends keyof PasskeyManager> = Parameters<PasskeyManager[Name]>[0];
type Dependencies = CallDependencies;

export async function listPasskeys({ storage, models }: Dependencies, { userHandle }: Input<'listPasskeys'>) {
  const passkeys = await storage.passkeys.listByUserHandle(userHandle);
  return { passkeys: passkeys.map((passkey) => factsOf(passkey, models)) };
}

/** Whose model was found broken, in order of when that was. */
export async function listModelAlerts({ storage, models }: Dependencies, query: Input<'listModelAlerts'>) {
  const { items, ...next } = await storage.passkeys.listModelAlerts(query);
  return { passkeys: items.map((passkey) => factsOf(passkey, models)), ...next };
}

/** @throws AppError `field_invalid` for a name that cannot be */
export async function renamePasskey(dependencies: Dependencies, input: Input<'renamePasskey'>) {
  const { userHandle, proof, browser } = input;
  await requireProof(dependencies, { proof, purpose: 'rename-passkey', userHandle, browser });
  const name = passkeyName(input.name);
  if (name === undefined) throw new AppError('field_invalid', { field: 'name' });
  const passkey = await findOwn(dependencies, input);
  return { passkey: await update(dependencies, passkey, { name }) };
}

/**
 * Removes in three steps, so that two removals at once cannot leave nobody's key: the passkey is suspended, then the
 * others are looked at, then it is removed, or active again where it was the last. Two removals of the last two both
 * see no other and both stay undone. A crash half-way leaves a suspended passkey, which an administrator can turn on;
 * that it is suspended is told before it is removed, so that no crash leaves a removal that nobody heard of.
 */
export async function removePasskey(
  dependencies: Dependencies,
  input: Input<'removePasskey'>,
): Promise<{ removed: true }> {
  const { storage } = dependencies;
  const { userHandle, proof, browser } = input;
  const own = await requireProof(dependencies, { proof, purpose: 'remove-passkey', userHandle, browser });
  const passkey = await findOwn(dependencies, input);
  if (passkey.status === 'active') await setAside(dependencies, passkey);
  await storage.passkeys.remove(passkey.id);
  await dependencies.recordEvent({ type: 'passkey_removed', userHandle, passkeyId: passkey.id });
  // Whoever holds the removed passkey keeps no proof made with it; this browser may go on with its own.
  await storage.proofs.removeByUserHandle(userHandle);
  await storage.proofs.insert(own);
  return { removed: true };
}

async function setAside(dependencies: Dependencies, passkey: Passkey): Promise<void> {
  if (!(await hasOtherThatWorks(dependencies, passkey))) throw new AppError('last_passkey');
  const { revision } = await update(dependencies, passkey, { status: 'suspended' });
  if (await hasOtherThatWorks(dependencies, passkey)) return tellStatus(dependencies, passkey, 'suspended');
  await update(dependencies, { ...passkey, revision }, { status: 'active' });
  throw new AppError('last_passkey', { detail: 'another one was removed at the same time' });
}

/** One of a model that is blocked signs nobody in, nor does one that the floor refuses. */
async function hasOtherThatWorks(dependencies: Dependencies, { id, userHandle }: Passkey): Promise<boolean> {
  const passkeys = await dependencies.storage.passkeys.listByUserHandle(userHandle);
  const others = passkeys.filter((other) => other.id !== id);
  for (const other of others) {
    const isActive = other.status === 'active' && other.modelAction !== 'block';
    if (isActive && !(await findObjection(dependencies, other))) return true;
  }
  return false;
}

export async function confirmPasskey(dependencies: Dependencies, { passkeyId }: Input<'confirmPasskey'>) {
  const passkey = await find(dependencies, passkeyId);
  return { passkey: await update(dependencies, passkey, { assurance: 'confirmed' }) };
}

/** Suspending ends the proofs of the handle as well. */
export async function setPasskeyStatus(dependencies: Dependencies, input: Input<'setPasskeyStatus'>) {
  const passkey = await find(dependencies, input.passkeyId);
  const changed = await update(dependencies, passkey, { status: input.status });
  await tellStatus(dependencies, passkey, input.status);
  if (input.status === 'suspended') await dependencies.storage.proofs.removeByUserHandle(passkey.userHandle);
  return { passkey: changed };
}

/** Proofs first: without them nothing can be added while the passkeys go. */
export async function removePasskeys(
  { storage, recordEvent }: Dependencies,
  { userHandle }: Input<'removePasskeys'>,
) {
  await storage.proofs.removeByUserHandle(userHandle);
  const removed = await storage.passkeys.removeByUserHandle(userHandle);
  // Also where none was left: an earlier try may have gone no further than to here.
  await recordEvent({ type: 'handle_removed', userHandle });
  return { removed };
}

export async function listReceipts({ storage }: Dependencies, query: Input<'listReceipts'>) {
  const { items, ...next } = await storage.receipts.list(query);
  return { receipts: items, ...next };
}

export async function listReceiptKeys({ storage }: Dependencies) {
  return { keys: standingOf(await storage.receiptKeys.list()) };
}

function tellStatus(
  { recordEvent }: Dependencies,
  { id: passkeyId, userHandle }: Passkey,
  status: Passkey['status'],
): Promise<void> {
  const type = status === 'suspended' ? 'passkey_suspended' : 'passkey_activated';
  return recordEvent({ type, userHandle, passkeyId });
}

/** By the manager's own clock where the caller's is ahead: a caller cannot sweep away what is still valid. */
export async function sweep({ storage, now }: Dependencies, input: Input<'sweep'>) {
  const at = Math.min(input.now, now());
  const { challenges, tickets, proofs, receipts, passkeyEvents } = storage;
  const expiring = [challenges, tickets, proofs, receipts, passkeyEvents];
  const removed = await Promise.all(expiring.map((records) => records.removeExpired(at)));
  return { removed: removed.reduce((sum, count) => sum + count, 0) };
}

async function find({ storage }: Dependencies, passkeyId: string): Promise<Passkey> {
  const passkey = await storage.passkeys.findById(passkeyId);
  if (!passkey) throw new AppError('passkey_not_found');
  return passkey;
}

/** Another person's passkey is as good as none. */
async function findOwn(
  dependencies: Dependencies,
  { passkeyId, userHandle }: { passkeyId: string; userHandle: string },
): Promise<Passkey> {
  const passkey = await find(dependencies, passkeyId);
  if (passkey.userHandle !== userHandle) throw new AppError('passkey_not_found');
  return passkey;
}

/** @throws AppError `conflict` if it was changed meanwhile */
async function update(
  { storage, models }: Dependencies,
  passkey: Passkey,
  change: Partial<Pick<Passkey, 'name' | 'status' | 'assurance'>>,
): Promise<PasskeyFacts> {
  const changed = { ...passkey, ...change };
  if (!(await storage.passkeys.update(changed, passkey.revision))) throw new AppError('conflict');
  return factsOf({ ...changed, revision: passkey.revision + 1 }, models);
}
