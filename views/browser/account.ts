import { sendSignal } from '@simplewebauthn/browser';
import { watchLists } from './account-lists.ts';
import { watchPasskeys } from './account-passkeys.ts';
import { watchProfile } from './account-profile.ts';
import { watchRequests } from './account-requests.ts';
import { watchDialogs } from './dialogs.ts';
import { enableButtons, readPageData } from './page.ts';
import { passkeysCanWork } from './surroundings.ts';

const data = readPageData('account');

enableButtons();
watchDialogs();
watchLists(data.words);
watchProfile(data.words);
if (passkeysCanWork(data)) {
  watchPasskeys(data);
  watchRequests(data.words);
  void tellBrowser();
}

/**
 * Signal API (WebAuthn L3 §5.1.10): the browser learns which passkeys exist and how their owner is called now, so
 * that it stops offering removed ones. Every visit repeats it: signals may be lost.
 */
async function tellBrowser(): Promise<void> {
  for (const { rpId, userId, passkeyIds, userName, displayName } of data.signals) {
    const common = { rpID: rpId, userID: userId };
    await Promise.allSettled([
      sendSignal({
        signalName: 'allAcceptedCredentials',
        ...common,
        allAcceptedCredentialIDs: [...passkeyIds],
      }),
      sendSignal({ signalName: 'currentUserDetails', ...common, userName, userDisplayName: displayName }),
    ]);
  }
}
