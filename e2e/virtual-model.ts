/** What the browser's virtual authenticators say they are, put into metadata, with roots of a test. */
import { X509Certificate } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from '@playwright/test';
import { readAttestationObject } from '../server/passkeys/attestation/object.ts';
import { certify, type NameAttributes, newKeys } from '../server/testing/attestation/certificate.ts';
import { sampleIcon } from '../views/gallery-account.ts';
import { addAuthenticator } from './authenticator.ts';

export interface VirtualModel {
  aaguid: string;
  /** A metadata statement (FIDO Metadata Statement 3.0). */
  statement: Record<string, unknown> & { description: string };
}

/** Has a virtual authenticator attest once, to learn its AAGUID and the key that its batch attests with. */
export async function readVirtualModel(browser: Browser): Promise<VirtualModel> {
  const page = await browser.newPage();
  try {
    await page.route('http://localhost/', (route) => route.fulfill({ contentType: 'text/html', body: '' }));
    await page.goto('http://localhost/');
    await addAuthenticator(page);
    const { data, statement } = readAttestationObject(Buffer.from(await attest(page), 'base64url'));
    const [leaf] = statement.get('x5c') as Uint8Array[];
    const aaguid = data.attested?.aaguid;
    if (!leaf || !aaguid) throw new Error('the virtual authenticator has told nothing of itself');
    return { aaguid, statement: statementOf(aaguid, rootAbove(new X509Certificate(leaf))) };
  } finally {
    await page.close();
  }
}

function attest(page: Page): Promise<string> {
  return page.evaluate<string>(`navigator.credentials.create({ publicKey: {
    rp: { id: 'localhost', name: 'A test' },
    user: { id: new Uint8Array(16), name: 'a', displayName: 'A' },
    challenge: new Uint8Array(32),
    pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
    attestation: 'direct',
  } }).then((made) => made.toJSON().response.attestationObject)`);
}

/**
 * The browser makes the certificate anew each time and signs it with the batch's own key. So what vouches for it is a
 * certificate of that key, by an authority of the test: base64 DER.
 */
function rootAbove({ publicKey, issuer }: X509Certificate): string {
  const subject = issuer.split('\n').map((line) => line.split('=', 2)) as unknown as NameAttributes;
  const authority = { name: [['CN', 'Test authority']] as const, keys: newKeys() };
  return certify(publicKey, authority, { subject, ca: true }).toString('base64');
}

function statementOf(aaguid: string, root: string): VirtualModel['statement'] {
  return {
    aaguid,
    description: 'Sample Authenticator',
    keyProtection: ['hardware', 'secure_element'],
    attestationTypes: ['basic_full'],
    attestationRootCertificates: [root],
    icon: `data:image/png;base64,${sampleIcon.png.toString('base64')}`,
  };
}

/** Settings of an installation that knows the model by a statement of its own. */
export async function settingsWith({ statement }: VirtualModel, folder: string) {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'virtual.json'), JSON.stringify(statement));
  return { LATCHKEY_FIDO_METADATA_STATEMENTS: folder };
}
