import { z } from 'zod';
import { AppError } from '../errors.ts';
import { personToActOn } from './act-on.ts';
import type { AdminContext } from './administration.ts';
import { findPerson } from './find.ts';
import { passkeysOf } from './invite.ts';
import { operation, personRef } from './operation.ts';
import { passkeyShape } from './shapes.ts';

const ofPerson = z.strictObject({
  user: personRef,
  passkeyId: z.string().min(1).max(2000).describe('Credential id, base64url.'),
});
const changed = z.object({ passkey: passkeyShape });

/** What may be done with one passkey of a person. */
export const passkeyOperations = {
  confirmPasskey: operation({
    scope: 'people:write',
    summary: 'End the lower assurance of a passkey that came from a recovery',
    http: 'POST /people/{user}/passkeys/{passkeyId}/confirm',
    input: ofPerson,
    output: changed,
    errors: ['not_found', 'passkey_not_found'],
    changes: 'passkey.confirmed',
    async run(context, input) {
      const { passkeyId } = await ownPasskey(context, input);
      // Nobody vouches for themselves.
      if (context.caller.kind === 'account' && (await isOwn(context, input.user)))
        throw new AppError('forbidden', { detail: 'somebody else has to confirm your passkey' });
      return context.administration.confirmPasskey({ passkeyId });
    },
  }),
  suspendPasskey: operation({
    scope: 'people:write',
    summary: 'Suspend a passkey: it signs in no more, and the sessions that it made end',
    http: 'POST /people/{user}/passkeys/{passkeyId}/suspend',
    input: ofPerson,
    output: changed,
    errors: ['not_found', 'passkey_not_found'],
    changes: 'passkey.suspended',
    run: (context, input) => setStatus(context, input, 'suspended'),
  }),
  activatePasskey: operation({
    scope: 'people:write',
    summary: 'Let a suspended passkey sign in again',
    http: 'POST /people/{user}/passkeys/{passkeyId}/activate',
    input: ofPerson,
    output: changed,
    errors: ['not_found', 'passkey_not_found'],
    changes: 'passkey.activated',
    run: (context, input) => setStatus(context, input, 'active'),
  }),
};

type Named = z.output<typeof ofPerson>;

async function setStatus(context: AdminContext, input: Named, status: 'active' | 'suspended') {
  const { passkeyId } = await ownPasskey(context, input);
  return context.administration.setPasskeyStatus({ passkeyId, status });
}

/** @throws AppError `passkey_not_found` unless it is theirs, `forbidden` */
async function ownPasskey(context: AdminContext, { user, passkeyId }: Named): Promise<Named> {
  const account = await personToActOn(context, user);
  const own = (await passkeysOf(context, account)).some(({ id }) => id === passkeyId);
  if (!own) throw new AppError('passkey_not_found', { field: 'passkeyId' });
  return { user: account.id, passkeyId };
}

async function isOwn({ storage, caller }: AdminContext, user: string): Promise<boolean> {
  return caller.kind === 'account' && (await findPerson(storage.accounts, user)).id === caller.account.id;
}
