import type { Account } from '../accounts/account.ts';
import { ConflictError } from '../errors.ts';
import type { PasskeyFacts, PasskeyManager } from '../passkeys/manager.ts';
import { maySignIn } from '../sign-ins/standing.ts';
import type { Figure } from './figure.ts';
import { kindFigure, modelPrefix, totals } from './figure-ids.ts';
import type { HeldPasskey, PasskeyHolderRepository } from './passkey-holder.ts';

interface HeldDependencies {
  manager: Pick<PasskeyManager, 'listPasskeys'>;
  passkeyHolders: PasskeyHolderRepository;
}

/** The passkeys that a person can sign in with now. */
async function heldBy(
  manager: HeldDependencies['manager'],
  { userHandles }: Pick<Account, 'userHandles'>,
): Promise<HeldPasskey[]> {
  const lists = await Promise.all(userHandles.map((userHandle) => manager.listPasskeys({ userHandle })));
  return lists
    .flatMap(({ passkeys }) => passkeys.filter(maySignIn))
    .map(({ id, aaguid, backupEligible }) => ({ id, aaguid, kind: kindOf(backupEligible) }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

function kindOf(backupEligible: PasskeyFacts['backupEligible']): HeldPasskey['kind'] {
  if (backupEligible === undefined) return 'unknown';
  return backupEligible ? 'synced' : 'device-bound';
}

/** How often others may come first. */
const attempts = 5;

/**
 * Remembers what a person holds now, and tells what that changes in the figures: nothing where it is known already, so
 * that several who notice one change count it once.
 */
export async function recordHeld(
  { manager, passkeyHolders }: HeldDependencies,
  account: Pick<Account, 'id' | 'userHandles'>,
): Promise<{ passkeys: HeldPasskey[]; changes: Figure[] }> {
  const { id } = account;
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const [known] = await passkeyHolders.findMany([id]);
    const passkeys = await heldBy(manager, account);
    if (isSame(known?.passkeys ?? [], passkeys)) return { passkeys, changes: [] };
    const recorded = known
      ? await passkeyHolders.update({ ...known, passkeys }, known.revision)
      : await inserted(passkeyHolders, { id, passkeys, revision: 1 });
    if (recorded) return { passkeys, changes: difference(known?.passkeys ?? [], passkeys) };
  }
  throw new Error('others were faster again and again');
}

async function inserted(
  passkeyHolders: PasskeyHolderRepository,
  holder: Parameters<PasskeyHolderRepository['insert']>[0],
): Promise<boolean> {
  try {
    await passkeyHolders.insert(holder);
    return true;
  } catch (error) {
    if (error instanceof ConflictError) return false;
    throw error;
  }
}

const isSame = (before: readonly HeldPasskey[], after: readonly HeldPasskey[]) =>
  before.length === after.length &&
  before.every(({ id, kind, aaguid }, index) => {
    const other = after[index];
    return other?.id === id && other.kind === kind && other.aaguid === aaguid;
  });

/** What becomes of the figures when one person holds other passkeys than before. */
export function difference(before: readonly HeldPasskey[], after: readonly HeldPasskey[]): Figure[] {
  return [...figuresOf(before).map(({ id, value }) => ({ id, value: -value })), ...figuresOf(after)];
}

/** What one person adds to the figures. */
export function figuresOf(passkeys: readonly HeldPasskey[]): Figure[] {
  const one = (id: string) => ({ id, value: 1 });
  return [
    ...passkeys.flatMap(({ kind, aaguid }) => [one(kindFigure(kind)), one(`${modelPrefix}${aaguid}`)]),
    ...(passkeys.length >= 1 ? [one(totals.withPasskey)] : []),
    ...(passkeys.length >= 2 ? [one(totals.withTwo)] : []),
  ];
}
