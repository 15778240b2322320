import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { startInstallation, type TestInstallation } from '../testing/installation.ts';
import { discover, signInTo } from '../testing/journeys.ts';
import { type SplitInstallation, startSplitInstallation } from '../testing/split-installation.ts';
import { browserWith, contentOf, exported, imported, type KnownPasskey } from '../testing/transfer.ts';
import { readKeycloak } from './keycloak/read.ts';

const fixture = (name: string) =>
  JSON.parse(readFileSync(new URL(`./fixtures/keycloak-${name}.json`, import.meta.url), 'utf8'));

describe('where the passkey manager is a service of its own', () => {
  let installation: SplitInstallation;
  const passkeys: KnownPasskey[] = fixture('passkeys').slice(0, 3);
  before(async () => {
    installation = await startSplitInstallation();
  });
  after(() => installation[Symbol.asyncDispose]());

  const signsIn = async (where: TestInstallation) => {
    const app = { id: 'web', secret: 'web-secret-0123456789', redirectUri: 'http://127.0.0.1:9/cb' };
    const party = await discover(where.origin, app);
    for (const known of passkeys) {
      const claims = (await signInTo(browserWith(where, known), party)).claims();
      assert.equal(claims?.sub, Buffer.from(known.userHandle, 'base64url').toString());
    }
  };

  it('people bring their passkeys over mutual TLS, and take them along', async () => {
    const content = readKeycloak(fixture('realm'), { rpId: 'localhost', now: Date.now() });
    const report = await imported(installation, content);
    assert.deepEqual([report.done, report.counts.passkey?.added], [true, 50]);
    assert.ok(await installation.storage.passkeys.isEmpty(), 'they are with the manager alone');
    await signsIn(installation);
    await using other = await startInstallation();
    const moved = await imported(other, await contentOf(await exported(installation)));
    assert.deepEqual([moved.done, moved.counts.passkey?.added, moved.left], [true, 50, []]);
    await signsIn(other);
  });
});
