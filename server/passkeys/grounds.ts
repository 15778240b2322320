/** On what grounds a passkey may be registered: a ticket or a proof. Each is looked at twice, at both ends of a ceremony. */
import { AppError } from '../errors.ts';
import { firstFound } from '../secret/first-found.ts';
import { randomToken } from '../secret/secret.ts';
import type { Challenge } from './challenge.ts';
import type { PasskeyManagerDependencies } from './dependencies.ts';
import type { PasskeyManager, ProofPurpose, RegistrationAuthorization } from './manager.ts';
import type { Passkey } from './passkey.ts';
import { ceremonyTimeout } from './policy.ts';
import type { Proof } from './proof.ts';
import { refuse } from './refusal.ts';
import type { Ticket } from './ticket.ts';

const ticketNamespace = 'passkey ticket';
const proofNamespace = 'passkey proof';

type IssueTicket = PasskeyManager['issueTicket'];

/** @throws AppError `bad_request` without a user handle, `conflict` for a first passkey where there is one */
export async function issueTicket(
  { storage, hash, now }: PasskeyManagerDependencies,
  { purpose, userHandle, minutes }: Parameters<IssueTicket>[0],
): ReturnType<IssueTicket> {
  if (!userHandle && purpose !== 'first') throw new AppError('bad_request', { field: 'userHandle' });
  if (userHandle && purpose === 'first' && (await hasPasskey(storage, userHandle)))
    throw new AppError('conflict', { detail: 'a first passkey for a user handle that has one' });
  const ticket = randomToken();
  const issued = { userHandle: userHandle ?? randomToken(), expiresAt: now() + minutes * 60_000 };
  await storage.tickets.insert({ id: hash(ticketNamespace, ticket), purpose, ...issued });
  return { ticket, ...issued };
}

/** What an assertion for a purpose is worth: its value is given out once and kept nowhere. */
export async function issueProof(
  { storage, hash, now }: PasskeyManagerDependencies,
  made: Pick<Proof, 'purpose' | 'userHandle' | 'browser' | 'assurance'>,
): Promise<string> {
  const proof = randomToken();
  await storage.proofs.insert({
    ...made,
    id: hash(proofNamespace, proof),
    expiresAt: now() + ceremonyTimeout,
  });
  return proof;
}

/** @throws AppError `confirmation_required` unless it was made by that handle, for that purpose, in that browser */
export async function requireProof(
  { storage, hashes, now }: PasskeyManagerDependencies,
  { proof, ...wanted }: { proof: string; purpose: ProofPurpose; userHandle: string; browser: string },
): Promise<Proof> {
  const found = await firstFound(hashes(proofNamespace, proof), (id) => storage.proofs.find(id, now()));
  if (!found || !matches(found, wanted)) throw new AppError('confirmation_required');
  return found;
}

function matches(proof: Proof, wanted: Pick<Proof, 'purpose' | 'userHandle' | 'browser'>): boolean {
  return (
    proof.purpose === wanted.purpose &&
    proof.userHandle === wanted.userHandle &&
    proof.browser === wanted.browser
  );
}

/** What a registration is bound to from its beginning to its end. */
export type Grounds = Required<Pick<Challenge, 'userHandle' | 'expiresAt'>> &
  Pick<Challenge, 'ticketId' | 'proofId'> & { isRecovery: boolean };

/** @throws AppError `link_invalid` (ticket), `confirmation_required` (proof) */
export async function findGrounds(
  dependencies: PasskeyManagerDependencies,
  { authorization, browser }: { authorization: RegistrationAuthorization; browser: string },
): Promise<Grounds> {
  const { storage, hashes, now } = dependencies;
  if ('ticket' in authorization) {
    const ids = hashes(ticketNamespace, authorization.ticket);
    const ticket = await firstFound(ids, (id) => storage.tickets.find(id, now()));
    if (!ticket || !(await isUsable(storage, ticket))) throw new AppError('link_invalid');
    const { id, userHandle, expiresAt, purpose } = ticket;
    return { userHandle, expiresAt, ticketId: id, isRecovery: purpose === 'recovery' };
  }
  const proof = await requireProof(dependencies, { ...authorization, browser, purpose: 'add-passkey' });
  const { id, userHandle, expiresAt } = proof;
  return { userHandle, expiresAt, proofId: id, isRecovery: false };
}

/**
 * Uses the grounds up, as the last thing before the passkey is stored: taking a ticket decides between two that use it
 * at once. A proof that ended meanwhile (the passkeys were recovered in another browser) is one no longer.
 */
export async function useGrounds(
  { storage, now }: PasskeyManagerDependencies,
  { ticketId, proofId }: Pick<Challenge, 'ticketId' | 'proofId'>,
): Promise<UsedGrounds> {
  if (proofId !== undefined) {
    const proof = await storage.proofs.find(proofId, now());
    if (!proof) refuse('proof_unusable', { code: 'confirmation_required' });
    return { purpose: 'proof', assurance: proof.assurance };
  }
  const ticket = ticketId === undefined ? undefined : await storage.tickets.take(ticketId, now());
  if (!ticket || !(await isUsable(storage, ticket))) refuse('ticket_unusable', { code: 'link_invalid' });
  return { purpose: ticket.purpose, assurance: ticket.purpose === 'recovery' ? 'unconfirmed' : 'confirmed' };
}

/** What a registration stood on, and what the new passkey counts for. */
interface UsedGrounds {
  purpose: Ticket['purpose'] | 'proof';
  /** A passkey that was added by an unconfirmed one is as unconfirmed. */
  assurance: Passkey['assurance'];
}

type Storage = PasskeyManagerDependencies['storage'];

async function isUsable(storage: Storage, { purpose, userHandle }: Ticket): Promise<boolean> {
  return purpose !== 'first' || !(await hasPasskey(storage, userHandle));
}

/** Two tickets for a first passkey may be used at once. Neither can tell who was first, so each gives way. */
export async function giveWayToOthers(
  { storage }: PasskeyManagerDependencies,
  passkey: Passkey,
): Promise<void> {
  const passkeys = await storage.passkeys.listByUserHandle(passkey.userHandle);
  if (passkeys.length === 1) return;
  await storage.passkeys.remove(passkey.id);
  refuse('ticket_unusable', { code: 'link_invalid' });
}

/** A recovery ends every proof. One that ended while a passkey was added with it may have missed that passkey. */
export async function giveWayToRecovery(
  { storage, now }: PasskeyManagerDependencies,
  { passkey, proofId = '' }: { passkey: Passkey; proofId: string | undefined },
): Promise<void> {
  if (await storage.proofs.find(proofId, now())) return;
  await storage.passkeys.remove(passkey.id);
  refuse('proof_unusable', { code: 'confirmation_required' });
}

async function hasPasskey(storage: Storage, userHandle: string): Promise<boolean> {
  return (await storage.passkeys.listByUserHandle(userHandle)).length > 0;
}
