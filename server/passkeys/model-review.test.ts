import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { withMongo } from '../../adapters/mongo/testing.ts';
import { passkeySample } from '../../adapters/storage.contract/samples.ts';
import {
  addPasskey,
  deviceHere,
  enrol,
  here,
  openManager,
  prove,
  refuses,
  rejects,
  signIn,
} from '../testing/authenticator-ceremonies.ts';
import { hardwareCatalogue, hardwareModel } from '../testing/hardware-key.ts';
import type { BrokenModelAction, ReviewedPasskey } from './model-review.ts';

const revoked = { ...hardwareModel, statuses: ['FIDO_CERTIFIED_L2', 'REVOKED'] };

function declareReviews(url?: string): void {
  /** Somebody with a security key, and what was written down. */
  async function opened(brokenModels: BrokenModelAction) {
    const models = hardwareCatalogue();
    const audited: ReviewedPasskey[] = [];
    const manager = await openManager(url, models, { brokenModels, onReviewed: (one) => audited.push(one) });
    const person = await enrol(manager, deviceHere({ aaguid: hardwareModel.aaguid, synced: false }));
    const start = (await manager.provider.listPasskeyEvents({ limit: 1000 })).events.at(-1)?.id ?? '';
    const passkeyId = person.passkey.id;
    return {
      ...manager,
      models,
      person,
      passkeyId,
      audited,
      async events() {
        const { events } = await manager.provider.listPasskeyEvents({ after: start, limit: 1000 });
        const types = events.flatMap(({ type, ...event }) => (event.passkeyId === passkeyId ? [type] : []));
        // What ends something is told before and after.
        return types.filter((type, index) => type !== types[index - 1]);
      },
      async alerts() {
        const { passkeys } = await manager.administration.listModelAlerts({ limit: 1000 });
        return passkeys.filter(({ id }) => id === passkeyId);
      },
      [Symbol.asyncDispose]: () => manager[Symbol.asyncDispose](),
    };
  }

  it('W15 block a passkey whose model was revoked, tell it once, and restore it with its model', async () => {
    await using manager = await opened('block');
    const { models, person, passkeyId, audited, events, alerts, reviewModels } = manager;
    await reviewModels();
    assert.deepEqual([await events(), await alerts()], [[], []], 'nothing speaks against it yet');
    models.model = revoked;
    await reviewModels();
    await reviewModels();
    await refuses(manager, signIn(manager, { device: person.device }), {
      code: 'authenticator_refused',
      reason: 'status_refused',
    });
    assert.deepEqual(await events(), ['passkey_blocked']);
    const found = { passkeyId, aaguid: hardwareModel.aaguid, statuses: ['REVOKED'], action: 'block' };
    assert.deepEqual(audited, [{ type: 'passkey.model_refused', ...found }]);
    const [alert] = await alerts();
    assert.deepEqual(
      [alert?.modelAlert, alert?.modelAction, alert?.status],
      [['REVOKED'], 'block', 'active'],
    );
    models.model = hardwareModel;
    await reviewModels();
    assert.deepEqual(await events(), ['passkey_blocked', 'passkey_restored']);
    assert.deepEqual(audited.at(-1), { type: 'passkey.model_restored', ...found });
    assert.deepEqual(await alerts(), []);
    await signIn(manager, { device: person.device });
  });

  it('W15 leave a person the passkey beside a blocked one', async () => {
    await using manager = await opened('block');
    const { models, person, passkeyId, reviewModels } = manager;
    const { device, passkey, userHandle } = await addPasskey(manager, person);
    models.model = revoked;
    await reviewModels();
    const remove = async (id: string) => {
      const proof = await prove(manager, { device, userHandle }, 'remove-passkey');
      const { browser } = here;
      return manager.provider.removePasskey({ userHandle, passkeyId: id, proof, browser });
    };
    await rejects(remove(passkey.id), 'last_passkey');
    assert.deepEqual(await remove(passkeyId), { removed: true });
  });

  for (const action of ['ask', 'notify'] as const)
    it(`W15 let it sign in where they ${action}, and let no new one of that model be made`, async () => {
      await using manager = await opened(action);
      const { models, person, events, alerts, reviewModels } = manager;
      models.model = revoked;
      await reviewModels();
      await signIn(manager, { device: person.device });
      assert.deepEqual(await events(), ['passkey_doubted']);
      assert.equal((await alerts())[0]?.modelAction, action);
      const another = deviceHere({ aaguid: hardwareModel.aaguid, synced: false });
      await refuses(manager, enrol(manager, another), {
        code: 'authenticator_refused',
        reason: 'status_refused',
      });
    });

  it('go on where one broke off, and look at every passkey of a model', async () => {
    await using manager = await opened('block');
    const { models, storage, audited, reviewModels } = manager;
    const more = Array.from({ length: 230 }, () => passkeySample({ aaguid: hardwareModel.aaguid }));
    for (const passkey of more) await storage.passkeys.insert(passkey);
    models.model = revoked;
    let written = 0;
    const { update } = storage.passkeys;
    storage.passkeys.update = async (...change) => {
      written += 1;
      if (written === 120) throw new Error('the storage is away');
      return update(...change);
    };
    await assert.rejects(reviewModels());
    const before = audited.length;
    assert.ok(before > 0 && before < more.length);
    await reviewModels();
    const ids = audited.map(({ passkeyId }) => passkeyId);
    for (const { id } of more) assert.equal(ids.filter((one) => one === id).length, 1);
    storage.passkeys.update = update;
    await Promise.all(more.map(({ id }) => storage.passkeys.remove(id)));
  });

  it('W15 restore nothing because the metadata is away, and let nothing in meanwhile', async () => {
    await using manager = await opened('block');
    const { models, person, alerts, reviewModels } = manager;
    const { find, all, metadata } = models;
    models.model = revoked;
    await reviewModels();
    Object.assign(models, { find: () => undefined, all: () => [], metadata: undefined });
    // Another process begins, on the same storage.
    await using another = await openManager(url, models);
    await another.reviewModels();
    await reviewModels();
    assert.equal((await alerts())[0]?.modelAction, 'block');
    const refused = { code: 'authenticator_refused', reason: 'status_refused' } as const;
    await refuses(manager, signIn(manager, { device: person.device }), refused);
    Object.assign(models, { find, all, metadata, model: hardwareModel });
    await reviewModels();
    assert.deepEqual(await alerts(), []);
  });

  it('W15 keep out a passkey that another process blocked, whose metadata is newer', async () => {
    await using manager = await opened('block');
    const { models, person, reviewModels } = manager;
    models.model = revoked;
    await reviewModels();
    models.model = hardwareModel;
    const refused = { code: 'authenticator_refused', reason: 'status_refused' } as const;
    await refuses(manager, signIn(manager, { device: person.device }), refused);
    await reviewModels();
  });

  it('W19 end a proof that a process with older metadata gave out while it was looked at', async () => {
    await using manager = await opened('block');
    const { models, storage, person, passkeyId, provider, reviewModels } = manager;
    const { update } = storage.passkeys;
    let proof = '';
    storage.passkeys.update = async (...change) => {
      if (change[0].id === passkeyId) {
        models.model = hardwareModel;
        proof = await prove(manager, person, 'add-passkey');
        models.model = revoked;
      }
      return update(...change);
    };
    models.model = revoked;
    await reviewModels();
    storage.passkeys.update = update;
    const authorization = { userHandle: person.userHandle, proof };
    const user = { name: 'ada', displayName: 'Ada' };
    await rejects(provider.beginRegistration({ ...here, authorization, user }), 'confirmation_required');
    models.model = hardwareModel;
  });

  it('W19 count no blocked passkey as one that somebody has left', async () => {
    await using manager = await opened('block');
    const { models, provider, person, passkeyId, reviewModels } = manager;
    const { userHandle, ...good } = await addPasskey(manager, person);
    models.model = revoked;
    await reviewModels();
    const proof = await prove(manager, { userHandle, device: good.device }, 'remove-passkey');
    const whose = { userHandle, proof, browser: here.browser };
    await rejects(provider.removePasskey({ ...whose, passkeyId: good.passkey.id }), 'last_passkey');
    await provider.removePasskey({ ...whose, passkeyId });
    models.model = hardwareModel;
  });

  it('look again at a passkey that was renamed at the same moment', async () => {
    await using manager = await opened('block');
    const { models, storage, passkeyId, alerts, reviewModels } = manager;
    const { update } = storage.passkeys;
    let renames = 2;
    storage.passkeys.update = async (passkey, revision) => {
      if (passkey.id === passkeyId && renames > 0) {
        renames -= 1;
        const current = await storage.passkeys.findById(passkeyId);
        assert.ok(current);
        assert.ok(await update({ ...current, name: `renamed ${renames}` }, current.revision));
      }
      return update(passkey, revision);
    };
    models.model = revoked;
    await reviewModels();
    await reviewModels();
    await reviewModels();
    assert.equal((await alerts())[0]?.name, 'renamed 0');
    renames = 1;
    models.model = hardwareModel;
    await reviewModels();
    await reviewModels();
    assert.deepEqual(await alerts(), []);
    storage.passkeys.update = update;
  });

  it('take up another status, and a rule that refuses other ones', async () => {
    await using manager = await opened('block');
    const { models, person, administration, alerts, reviewModels, clock } = manager;
    models.model = { ...hardwareModel, statuses: ['USER_VERIFICATION_BYPASS', 'REVOKED'] };
    await reviewModels();
    assert.deepEqual((await alerts())[0]?.modelAlert, ['REVOKED', 'USER_VERIFICATION_BYPASS']);
    const floor = await administration.findFloor({});
    const administrators = [person.userHandle];
    const rule = { refusedStatuses: [] };
    await administration.setFloor({ rule, expectedRevision: floor.revision, administrators });
    clock.now += 2000;
    await reviewModels();
    assert.deepEqual(await alerts(), []);
    await signIn(manager, { device: person.device });
    const { revision } = await administration.findFloor({});
    await storageFloor(manager, revision);
  });
}

/** As it was, for tests on the same storage. */
async function storageFloor(
  { storage }: Pick<Awaited<ReturnType<typeof openManager>>, 'storage'>,
  revision: number,
): Promise<void> {
  const floor = await storage.authenticatorFloors.find();
  if (floor) await storage.authenticatorFloors.update({ ...floor, rule: {} }, revision);
}

describe('reviews of models on SQLite', () => declareReviews());
describe('reviews of models on MongoDB', () => withMongo(({ url }) => declareReviews(url)));
