import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SettingsService, verifyRegistrationResponse } from '@simplewebauthn/server';
import { attestAndroidKey } from '../../testing/attestation/android-key.ts';
import { attestApple } from '../../testing/attestation/apple.ts';
import { createAttestationAuthority } from '../../testing/attestation/authority.ts';
import { attestFidoU2f } from '../../testing/attestation/fido-u2f.ts';
import type { Attest } from '../../testing/attestation/made.ts';
import { attestPacked, attestSelf } from '../../testing/attestation/packed.ts';
import { aaguid } from '../../testing/attestation/registrations.ts';
import { attestTpm } from '../../testing/attestation/tpm.ts';
import { createAuthenticator } from '../../testing/authenticator.ts';

/** Of all formats: python-fido2, in `npm run interop`, knows no `android-key`. */
describe('what our authenticators attest, in the eyes of SimpleWebAuthn', () => {
  const authority = createAttestationAuthority();
  const root = `-----BEGIN CERTIFICATE-----\n${authority.roots[0]}\n-----END CERTIFICATE-----\n`;
  const withRoot = (chain: Buffer[]) => [...chain, authority.root];
  SettingsService.setRootCertificates({ identifier: 'apple', certificates: [root] });
  SettingsService.setRootCertificates({
    identifier: 'android-key',
    certificates: [new Uint8Array(authority.root)],
  });

  const statements: [string, Attest][] = [
    ['packed', attestPacked(authority)],
    ['packed', attestSelf()],
    ['tpm', attestTpm(authority)],
    ['android-key', attestAndroidKey(authority, { chain: withRoot })],
    ['apple', attestApple(authority)],
    ['fido-u2f', attestFidoU2f(authority)],
  ];
  for (const [format, attestation] of statements)
    it(`${format} is right, and over other bytes it is not`, async () => {
      const model = format === 'fido-u2f' ? {} : { aaguid };
      const settings = { origin: 'https://example.com', synced: false, attestation, ...model };
      const challenge = 'AAAAAAAAAAAAAAAAAAAAAA';
      const options = {
        rp: { name: 'Test', id: 'example.com' },
        user: { id: challenge, name: 'ada', displayName: 'Ada' },
        challenge,
        pubKeyCredParams: [{ type: 'public-key', alg: -7 }] as const,
      };
      const device = createAuthenticator(settings);
      const verify = (response: ReturnType<typeof device.create>) =>
        verifyRegistrationResponse({
          response,
          expectedChallenge: challenge,
          expectedOrigin: 'https://example.com',
          expectedRPID: 'example.com',
        });
      const right = { ...options, pubKeyCredParams: [...options.pubKeyCredParams] };
      const { verified, registrationInfo } = await verify(device.create(right));
      assert.deepEqual([verified, registrationInfo?.fmt], [true, format]);
      const other = device.create(right, { clientDataJSON: (text) => text });
      const { clientDataJSON } = other.response;
      const changed = Buffer.from(clientDataJSON, 'base64url').toString().replace('false', ' false');
      other.response.clientDataJSON = Buffer.from(changed).toString('base64url');
      const verdict = await verify(other).then(
        (finished) => finished.verified,
        () => false,
      );
      assert.equal(verdict, false);
    });
});
