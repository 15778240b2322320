import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AppError, StorageError } from '../errors.ts';
import { noModels } from '../fido-metadata/catalogue.ts';
import { passkeyManagerName } from '../receipts/receipt.ts';
import {
  audience,
  deviceHere,
  enrol,
  here,
  openManager,
  refuses,
  register,
  rejects,
  relyingParties,
  secret,
  signIn,
} from '../testing/authenticator-ceremonies.ts';
import { createPasskeyManager } from './create-manager.ts';
import type { PasskeyManagerDependencies } from './dependencies.ts';

describe('passkey manager', () => {
  it('lets a caller that nobody knows do nothing', async () => {
    await using opened = await openManager();
    const manager = createPasskeyManager(dependencies(opened.storage));
    for (const identity of ['', 'root', '__proto__', 'constructor'] as never[])
      for (const call of Object.values(manager.as(identity))) await rejects(call({} as never), 'forbidden');
  });

  it('takes a rule of the installation before there is any passkey, whoever is to administer', async () => {
    await using opened = await openManager();
    const rule = { deviceBound: true };
    const set = { rule, expectedRevision: 0, administrators: ['invited'] };
    assert.deepEqual((await opened.administration.setFloor(set)).rule, rule);
    await enrol(opened, deviceHere({ synced: false }));
    await rejects(opened.administration.setFloor({ ...set, expectedRevision: 1 }), 'no_administrator_left');
  });

  it('tells the outside one sentence, and the log the reason without any value that was sent', async () => {
    await using opened = await openManager();
    const lines: string[] = [];
    const warn = (facts: object, event: string) => lines.push(JSON.stringify({ ...facts, event }));
    const provider = createPasskeyManager({ ...dependencies(opened.storage), log: { warn } }).as('provider');
    const { device, passkey, userHandle } = await enrol(opened);
    const { options } = await provider.beginAuthentication({ ...here, purpose: 'sign-in' });
    const clientDataJSON = (text: string) => `${text}!`;
    const sent = [device.get(options, { clientDataJSON }), device.get(options, { flags: { uv: false } })];
    for (const response of sent)
      await assert.rejects(
        provider.finishAuthentication({ ...here, purpose: 'sign-in', response }),
        (error) =>
          error instanceof AppError &&
          error.message === 'The passkey could not be verified. Please try again.' &&
          error.status === 400,
      );
    const [malformed, unverified] = lines.map((line) => JSON.parse(line));
    assert.deepEqual(malformed, {
      purpose: 'sign-in',
      reason: 'client_data_malformed',
      event: 'passkey refused',
    });
    assert.deepEqual(unverified, {
      purpose: 'sign-in',
      passkeyId: passkey.id,
      userHandle,
      reason: 'user_not_verified',
      event: 'passkey refused',
    });
    assert.equal(lines.join().includes(options.challenge), false);
  });

  it('F4 passes a storage that is away on as it is, and calls no passkey wrong for it', async () => {
    await using opened = await openManager();
    const { device } = await enrol(opened);
    const away = () => Promise.reject(new StorageError('unreachable', 'away'));
    for (const method of ['findById', 'recordUse'] as const) {
      const passkeys = { ...opened.storage.passkeys, [method]: away };
      const refused: unknown[] = [];
      const provider = createPasskeyManager({
        ...dependencies({ ...opened.storage, passkeys }),
        onRefused: (ceremony) => refused.push(ceremony),
      }).as('provider');
      await assert.rejects(signIn({ ...opened, provider }, { device }), { name: 'StorageError' });
      assert.deepEqual(refused, []);
    }
  });

  it('F3 leaves a recovery that broke half-way harmless: the lost passkey is out, and a new link lets the person in', async () => {
    await using opened = await openManager();
    const lost = await enrol(opened);
    const { userHandle } = lost;
    const insert = () => Promise.reject(new StorageError('unreachable', 'away'));
    const working = dependencies(opened.storage);
    const passkeys = { ...opened.storage.passkeys, insert };
    const breaking = dependencies({ ...opened.storage, passkeys });
    const sound = createPasskeyManager(working);
    const administration = sound.as('administration');
    const { ticket } = await administration.issueTicket({ purpose: 'recovery', userHandle, minutes: 5 });
    const device = deviceHere();
    const provider = createPasskeyManager(breaking).as('provider');
    const attempt = register({ ...opened, provider }, { device, authorization: { ticket } });
    await assert.rejects(attempt, { name: 'StorageError' });
    await refuses(opened, signIn(opened, lost), { reason: 'passkey_suspended' });
    await rejects(register(opened, { device: deviceHere(), authorization: { ticket } }), 'link_invalid');
    const next = await administration.issueTicket({ purpose: 'recovery', userHandle, minutes: 5 });
    const repaired = { ...opened, provider: sound.as('provider') };
    const { passkey } = await register(repaired, { device: deviceHere(), authorization: next });
    assert.equal(passkey.assurance, 'unconfirmed');
  });

  it('refuses a use that lost against another one with a counter', async () => {
    await using opened = await openManager();
    const { device } = await enrol(opened, deviceHere({ synced: false }));
    const passkeys = { ...opened.storage.passkeys, recordUse: async () => false };
    const provider = createPasskeyManager({
      ...dependencies({ ...opened.storage, passkeys }),
      onRefused: (ceremony) => opened.refused.push(ceremony),
    }).as('provider');
    await refuses(opened, signIn({ ...opened, provider }, { device }), { reason: 'use_raced' });
  });
});

function dependencies(storage: PasskeyManagerDependencies['storage']): PasskeyManagerDependencies {
  return {
    storage,
    relyingParties,
    rpName: 'Latchkey',
    models: noModels,
    brokenModels: 'block',
    hash: (namespace, value) => `${namespace} ${value}`,
    hashes: (namespace, value) => [`${namespace} ${value}`],
    receipts: { issuer: passkeyManagerName, audience, secret },
    now: Date.now,
    log: { warn: () => {} },
  };
}
