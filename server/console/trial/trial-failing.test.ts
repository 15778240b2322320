import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import { createTrialKeys } from '../../apps/trial-keys.ts';
import { createVault } from '../../oidc/vault.ts';
import { addApp } from '../../testing/app-under-test.ts';
import type { TestBrowser } from '../../testing/browser.ts';
import type { TestInstallation } from '../../testing/installation.ts';
import { arrive, setUp } from '../../testing/journeys.ts';
import { onSqlite } from '../../testing/on-every-storage.ts';
import { readAnswer, TrialFailure } from './answers.ts';
import { profileOf } from './profile.ts';
import type { Ask, Speaking } from './speaker.ts';
import { beginTrial, finishTrial, type Progress } from './trial.ts';

onSqlite('a trial that something goes wrong with', (start) => {
  let installation: TestInstallation;
  let ada: TestBrowser;

  before(async () => {
    installation = await start();
    ada = await setUp(installation);
  });

  /** As the console asks, over the network; `instead` answers in the place of the server. */
  const asking =
    (instead: Partial<Record<string, object>>): Ask =>
    async ({ method, path, headers = {}, form }) => {
      const wrong = instead[path];
      if (wrong) return { status: 401, text: '', body: { ...wrong } };
      const body = form && new URLSearchParams(form);
      const answer = await fetch(`${installation.origin}${path}`, { method, headers, ...(body && { body }) });
      const [text, nonce] = [await answer.text(), answer.headers.get('dpop-nonce')];
      const said = text.startsWith('{') ? JSON.parse(text) : {};
      return { status: answer.status, text, body: said, ...(nonce !== null && { nonce }) };
    };

  it('tells what was given all the same, so that it is taken back, and what was tried until then', async () => {
    const { id } = await addApp(installation, {
      ...{ kind: 'web', consent: 'implicit', security: { dpopBoundAccessTokens: true } },
    });
    const app = await installation.administration.apps.show({ id });
    const { storage, secret } = installation;
    const speaking: Speaking = {
      ...{ appId: id, profile: profileOf(app), issuer: installation.origin, now: Date.now() },
      keys: createTrialKeys({ artifacts: storage.artifacts, vault: createVault(secret), now: Date.now }),
      ask: asking({ '/me': { error: 'invalid_token', error_description: 'it is over' } }),
    };
    const { trial, url } = await beginTrial(speaking, app);
    const { location } = await arrive(ada, `${installation.origin}${url}`);
    const query = Object.fromEntries(new URL(location ?? '').searchParams);
    const progress: Progress = { tried: [...trial.tried] };
    await assert.rejects(finishTrial(speaking, { trial, query }, progress), (error) => {
      assert.ok(error instanceof TrialFailure);
      assert.deepEqual([error.error, error.description], ['invalid_token', 'it is over']);
      return true;
    });
    assert.deepEqual(
      progress.tried.map(({ part }) => part),
      ['pkce', 'bound'],
    );
    const origin = await installation.administration.sessions.trace({ value: progress.accessToken ?? '' });
    assert.equal(origin.kind, 'access token');
  });

  it('O7 fails with an answer that is nothing of the kind', async () => {
    const { id } = await addApp(installation, { kind: 'web' });
    const app = await installation.administration.apps.show({ id });
    const { storage, secret } = installation;
    const speaking: Speaking = {
      ...{ appId: id, profile: profileOf(app), issuer: installation.origin, now: Date.now() },
      keys: createTrialKeys({ artifacts: storage.artifacts, vault: createVault(secret), now: Date.now }),
      ask: asking({}),
    };
    const about = { what: 'invalid_response', mustBeEncrypted: false };
    for (const nothing of ['a.b.c.d.e', 'a.b.c', '', 'xx', '..', '{}.{}.{}.{}.{}'])
      await assert.rejects(readAnswer(speaking, nothing, about), TrialFailure, nothing);
  });
});
