import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { AuthenticatorRule } from '../authenticator-policy/rule.ts';
import { AppError, type FieldReason } from '../errors.ts';
import type { AuthenticatorModel, ModelCatalogue } from '../fido-metadata/catalogue.ts';
import {
  addPasskey,
  deviceHere,
  enrol,
  here,
  type OpenedManager,
  prove,
  refuses,
  register,
  rejects,
  signIn,
} from '../testing/authenticator-ceremonies.ts';
import type { Passkey } from './passkey.ts';

const models = {
  key: '2fc0579f-8113-47ea-b116-bb5a8db9202a',
  broken: 'fbfc3007-154e-4ecc-8c0b-6e020557d7bd',
} as const;

const model = (more: Partial<AuthenticatorModel>): AuthenticatorModel => ({
  aaguid: models.key,
  name: 'Test Key',
  statuses: ['FIDO_CERTIFIED_L1'],
  keyProtection: ['hardware'],
  attestationTypes: ['basic_full'],
  attestationRoots: [],
  isLocal: false,
  ...more,
});
const catalogue: ModelCatalogue = {
  find: (aaguid) =>
    [model({}), model({ aaguid: models.broken, statuses: ['REVOKED'] })].find((one) => one.aaguid === aaguid),
  metadata: { no: 7, isCurrent: true },
};

