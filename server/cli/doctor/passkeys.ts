import type { Finding } from '../../admin/about-server.ts';
import type { Config } from '../../config.ts';
import type { PasskeyFacts, PasskeyManager } from '../../passkeys/manager.ts';
import { maySignIn } from '../../sign-ins/standing.ts';
import type { Account, Storage } from '../../storage.ts';
import { failed, ok, warning } from './finding.ts';

/** Whether an administrator can still sign in here: passkeys work for the RP ID they were made for, and no other. */
export async function examinePasskeys(
  { relyingParties }: Pick<Config, 'relyingParties'>,
  { accounts, manager }: Pick<Storage, 'accounts'> & { manager: Pick<PasskeyManager, 'listPasskeys'> },
): Promise<Finding> {
  const rpIds = relyingParties.map(({ rpId }) => rpId);
  const here = rpIds.join(', ');
  const administrators = (await accounts.listByRole('administrator')).filter(
    ({ status }) => status === 'active',
  );
  const [first] = administrators;
  if (!first)
    return warning(
      'RP ID',
      `is ${here}; there is no administrator yet.`,
      'Run `latchkey setup-link` and open what it prints.',
    );
  const theirs = (await passkeysOf(administrators, manager)).filter(({ status }) => status === 'active');
  const fitting = theirs.filter(({ rpId }) => rpIds.includes(rpId));
  if (fitting.some(maySignIn)) return ok('RP ID', `is ${here}; an administrator has a passkey for it.`);
  if (fitting.length > 0)
    return failed(
      'RP ID',
      `is ${here}, but every administrator’s passkey for it is of a model that was found broken.`,
      `Run \`latchkey setup-link --for ${first.userName}\`; \`latchkey metadata affected\` says who else has one.`,
    );
  const elsewhere = [...new Set(theirs.map(({ rpId }) => rpId))].join(', ');
  return failed(
    'RP ID',
    `is ${here}, but no administrator has a passkey for it${elsewhere && ` (theirs are for ${elsewhere})`}.`,
    `Run \`latchkey setup-link --for ${first.userName}\`${elsewhere && ', or list the RP ID from before in LATCHKEY_PASSKEY_ORIGINS'}.`,
  );
}

async function passkeysOf(
  people: Account[],
  manager: Pick<PasskeyManager, 'listPasskeys'>,
): Promise<PasskeyFacts[]> {
  const handles = people.flatMap(({ userHandles }) => userHandles);
  const lists = await Promise.all(handles.map((userHandle) => manager.listPasskeys({ userHandle })));
  return lists.flatMap(({ passkeys }) => passkeys);
}
