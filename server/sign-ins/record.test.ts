import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import type { Artifact, ListedModel } from '../oidc/artifact.ts';
import type { SignIn } from '../storage.ts';
import { type AppUnderTest, addApp } from '../testing/app-under-test.ts';
import { createBrowser, type TestBrowser } from '../testing/browser.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { addPerson, answerSignIn, setUp } from '../testing/journeys.ts';
import { onEveryStorage } from '../testing/on-every-storage.ts';
import { signInElsewhere } from '../testing/sign-out.ts';

onEveryStorage('the record of a sign-in', (start) => {
  let installation: TestInstallation;
  let person: TestBrowser;
  let app: AppUnderTest;

  before(async () => {
    installation = await start();
    person = await setUp(installation);
    app = await addApp(installation);
  });

  const accountOf = async (userName: string) =>
    (await installation.storage.accounts.findByUserNameKey(userName)) ?? assert.fail();
  async function rows(userName: string, model: ListedModel): Promise<Artifact[]> {
    return installation.storage.artifacts.listByAccount((await accountOf(userName)).sub, model);
  }
  async function latest(userName: string): Promise<SignIn> {
    const { id } = await accountOf(userName);
    const { items } = await installation.storage.signIns.listByAccount(id, { limit: 1 });
    return items[0] ?? assert.fail();
  }

  it('is there before the session that it makes', async () => {
    const browser = { ...createBrowser(installation.origin), authenticator: person.authenticator };
    const page = await browser.follow(app.authorizationUrl());
    const sessions = (await rows('ada', 'Session')).length;
    const location = await answerSignIn(browser, page);
    const signIn = await latest('ada');
    assert.equal(signIn.appId, app.id);
    assert.equal(signIn.acr, 'phr');
    assert.equal(signIn.passkeyId, person.authenticator.credentials[0]?.id);
    assert.match(signIn.device ?? '', /Firefox/);
    assert.ok(signIn.address);
    assert.equal((await rows('ada', 'Session')).length, sessions, 'no session yet');
    await browser.follow(location);
    const made = (await rows('ada', 'Session')).filter(({ signInId }) => signInId === signIn.id);
    assert.equal(made.length, 1);
  });

  it('is named by every session and every grant, by column', async () => {
    const grace = await addPerson(installation, { name: 'Grace', userName: 'grace' });
    await app.tokens(grace);
    await signInElsewhere(installation, grace);
    const { id } = await accountOf('grace');
    const { items: known } = await installation.storage.signIns.listByAccount(id, { limit: 100 });
    for (const model of ['Session', 'Grant'] as const) {
      const found = await rows('grace', model);
      assert.ok(found.length > 0);
      for (const { signInId } of found)
        assert.ok(
          known.some((signIn) => signIn.id === signInId),
          model,
        );
    }
  });

  it('moves to the latest one when the person signs in again, in the session and in the app’s grant', async () => {
    const hal = await addPerson(installation, { name: 'Hal', userName: 'hal' });
    await app.tokens(hal);
    const [before] = await rows('hal', 'Grant');
    await app.tokens(hal, { prompt: 'login' });
    const { id } = await latest('hal');
    assert.notEqual(before?.signInId, id);
    const grants = (await rows('hal', 'Grant')).filter(({ appId }) => appId === app.id);
    assert.deepEqual(
      grants.map(({ signInId }) => signInId),
      [id],
    );
    assert.deepEqual(
      (await rows('hal', 'Session')).map(({ signInId }) => signInId),
      [id],
    );
  });

  it('stays when nothing was signed: using a session makes no record', async () => {
    const before = await latest('grace');
    const ivy = await addPerson(installation, { name: 'Ivy', userName: 'ivy' });
    await app.tokens(ivy);
    const own = await latest('ivy');
    await app.tokens(ivy);
    assert.equal((await latest('ivy')).id, own.id);
    assert.equal((await latest('grace')).id, before.id);
  });
});
