import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { PublicKeyCredentialCreationOptionsJSON } from '@simplewebauthn/server';
import { SignJWT } from 'jose';
import type { Profile } from '../accounts/profile.ts';
import { addAccount } from '../enrolment/add-account.ts';
import { beginSignUp, type EnrolmentDependencies, finishSignUp } from '../enrolment/enrolment.ts';
import type { AppError } from '../errors.ts';
import type { FinishedAuthentication, PasskeyManager } from '../passkeys/manager.ts';
import { receiptKeysOf } from '../receipts/pinned-keys.ts';
import { passkeyManagerName, receiptType } from '../receipts/receipt.ts';
import { createReceiptVerifier } from '../receipts/verifier.ts';
import { createRuleBook } from '../sign-ins/rule-book.ts';
import { openAdministration } from '../testing/administration.ts';
import { createAuthenticator } from '../testing/authenticator.ts';
import { signIn } from './login.ts';

const origin = 'http://localhost:3000';
const here = { interaction: 'interaction-1', browser: 'browser-1' };
const profileOf = (userName: string): Profile => ({ name: userName, userName, userNameKey: userName });

type Answered = Pick<FinishedAuthentication, 'userHandle' | 'passkey' | 'at' | 'receipt'>;
type Change = (answer: Answered) => Answered | Promise<Answered>;

