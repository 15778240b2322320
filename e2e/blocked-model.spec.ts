import { writeFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { createMetadataAuthority } from '../server/testing/metadata-authority.ts';
import { payloadSample } from '../server/testing/metadata-payload.ts';
import { addOnAnotherDevice, atHeading, openAccount, signUp, until, withoutAutofill } from './actions.ts';
import { addAuthenticator, type VirtualAuthenticator } from './authenticator.ts';
import { expect, newPerson, test } from './fixtures.ts';
import { applyPolicy } from './policy.ts';
import type { ServerProcess } from './server-process.ts';
import { createSoftwareBrowser } from './software-browser.ts';
import type { VirtualModel } from './virtual-model.ts';

const cards = (page: Page) =>
  page.getByRole('region', { name: 'Passkeys' }).getByRole('listitem').filter({ hasText: 'Created' });

test.describe('a model of passkey', () => {
  test('that the organization denies signs in no more: the person is told what to do, and which passkey it is', async ({
    page,
    freshServer,
    authenticator,
    model,
  }) => {
    const server = await freshServer({ LATCHKEY_SIGN_UP: 'open', ...model.settings });
    // Of another model: somebody must be able to take the rule back.
    await createSoftwareBrowser(server.origin).enrol(await server.setupLink(), newPerson());
    const useOther = await withBlockedPasskey({ page, server, authenticator }, () =>
      applyPolicy(server, { installation: { deniedModels: [model.aaguid] } }),
    );
    await expectRefusal(page, server, 'Your organization does not allow this kind of passkey');
    await expect(page.getByRole('status')).toContainText(
      'Please use another one: on another device, or on a security key. If you have none, ask your administrator.',
    );
    await useOther();
    await expect(cards(page).nth(0)).toContainText(
      'your organization does not allow this kind. Add another one, on another device or on a security key.',
    );
    await expect(cards(page).nth(1)).not.toContainText('Not accepted');
  });

  test('that was found broken ends what it made and signs in no more, until its metadata says that it is safe again', async ({
    page,
    freshServer,
    authenticator,
    model,
  }, testInfo) => {
    const metadata = await metadataOf(model, testInfo.outputPath('metadata'));
    const server = await freshServer({ LATCHKEY_SIGN_UP: 'open', ...metadata.settings });
    const publish = async (...statuses: string[]) => {
      await metadata.publish(...statuses);
      await server.latchkey('metadata', 'refresh');
    };
    await publish('FIDO_CERTIFIED_L1');
    const useOther = await withBlockedPasskey({ page, server, authenticator }, () => publish('REVOKED'));
    const account = page.getByRole('heading', { level: 1, name: 'Your account' });
    const signIn = page.getByRole('heading', { level: 1, name: 'Sign in' });
    await until({ wanted: signIn, other: account }, () => page.reload());
    await expectRefusal(page, server, 'This model is known to be unsafe');
    await expect(page.getByRole('status')).toContainText(
      'Please use a passkey on another device, or ask your administrator what to use.',
    );
    await useOther();
    await expect(cards(page).nth(0)).toContainText('it no longer signs you in. Use another passkey');
    await expect(cards(page).nth(1)).not.toContainText('Not accepted');

    await publish('REVOKED', 'FIDO_CERTIFIED_L1');
    const blocked = cards(page).nth(0).filter({ hasText: 'Not accepted' });
    const good = cards(page).nth(0).filter({ hasNotText: 'Not accepted' });
    await until({ wanted: good, other: blocked }, () => page.reload());
  });
});

interface Blocking {
  page: Page;
  server: ServerProcess;
  authenticator: VirtualAuthenticator;
}

/**
 * A person with a passkey in the browser, which is blocked then, and one on a security key, of which nobody knows the
 * model. Returns how to take the security key and sign in with that.
 */
async function withBlockedPasskey({ page, server, authenticator }: Blocking, block: () => Promise<void>) {
  await signUp(page, server.origin, newPerson());
  const { other, first, second } = await addOnAnotherDevice(page, {
    own: authenticator,
    kind: 'security-key',
  });
  await other.remove();
  const here = await addAuthenticator(page);
  await here.addCredential(first);
  await withoutAutofill(page);
  await block();
  return async () => {
    await here.remove();
    await (await addAuthenticator(page, 'security-key')).addCredential(second);
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await atHeading(page, 'Your account');
    await expect(cards(page).nth(0)).toContainText('Not accepted');
  };
}

/** Until the server knows, the passkey signs in. */
async function expectRefusal(page: Page, { origin }: ServerProcess, words: string): Promise<void> {
  const outcomes = {
    wanted: page.getByRole('status').filter({ hasText: words }),
    other: page.getByRole('heading', { level: 1, name: 'Your account' }),
  };
  await until(outcomes, async () => {
    await page.context().clearCookies();
    await openAccount(page, origin);
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  });
  await atHeading(page, 'Sign in');
}

/** Metadata by an authority of the test, in a file that an administrator puts there. */
async function metadataOf({ statement, aaguid }: VirtualModel, file: string) {
  const authority = await createMetadataAuthority();
  const roots = `${file}-roots.pem`;
  await writeFile(roots, authority.roots);
  let no = 0;
  return {
    settings: { LATCHKEY_FIDO_METADATA_URL: file, LATCHKEY_FIDO_METADATA_ROOTS: roots },
    /** @param statuses of the model, one a day, the oldest first */
    async publish(...statuses: string[]): Promise<void> {
      no += 1;
      const statusReports = statuses.map((status, i) => ({ status, effectiveDate: `2026-01-0${i + 1}` }));
      const entries = [{ aaguid, metadataStatement: statement, statusReports }];
      await writeFile(file, authority.signer.sign(payloadSample({ no, entries })));
    },
  };
}
