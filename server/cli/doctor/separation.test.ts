import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { givePasskey, openAdministration } from '../../testing/administration.ts';
import { examineSeparation } from './separation.ts';

const elsewhere = { passkeysUrl: 'https://passkeys.example.com:3443', certificates: '/nowhere' };

describe('the doctor, about provider and passkey manager in two places', () => {
  it('is content with a storage without passkeys, and says nothing where both are in one process', async () => {
    await using installation = await openAdministration();
    const { storage } = installation;
    assert.equal((await examineSeparation(elsewhere, storage))[0]?.state, 'ok');
    assert.deepEqual(await examineSeparation({ ...elsewhere, passkeysUrl: undefined }, storage), []);
  });

  it('finds passkeys that stayed with the provider', async () => {
    await using installation = await openAdministration();
    const { people } = installation.machine;
    const { account } = await people.invite({ userName: 'ada', name: 'Ada', role: 'administrator' });
    await givePasskey(installation.storage, account);
    const [finding] = await examineSeparation(elsewhere, installation.storage);
    assert.equal(finding?.state, 'failed');
    assert.match(finding?.says ?? '', /holds passkeys/);
  });

  it('names the databases that a server without roles lets one read', async () => {
    await using installation = await openAdministration();
    const readableElsewhere = async () => ['passkeys'];
    const [finding] = await examineSeparation(elsewhere, { ...installation.storage, readableElsewhere });
    assert.equal(finding?.state, 'warning');
    assert.match(`${finding?.says} ${finding?.remedy}`, /not enforced by this database server.*passkeys/);
  });

  it('names the keys of others that the provider could read', async () => {
    await using installation = await openAdministration();
    const certificates = mkdtempSync(join(tmpdir(), 'latchkey-keys-'));
    for (const name of ['authority/ca.key', 'provider/tls.key']) {
      mkdirSync(join(certificates, name, '..'), { recursive: true });
      writeFileSync(join(certificates, name), '');
    }
    const findings = await examineSeparation({ ...elsewhere, certificates }, installation.storage);
    rmSync(certificates, { recursive: true });
    const finding = findings.find(({ check }) => check === 'keys');
    assert.equal(finding?.state, 'warning');
    assert.match(finding?.says ?? '', /authority\/ca\.key in/);
  });
});