/** A passkey manager that somebody has put in the place of ours: it may call ours, and answers as it likes. */
describe('a passkey manager that is not ours', () => {
  let opened: Awaited<ReturnType<typeof openAdministration>>;
  let provider: PasskeyManager;
  let ada: Awaited<ReturnType<typeof enrol>>;
  let eve: Awaited<ReturnType<typeof enrol>>;
  const events: object[] = [];

  before(async () => {
    opened = await openAdministration();
    provider = opened.manager.as('provider');
    ada = await enrol('ada');
    eve = await enrol('eve');
  });

  async function enrol(userName: string) {
    const { ticket, userHandle } = await opened.manager
      .as('enrolment')
      .issueTicket({ purpose: 'first', minutes: 5 });
    const device = createAuthenticator({ origin });
    const user = { name: userName, displayName: userName };
    const { options } = await provider.beginRegistration({ ...here, authorization: { ticket }, user });
    await provider.finishRegistration({ ...here, response: device.create(options) });
    const { accounts } = opened.storage;
    const now = () => opened.clock.now;
    const made = { profile: profileOf(userName), userHandle, role: 'person' as const };
    return { device, userHandle, account: await addAccount({ accounts, now }, made) };
  }

  function dependencies(change: Change) {
    const { storage, clock } = opened;
    const receipts = createReceiptVerifier({
      keys: receiptKeysOf(storage.receiptKeys, () => clock.now),
      issuer: passkeyManagerName,
      audience: origin,
      caller: 'provider',
      now: () => clock.now,
      onRefused: (reason) => events.push({ reason }),
    });
    const manager = {
      ...provider,
      finishAuthentication: async (input: never) => change(await provider.finishAuthentication(input)),
      finishRegistration: async (input: never) => change(await provider.finishRegistration(input)),
    };
    const { accounts, signIns, invitations } = storage;
    const audit = {
      record: async (event: object) => {
        events.push(event);
        return true;
      },
    };
    const { mac } = opened;
    const ruleBook = createRuleBook({ groups: storage.groups, manager: provider, now: () => clock.now });
    const rules = { ruleBook, findApp: async () => undefined, now: () => clock.now };
    return { manager, receipts, accounts, signIns, invitations, audit, mac, ...rules };
  }

  async function signInAs({ device }: { device: ReturnType<typeof createAuthenticator> }, change: Change) {
    const { options } = await provider.beginAuthentication({ ...here, purpose: 'sign-in' });
    return signIn(dependencies(change), { ...here, appId: 'app', response: device.get(options) });
  }

  const counts = async () => {
    const { items } = await opened.storage.signIns.list({ limit: 100 });
    return items.length;
  };

  /** Signs what it likes with a key of its own, under the name of ours. */
  async function signOwn(receipt: string, more: object): Promise<string> {
    const [header = '', payload = ''] = receipt.split('.');
    const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString());
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
    const { privateKey } = await crypto.subtle.generateKey(algorithm, false, ['sign']);
    return new SignJWT({ ...claims, ...more })
      .setProtectedHeader({ alg: 'ES256', typ: receiptType, kid })
      .sign(privateKey);
  }

  const lies: Record<string, () => Change> = {
    'does not sign': () => (answer) => ({ ...answer, receipt: '' }),
    'signs with a key of its own': () => async (answer) => ({
      ...answer,
      receipt: await signOwn(answer.receipt, {}),
    }),
    'says it was another person': () => (answer) => ({ ...answer, userHandle: ada.userHandle }),
    'says and signs with a key of its own that it was another person': () => async (answer) => ({
      ...answer,
      userHandle: ada.userHandle,
      receipt: await signOwn(answer.receipt, { userHandle: ada.userHandle }),
    }),
    'vouches for more than was verified': () => (answer) => ({
      ...answer,
      passkey: { ...answer.passkey, assurance: 'unconfirmed' },
    }),
  };

  for (const [what, lie] of Object.entries(lies))
    it(`F17 that ${what} signs nobody in`, async () => {
      const before = await counts();
      const told = events.length;
      await assert.rejects(signInAs(eve, lie()), { code: 'passkey_rejected' });
      assert.equal(await counts(), before);
      assert.equal(events.length, told + 1);
    });

  it('F17 that says beside its signature that hardware keeps the key makes no stronger sign-in of it', async () => {
    const { signIn: made } = await signInAs(ada, (answer) => ({
      ...answer,
      passkey: {
        ...answer.passkey,
        backupEligible: false,
        attestation: { format: 'packed', result: 'model' },
        authenticator: {
          attestation: 'model',
          attestationTypes: ['basic_full'],
          keyProtection: ['hardware'],
          statuses: [],
          metadata: { no: 1, isCurrent: true },
        },
      },
    }));
    assert.deepEqual([made.acr, made.amr], ['phr', ['pop', 'user', 'mfa']]);
  });

  it('F17 that answers with what another person once signed signs nobody in', async () => {
    let old: Answered | undefined;
    await signInAs(ada, (answer) => {
      old = answer;
      return answer;
    });
    const before = await counts();
    await assert.rejects(
      signInAs(eve, (answer) => old ?? answer),
      { code: 'passkey_rejected' },
    );
    assert.equal(await counts(), before);
  });

  it('F17 that repeats an answer signs in once, also at the same time', async () => {
    const { options } = await provider.beginAuthentication({ ...here, purpose: 'sign-in' });
    const response = eve.device.get(options);
    const answer = await provider.finishAuthentication({ ...here, purpose: 'sign-in', response });
    const before = await counts();
    const wired = dependencies((given) => given);
    const repeating = { ...wired, manager: { ...wired.manager, finishAuthentication: async () => answer } };
    const attempts = await Promise.allSettled(
      Array.from({ length: 20 }, () => signIn(repeating, { ...here, appId: 'app', response })),
    );
    const refused = attempts.flatMap((attempt) => (attempt.status === 'rejected' ? [attempt.reason] : []));
    assert.deepEqual(
      refused.map(({ code, detail }: AppError) => [code, detail]),
      Array.from({ length: 19 }, () => ['passkey_rejected', 'receipt used']),
    );
    assert.equal(await counts(), before + 1);
  });

  it('F17 makes no other time of a sign-in than was signed', async () => {
    await assert.rejects(
      signInAs(eve, (answer) => ({ ...answer, at: answer.at + 1 })),
      { code: 'passkey_rejected', detail: 'receipt for another time' },
    );
    let at: number | undefined;
    const { signIn: made } = await signInAs(eve, (answer) => {
      at = answer.at;
      return answer;
    });
    assert.equal(made.at, at);
  });

  it('F17 that does not sign a registration makes no account', async () => {
    const enrolment = opened.manager.as('enrolment');
    const signUp = (change: Change): EnrolmentDependencies => ({
      ...dependencies(change),
      enrolment,
      linkIds: (token) => [token],
      endSessions: async () => {},
      issuer: origin,
      now: () => opened.clock.now,
    });
    const finish = async (userName: string, change: Change) => {
      const begun = await beginSignUp(signUp(change), {
        ...here,
        fields: { name: userName, userName },
      });
      const options: PublicKeyCredentialCreationOptionsJSON = begun.options;
      const response = createAuthenticator({ origin }).create(options);
      return finishSignUp(signUp(change), { ...here, appId: 'app', profile: begun.profile, response });
    };
    await assert.rejects(
      finish('mallory', (answer) => ({ ...answer, receipt: '' })),
      { code: 'passkey_rejected' },
    );
    await assert.rejects(
      finish('mallory', (answer) => ({ ...answer, userHandle: ada.userHandle })),
      { code: 'passkey_rejected' },
    );
    assert.equal(await opened.storage.accounts.findByUserNameKey('mallory'), undefined);
    // Somebody else took the name in between: the passkey is there and nobody's.
    const raced = finish('hal', async (answer) => {
      const made = { profile: profileOf('hal'), userHandle: 'another', role: 'person' as const };
      await addAccount({ accounts: opened.storage.accounts, now: () => opened.clock.now }, made);
      return answer;
    });
    await assert.rejects(raced, { code: 'user_name_taken' });
    const refused = events.at(-1) as { type: string; details: { receipt: string } };
    assert.equal(refused.type, 'passkey.registration_refused');
    const { items } = await opened.storage.receipts.list({ limit: 100 });
    assert.ok(items.some(({ id, purpose }) => id === refused.details.receipt && purpose === 'register'));
    const { signIn: made } = await finish('grace', (answer) => answer);
    assert.equal((await opened.storage.signIns.findById(made.id))?.receipt, made.receipt);
  });

  it('tells the audit of a right passkey whose account is disabled, by the receipt that stays without a sign-in', async () => {
    const { accounts, receipts } = opened.storage;
    await accounts.update({ ...ada.account, status: 'disabled' }, ada.account.revision);
    await assert.rejects(
      signInAs(ada, (answer) => answer),
      { code: 'account_disabled' },
    );
    const { items } = await receipts.list({ limit: 100 });
    const told = events.at(-1) as {
      reason: string;
      signInId: string;
      details: { receipt: string };
    };
    assert.equal(told.reason, 'account_disabled');
    assert.ok(items.some(({ id }) => id === told.signInId));
    assert.equal(told.details.receipt, told.signInId);
  });
});