/** What a passkey manager asks of authenticators, wherever it runs and whatever it keeps its records in. */
export function authenticatorFloorContract(open: (models: ModelCatalogue) => Promise<OpenedManager>): void {
  describe('the floor of authenticators', () => {
    let opened: OpenedManager;
    let administrator: Awaited<ReturnType<typeof enrol>>;
    before(async () => {
      opened = await open(catalogue);
      administrator = await enrol(opened, deviceHere({ aaguid: models.key, synced: false }));
      await vouchFor(administrator.passkey.id);
    });
    after(() => opened?.[Symbol.asyncDispose]());

    /** As if its attestation had been verified to the roots of its model. */
    async function vouchFor(passkeyId: string): Promise<Passkey> {
      const stored = await opened.storage.passkeys.findById(passkeyId);
      assert.ok(stored);
      const vouched: Passkey = { ...stored, attestation: { format: 'packed', result: 'model' } };
      assert.ok(await opened.storage.passkeys.update(vouched, stored.revision));
      return vouched;
    }

    async function set(rule: AuthenticatorRule): Promise<void> {
      const { revision: expectedRevision } = await opened.provider.findFloor({});
      const administrators = [administrator.userHandle];
      await opened.administration.setFloor({ rule, expectedRevision, administrators });
    }

    const refusesFor = (attempt: Promise<unknown>, reason: FieldReason) => {
      const named = assert.rejects(attempt, (error) => error instanceof AppError && error.reason === reason);
      return Promise.all([
        named,
        refuses(opened, attempt, { reason: reason as never, code: 'authenticator_refused' }),
      ]);
    };
    const ticket = async () => (await opened.enrolment.issueTicket({ purpose: 'first', minutes: 5 })).ticket;

    it('is empty at first, and refuses revoked models nevertheless', async () => {
      assert.deepEqual(await opened.provider.findFloor({}), {
        rule: {},
        revision: 0,
        models: {},
        brokenModels: 'block',
      });
      const device = deviceHere({ aaguid: models.broken });
      const authorization = { ticket: await ticket() };
      await refusesFor(register(opened, { device, authorization }), 'status_refused');
      const other = await register(opened, { device: deviceHere(), authorization });
      assert.ok(other.passkey.id, 'the ticket is not used up by what was refused');
    });

    it('W15 refuses a registration by the name of what is against it, and stores nothing', async () => {
      await set({ deniedModels: [models.broken], refusedStatuses: [] });
      const { models: names } = await opened.provider.findFloor({});
      assert.deepEqual(names, { [models.broken]: 'Test Key' });
      const attempt = async (rule: AuthenticatorRule, device = deviceHere({ aaguid: models.key })) => {
        await set(rule);
        const { ticket: value, userHandle } = await opened.enrolment.issueTicket({
          purpose: 'first',
          minutes: 5,
        });
        return { registering: register(opened, { device, authorization: { ticket: value } }), userHandle };
      };
      for (const [rule, reason] of [
        [{ deniedModels: [models.broken] }, 'model_denied'],
        [{ allowedModels: [models.key] }, 'model_not_allowed'],
        [{ leastCertification: 'FIDO_CERTIFIED' }, 'certification_too_low'],
        [{ keyProtection: ['hardware'] }, 'key_protection_too_weak'],
        [{ deviceBound: true }, 'not_device_bound'],
        [{ attestationVerified: true }, 'attestation_not_verified'],
      ] as const) {
        const device = deviceHere({ aaguid: reason === 'model_denied' ? models.broken : models.key });
        const { registering, userHandle } = await attempt(rule as AuthenticatorRule, device);
        await refusesFor(registering, reason);
        assert.deepEqual((await opened.provider.listPasskeys({ userHandle })).passkeys, []);
      }
      await set({});
    });

    it('W15 refuses a sign-in and a proof with a passkey that is there already', async () => {
      const person = await enrol(opened);
      const bound = await enrol(opened, deviceHere({ synced: false }));
      await set({ deviceBound: true });
      await refusesFor(signIn(opened, { device: person.device }), 'not_device_bound');
      await refusesFor(prove(opened, person, 'add-passkey'), 'not_device_bound');
      await signIn(opened, bound);
      await set({});
      await signIn(opened, { device: person.device });
    });

    it('W19 refuses to remove the last passkey that it allows, and takes away one that it does not', async () => {
      const person = await enrol(opened);
      const bound = await addPasskey(opened, person, deviceHere({ synced: false }));
      await set({ deviceBound: true });
      const proof = await prove(opened, bound, 'remove-passkey');
      const removal = { ...here, userHandle: person.userHandle, proof };
      const remove = (passkeyId: string) => opened.provider.removePasskey({ ...removal, passkeyId });
      await rejects(remove(bound.passkey.id), 'last_passkey');
      await signIn(opened, bound);
      assert.deepEqual(await remove(person.passkey.id), { removed: true });
      await set({});
    });

    it('accepts what was registered before its date, where it says so', async () => {
      const person = await enrol(opened);
      const effectiveFrom = opened.clock.now + 60_000;
      await set({ deviceBound: true, effectiveFrom });
      await enrol(opened);
      opened.clock.now = effectiveFrom;
      await signIn(opened, { device: person.device });
      const late = register(opened, { device: deviceHere(), authorization: { ticket: await ticket() } });
      await refusesFor(late, 'not_device_bound');
      await set({ deviceBound: true, effectiveFrom, olderPasskeys: 'refuse' });
      await refusesFor(signIn(opened, { device: person.device }), 'not_device_bound');
      await set({});
    });

    it('asks a new authenticator for what its rules need, and the caller can only add to it', async () => {
      const begin = async (rules?: { name: string; rule: AuthenticatorRule }[]) => {
        const authorization = { ticket: await ticket() };
        const asked = { ...here, authorization, user: { name: 'ada', displayName: 'Ada' } };
        return (await opened.provider.beginRegistration({ ...asked, ...(rules && { rules }) })).options;
      };
      const { attestation, hints } = await begin();
      assert.deepEqual([attestation, hints], ['none', []]);
      await set({ attestation: 'indirect' });
      assert.equal((await begin()).attestation, 'indirect');
      assert.equal(
        (await begin([{ name: 'a group', rule: { attestation: 'none' } }])).attestation,
        'indirect',
      );
      const strict = await begin([{ name: 'a group', rule: { keyProtection: ['tee'] } }]);
      assert.deepEqual([strict.attestation, strict.hints], ['direct', ['security-key', 'client-device']]);
      await set({});
    });

    it('W15 refuses what a group asks beside it, and two rules that contradict each other', async () => {
      const rules = [{ name: 'the group A', rule: { deviceBound: true } }];
      const authorization = { ticket: await ticket() };
      await refusesFor(register(opened, { device: deviceHere(), authorization, rules }), 'not_device_bound');
      await set({ allowedModels: [models.key] });
      const other = [{ name: 'the group A', rule: { allowedModels: [models.broken] } }];
      const contradicted = register(opened, { device: deviceHere(), authorization, rules: other });
      await rejects(contradicted, 'rules_contradict');
      await set({});
      await register(opened, { device: deviceHere({ synced: false }), authorization, rules });
    });

    it('is set by one of two that know the same revision, and by the administration alone', async () => {
      const { revision: expectedRevision } = await opened.provider.findFloor({});
      const administrators = [administrator.userHandle];
      const input = { rule: {}, expectedRevision, administrators };
      const race = await Promise.allSettled([1, 2].map(() => opened.administration.setFloor(input)));
      assert.deepEqual(race.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
      await rejects(opened.administration.setFloor(input), 'conflict');
      await rejects(opened.provider.setFloor(input), 'forbidden');
      await rejects(opened.enrolment.findFloor({}), 'forbidden');
      const unknown = { ...input, rule: { allowed: [] } } as never;
      await rejects(opened.administration.setFloor(unknown), 'bad_request');
    });

    it('is not set where no administrator could sign in any more, now or from its date on', async () => {
      const weak = await enrol(opened);
      const { revision: expectedRevision } = await opened.provider.findFloor({});
      const attempt = (rule: AuthenticatorRule, administrators: string[]) =>
        rejects(
          opened.administration.setFloor({ rule, expectedRevision, administrators }),
          'no_administrator_left',
        );
      await attempt({ deviceBound: true }, [weak.userHandle]);
      const effectiveFrom = opened.clock.now + 1000;
      await attempt({ deviceBound: true, effectiveFrom, olderPasskeys: 'refuse' }, [weak.userHandle]);
      await attempt({ deniedModels: [models.key] }, [administrator.userHandle]);
      await attempt({}, []);
      await attempt({}, ['nobody']);
      await addPasskey(opened, weak, deviceHere({ synced: false }));
      const administrators = [weak.userHandle];
      await opened.administration.setFloor({ rule: { deviceBound: true }, expectedRevision, administrators });
      await set({});
    });

    it('is in force at another process within two seconds', async () => {
      const person = await enrol(opened);
      const stored = await opened.storage.authenticatorFloors.find();
      assert.ok(stored);
      await opened.storage.authenticatorFloors.update(
        { ...stored, rule: { deviceBound: true } },
        stored.revision,
      );
      opened.clock.now += 2000;
      await refusesFor(signIn(opened, { device: person.device }), 'not_device_bound');
      await set({});
    });
  });
}
