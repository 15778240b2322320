import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Interaction } from 'oidc-provider';
import type { Account } from '../accounts/account.ts';
import type { App } from '../apps/app.ts';
import { accountAppId, builtinApps } from '../apps/builtin-apps.ts';
import { newGroup } from '../groups/create-group.ts';
import type { PasskeyFacts } from '../passkeys/manager.ts';
import type { ReceiptClaims } from '../receipts/receipt.ts';
import { createRuleBook } from '../sign-ins/rule-book.ts';
import type { Group } from '../storage.ts';
import { createPolicyRequirement } from './policy-requirement.ts';

const apps = builtinApps({ issuer: 'https://login.example.com', demo: true });
const accountApp = apps.find(({ id }) => id === accountAppId) as App;
const demo = apps.find(({ id }) => id === 'demo') as App;
const group: Group = {
  ...newGroup({ name: 'Engineering' }, 0),
  id: 'engineering',
  authenticatorRule: { attestationVerified: true, leastPasskeys: 2 },
};

function openBook() {
  let asked = 0;
  const clock = { now: 1_000_000 };
  const listWithRule = async () => {
    asked += 1;
    return [group];
  };
  const findFloor = async () => ({
    rule: { leastPasskeys: 3 },
    revision: 1,
    models: {},
    brokenModels: 'block' as const,
  });
  const ruleBook = createRuleBook({ groups: { listWithRule }, manager: { findFloor }, now: () => clock.now });
  return { ruleBook, clock, asked: () => asked, now: () => clock.now };
}

const facts = (attestation: 'model' | 'none') => ({
  aaguid: '2fc0579f-8113-47ea-b116-bb5a8db9202a',
  authenticator: { attestation, keyProtection: [], statuses: [] },
});
const listed = (attestation: 'model' | 'none') =>
  ({
    ...facts(attestation),
    id: 'a',
    name: 'Key',
    createdAt: 0,
    status: 'active',
  }) as unknown as PasskeyFacts;
const claims = (attestation: 'model' | 'none') =>
  ({ ...facts(attestation), flags: { backupEligible: false }, registeredAt: 0 }) as unknown as ReceiptClaims;

type Book = ReturnType<typeof openBook>;

function requirement({ ruleBook, now }: Book, groups: string[], app: App | undefined) {
  const findApp = async (id: string) => (id === app?.id ? app : undefined);
  const interaction = { params: { client_id: app?.id ?? 'gone' } } as unknown as Interaction;
  const account = { groups } as Account;
  return createPolicyRequirement({ ruleBook, findApp, now })({ interaction, account });
}

describe('what groups and an app ask of a sign-in', () => {
  it('is the same before and after it: which passkeys would do, and whether one did', async () => {
    const asked = await requirement(openBook(), ['engineering', 'gone'], demo);
    const { wouldDo, isMetBy, newMayDo, isOptional, wishes, refusal } = asked;
    assert.deepEqual([wouldDo(listed('model')), wouldDo(listed('none'))], [true, false]);
    assert.deepEqual([isMetBy(claims('model')), isMetBy(claims('none'))], [true, false]);
    assert.deepEqual([newMayDo([]), isOptional], [true, false]);
    assert.deepEqual(wishes, { hints: ['security-key', 'client-device'], attestation: 'direct' });
    assert.equal(refusal.error, 'access_denied');
  });

  it('is nothing on the account page, and nothing of groups that somebody is not in', async () => {
    const book = openBook();
    const inGroup = ['engineering'];
    const asks = async (groups: string[], app: App | undefined) =>
      !(await requirement(book, groups, app)).isMetBy(claims('none'));
    assert.equal(await asks(inGroup, accountApp), false);
    assert.equal(await asks([], demo), false);
    assert.equal(await asks(inGroup, undefined), true);
    assert.equal(await asks([], { ...demo, authenticatorRule: { deviceBound: true } }), false);
    assert.equal(await asks([], { ...demo, authenticatorRule: { vendors: ['Acme'] } }), true);
  });

  it('believes no new key while the metadata is too old that a rule needs', async () => {
    const app = { ...demo, authenticatorRule: { keyProtection: ['tee' as const] } };
    const { newMayDo } = await requirement(openBook(), [], app);
    const known = (isCurrent: boolean) => {
      const passkey = listed('model');
      return [{ ...passkey, authenticator: { ...passkey.authenticator, metadata: { no: 1, isCurrent } } }];
    };
    assert.deepEqual([newMayDo(known(true)), newMayDo(known(false)), newMayDo([])], [true, false, false]);
  });

  it('costs no query more: which groups have a rule is asked once for many', async () => {
    const { ruleBook, clock, asked } = openBook();
    await ruleBook.forSignIn({ groups: [] }, demo);
    assert.equal(asked(), 0, 'whoever is in no group needs none');
    for (let i = 0; i < 100; i += 1) await ruleBook.forSignIn({ groups: ['engineering'] }, demo);
    assert.equal(asked(), 1);
    clock.now += 30_000;
    await ruleBook.forSignIn({ groups: ['engineering'] }, demo);
    ruleBook.clear();
    await ruleBook.forRegistration({ groups: ['engineering'] });
    assert.equal(asked(), 3);
  });

  it('wants as many passkeys as the strictest of them', async () => {
    const { ruleBook } = openBook();
    assert.equal(await ruleBook.leastPasskeys({ groups: ['engineering'] }), 3);
  });
});
