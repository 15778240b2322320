import { AppError } from '../errors.ts';
import type { CarriedPasskey, ImportedPasskey, ImportRefusal } from '../passkeys/carried-passkey.ts';
import type { CarriedPerson } from './content.ts';
import type { Taking } from './taking.ts';

/** What goes in one request to a passkey manager elsewhere, which answers within seconds. */
const mostPasskeys = 20;
const mostCharacters = 96 * 1024;

const reasons: Record<ImportRefusal | 'malformed', string> = {
  credential_id_length: 'has a credential id that is too short or too long',
  user_handle_malformed: 'has a user handle that WebAuthn does not allow',
  rp_id_not_configured:
    'belongs to another RP ID than those of this installation, so no browser offers it here',
  algorithm_not_offered: 'has a key of a kind that is not taken',
  key_malformed: 'has a key that is none',
  too_many_passkeys: 'is one more than a person may have',
  passkey_registered: 'has the credential id of another passkey that is here',
  user_handle_in_use: 'is of somebody who signs in here with other passkeys: they add it themselves',
  malformed: 'cannot be read',
};

interface Owned {
  passkey: CarriedPasskey;
  userName: string;
}

/** The passkey manager takes them, or refuses, one by one. */
export async function takePasskeys(taking: Taking, people: readonly CarriedPerson[]): Promise<void> {
  const owned = people.flatMap(({ account: { userName, userHandles }, passkeys }) =>
    passkeys.flatMap((passkey) => {
      if (userHandles.includes(passkey.userHandle)) return [{ passkey, userName }];
      tell(taking, { passkey, userName }, { outcome: 'refused', reason: 'user_handle_malformed' });
      return [];
    }),
  );
  for (const batch of batches(owned)) {
    const results = new Map((await importBatch(taking, batch)).map((result) => [result.id, result]));
    for (const one of batch)
      tell(taking, one, results.get(one.passkey.id) ?? { outcome: 'refused', reason: 'malformed' });
  }
}

/** All of one person in one, if they fit: whoever signs in meanwhile has all of them. */
function* batches(owned: readonly Owned[]): Generator<Owned[]> {
  let batch: Owned[] = [];
  let characters = 0;
  for (const one of owned) {
    const { length } = JSON.stringify(one.passkey);
    if (batch.length >= mostPasskeys || (batch.length > 0 && characters + length > mostCharacters)) {
      yield batch;
      batch = [];
      characters = 0;
    }
    batch.push(one);
    characters += length;
  }
  if (batch.length > 0) yield batch;
}

/** Where one cannot even be read, the others of its batch are asked about alone. */
async function importBatch(taking: Taking, batch: readonly Owned[]): Promise<ImportedPasskey[]> {
  const { administration, store } = taking;
  const passkeys = batch.map(({ passkey }) => passkey);
  try {
    return (await administration.importPasskeys({ passkeys, dryRun: !store })).results;
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'bad_request') throw error;
    if (batch.length === 1) return [];
    const alone = await Promise.all(batch.map((one) => importBatch(taking, [one])));
    return alone.flat();
  }
}

function tell(
  { report }: Taking,
  { passkey, userName }: Owned,
  result: { outcome: ImportedPasskey['outcome']; reason?: ImportRefusal | 'malformed'; evidence?: string },
): void {
  const item = `${userName}: ${passkey.name}`;
  if (result.outcome === 'refused') {
    const reason = result.reason ?? 'malformed';
    report.left({ kind: 'passkey', item, reason, text: reasons[reason] });
    return;
  }
  report.count('passkey', result.outcome);
  if (result.evidence !== 'dropped') return;
  const text = 'comes over without what its authenticator attested, which could not be verified again';
  report.note({ kind: 'passkey', item, reason: 'evidence_dropped', text });
}
