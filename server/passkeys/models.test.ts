import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { openStorage } from '../../adapters/open.ts';
import { readConfig } from '../config.ts';
import { createLog } from '../log.ts';
import { managerHere } from '../open-passkeys.ts';
import { secret } from '../testing/authenticator-ceremonies.ts';
import { createMetadataAuthority } from '../testing/metadata-authority.ts';
import { exampleKey, onePixel, payloadSample } from '../testing/metadata-payload.ts';
import { openWire, type Wire } from '../testing/remote-manager.ts';
import type { OpenPasskeyManager } from './create-manager.ts';
import type { CallerIdentity, PasskeyManager } from './manager.ts';

const authority = await createMetadataAuthority();
const folder = mkdtempSync(join(tmpdir(), 'latchkey-models-'));
after(() => rmSync(folder, { recursive: true }));
const [file, roots] = [join(folder, 'blob.jwt'), join(folder, 'roots.pem')];
writeFileSync(roots, authority.roots);
writeFileSync(file, authority.signer.sign(payloadSample()));
const settings = { LATCHKEY_FIDO_METADATA_URL: file, LATCHKEY_FIDO_METADATA_ROOTS: roots };

async function openHere(): Promise<OpenPasskeyManager & AsyncDisposable> {
  const log = createLog({ level: 'silent', format: 'json', destination: process.stderr });
  const storage = await openStorage({
    ...{ url: 'sqlite::memory:', role: 'command', schema: 'migrate', waitUntilReady: true },
  });
  const here = managerHere({ config: readConfig(settings), secret, storage, log, now: Date.now });
  return { ...here, [Symbol.asyncDispose]: () => storage[Symbol.asyncDispose]() };
}

describe('models, as the passkey manager of this process tells of them', () => tellsOf(openHere));
describe('models, as a passkey manager behind mutual TLS tells of them', () =>
  tellsOf(async () => {
    const here = await openHere();
    const wire: Wire = await openWire(here);
    return {
      as: (identity: CallerIdentity) => wire.connect(identity).manager,
      async [Symbol.asyncDispose]() {
        await wire[Symbol.asyncDispose]();
        await here[Symbol.asyncDispose]();
      },
    };
  }));

function tellsOf(open: () => Promise<OpenPasskeyManager & AsyncDisposable>): void {
  let opened: OpenPasskeyManager & AsyncDisposable;
  let metadata: PasskeyManager;
  let provider: PasskeyManager;
  before(async () => {
    opened = await open();
    [metadata, provider] = [opened.as('metadata'), opened.as('provider')];
  });
  after(() => opened[Symbol.asyncDispose]());

  it('begins a refresh without waiting, and tells how it went', async () => {
    const before = (await metadata.metadataStatus({})).status;
    assert.deepEqual([before.source, before.highest, before.metadata], [file, 0, undefined]);
    assert.deepEqual(await metadata.refreshMetadata({}), { begun: true });
    let { status } = await metadata.metadataStatus({});
    for (; status.progress !== undefined; await delay(10)) ({ status } = await metadata.metadataStatus({}));
    assert.deepEqual([status.attempt?.result, status.metadata?.no, status.highest], ['taken', 10, 10]);
  });

  it('finds models, with their pictures', async () => {
    const { model } = await provider.findModel({ aaguid: exampleKey.toUpperCase() });
    assert.deepEqual([model?.name, model?.source, model?.png], ['Example Key 5', 'fido', onePixel]);
    const { models } = await provider.searchModels({ text: 'KEY', limit: 2 });
    assert.deepEqual(
      models.map(({ name }) => name),
      ['Broken Key', 'Example Key 5'],
    );
    assert.ok(models.every((each) => !('png' in each)));
    assert.deepEqual(await provider.findModel({ aaguid: exampleKey.replace('d8', '00') }), {});
  });

  it('refuses what is no AAGUID, and lists without end', async () => {
    for (const aaguid of ['', 'yubikey', `${exampleKey}0`])
      await assert.rejects(provider.findModel({ aaguid }), { code: 'bad_request' });
    for (const limit of [0, 1001]) {
      await assert.rejects(provider.searchModels({ text: '', limit }), { code: 'bad_request' });
    }
  });

  it('W19 lets a provider find models, and touch nothing of the metadata', async () => {
    await assert.rejects(provider.refreshMetadata({}), { code: 'forbidden' });
    await assert.rejects(provider.metadataStatus({}), { code: 'forbidden' });
    const enrolment = opened.as('enrolment');
    await assert.rejects(enrolment.findModel({ aaguid: exampleKey }), { code: 'forbidden' });
    await assert.rejects(metadata.listPasskeys({ userHandle: 'a' }), { code: 'forbidden' });
  });
}
