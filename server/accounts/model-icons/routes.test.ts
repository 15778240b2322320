import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { readConfig } from '../../config.ts';
import { createLog } from '../../log.ts';
import { metadataHere } from '../../open-passkeys.ts';
import type { Storage } from '../../storage.ts';
import { createAuthenticator } from '../../testing/authenticator.ts';
import type { TestBrowser } from '../../testing/browser.ts';
import type { TestInstallation } from '../../testing/installation.ts';
import { setUp } from '../../testing/journeys.ts';
import { createMetadataAuthority } from '../../testing/metadata-authority.ts';
import {
  brokenKey,
  entrySample,
  exampleKey,
  onePixel,
  payloadSample,
} from '../../testing/metadata-payload.ts';
import { onEveryStorage } from '../../testing/on-every-storage.ts';
import { addPasskey } from '../../testing/own-account.ts';
import { startSplitInstallation } from '../../testing/split-installation.ts';

const authority = await createMetadataAuthority();
const folder = mkdtempSync(join(tmpdir(), 'latchkey-icons-'));
const [file, roots] = [join(folder, 'blob.jwt'), join(folder, 'roots.pem')];
writeFileSync(roots, authority.roots);
after(() => rmSync(folder, { recursive: true }));
const settings = { LATCHKEY_FIDO_METADATA_URL: file, LATCHKEY_FIDO_METADATA_ROOTS: roots };
const svg = `data:image/svg+xml;base64,${Buffer.from('<svg onload="alert(1)"/>').toString('base64')}`;
const png = Buffer.from(onePixel, 'base64');

/** Takes the file as a command beside the server does. */
async function takeBeside(storage: Storage, no: number, description: string): Promise<void> {
  const entries = [
    entrySample({ description }),
    entrySample({ aaguid: brokenKey, description: 'Drawn Key', icon: svg }),
  ];
  writeFileSync(file, authority.signer.sign(payloadSample({ no, entries })));
  const config = readConfig(settings);
  const log = createLog({ level: 'silent', format: 'json', destination: process.stderr });
  await using metadata = metadataHere({ config, storage, now: Date.now, log });
  await metadata.refresh();
  while ((await metadata.status()).progress !== undefined) await delay(5);
  assert.equal((await metadata.status()).attempt?.result, 'taken');
}

function behaves(start: () => Promise<{ installation: TestInstallation; managerStorage: Storage }>): void {
  let installation: TestInstallation;
  let managerStorage: Storage;
  let ada: TestBrowser;
  before(async () => {
    ({ installation, managerStorage } = await start());
    ada = await setUp(installation);
    for (const aaguid of [exampleKey, brokenKey])
      await addPasskey(ada, createAuthenticator({ origin: ada.origin, aaguid }));
  });
  const page = async () => (await ada.get('/account')).text;
  const picture = (text: string) => /\/models\/[0-9a-f-]{36}\/[0-9a-f]{16}\.png/.exec(text)?.[0];

  /** What another process took is in force within seconds. */
  async function until(expected: RegExp): Promise<string> {
    for (const end = Date.now() + 5_000; Date.now() < end; await delay(100)) {
      const text = await page();
      if (expected.test(text)) return text;
    }
    throw new Error(`the account page never had ${expected}`);
  }

  it('has the symbol of passkeys where nothing is known', async () => {
    assert.equal(picture(await page()), undefined);
  });

  it('follows what a command takes beside the server, without a restart', async () => {
    await takeBeside(managerStorage, 1, 'Example Key 5');
    const text = await until(/Example Key 5/);
    assert.match(text, /<img src="\/models\/[^"]+" alt="" width="36" height="36"/);
    await takeBeside(managerStorage, 2, 'Example Key 6');
    await until(/Example Key 6/);
  });

  it('W9 shows a PNG as a picture and as nothing else, and never an SVG', async () => {
    const text = await page();
    assert.match(text, /Drawn Key/);
    assert.equal(text.match(/<img src="\/models\//g)?.length, 1);
    const answer = await fetch(installation.origin + picture(text));
    assert.deepEqual(Buffer.from(await answer.arrayBuffer()), png);
    const header = (name: string) => answer.headers.get(name);
    assert.equal(header('content-type'), 'image/png');
    assert.equal(header('x-content-type-options'), 'nosniff');
    assert.equal(header('cache-control'), 'public, max-age=31536000, immutable');
    assert.equal(header('content-security-policy'), "default-src 'none'; sandbox; frame-ancestors 'none'");
  });

  it('has no other pictures', async () => {
    const hash = '0'.repeat(16);
    const paths = [
      `/models/${exampleKey}/${hash}.png`,
      `/models/${brokenKey}/${hash}.png`,
      `/models/aaaaaaaa-0000-4000-8000-000000000000/${hash}.png`,
      `/models/${exampleKey}/../x.png`,
      '/models/constructor/x.png',
    ];
    for (const path of paths) assert.equal((await fetch(installation.origin + path)).status, 404, path);
  });
}

onEveryStorage('pictures of models', (start) =>
  behaves(async () => {
    const installation = await start({ LATCHKEY_FIDO_METADATA_ROOTS: roots });
    return { installation, managerStorage: installation.storage };
  }),
);

describe('pictures of models, with the passkey manager apart', () => {
  const resources = new AsyncDisposableStack();
  after(() => resources.disposeAsync());
  behaves(async () => {
    const split = resources.use(await startSplitInstallation({}, { LATCHKEY_FIDO_METADATA_ROOTS: roots }));
    return { installation: split, managerStorage: split.service.storage };
  });
});
