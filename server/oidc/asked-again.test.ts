/** F18 for what apps ask for again and again: 200 answers, each asked for by eight at once. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, it } from 'node:test';
import { addApp, type TokenAnswer } from '../testing/app-under-test.ts';
import { addBackchannelApp, approveLatest, latestFor, signFor } from '../testing/backchannel.ts';
import type { TestBrowser } from '../testing/browser.ts';
import { answerDevice, device, typeCode } from '../testing/device.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { allow, setUp } from '../testing/journeys.ts';
import { onEveryStorage } from '../testing/on-every-storage.ts';
import { createVault } from './vault.ts';

type Copied = 'AuthorizationCode' | 'RefreshToken' | 'DeviceCode' | 'BackchannelAuthenticationRequest';

const [rounds, atOnce, together] = [200, 8, 10];

onEveryStorage('an answer that many ask for', (start) => {
  let installation: TestInstallation;
  let ada: TestBrowser;

  before(async () => {
    installation = await start();
    ada = await setUp(installation);
  });

  /** So many like one that a person has given, each with a grant of its own. */
  async function copies(model: Copied, rawId: string) {
    const { artifacts } = installation.storage;
    const vault = createVault(installation.secret);
    const found = async (of: string, id: string) =>
      (await artifacts.find(vault.idOf(of, id))) ?? assert.fail(`no ${of}`);
    const answered = await found(model, rawId);
    const grant = await found('Grant', answered.grantId ?? '');
    const copy = async (artifact: typeof grant, { jti, grantId }: { jti: string; grantId: string }) => {
      const { id: _id, payload: _payload, userCodeHash: _code, model: of, ...columns } = artifact;
      const payload = { ...vault.open<Record<string, unknown>>(artifact), jti };
      const own = of === 'Grant' ? payload : { ...payload, grantId, userCode: undefined };
      await artifacts.upsert(
        vault.seal({ model: of, rawId: jti, payload: own, columns: { ...columns, grantId } }),
      );
    };
    return Promise.all(
      Array.from({ length: rounds }, async () => {
        const [jti, grantId] = [randomUUID(), randomUUID()];
        await copy(grant, { jti: grantId, grantId });
        await copy(answered, { jti, grantId });
        return jti;
      }),
    );
  }

  async function assertEach(
    isRight: (given: number) => boolean,
    ids: readonly string[],
    poll: (id: string) => Promise<Pick<TokenAnswer, 'status'>>,
  ) {
    for (let first = 0; first < ids.length; first += together)
      await Promise.all(
        ids.slice(first, first + together).map(async (id) => {
          const answers = await Promise.all(Array.from({ length: atOnce }, () => poll(id)));
          const given = answers.filter(({ status }) => status === 200).length;
          assert.ok(isRight(given), `${given} of ${atOnce}`);
          assert.ok(answers.every(({ status }) => status === 200 || status === 400));
        }),
      );
  }

  it('F18 gives tokens of a code once at most, and to nobody where it came twice', async () => {
    const app = await addApp(installation);
    const ids = await copies('AuthorizationCode', await app.code(ada));
    await assertEach(
      (given) => given <= 1,
      ids,
      (code) => app.redeem(code),
    );
  });

  it('F18 gives tokens of a refresh token once', async () => {
    const app = await addApp(installation);
    const { refresh_token } = await app.tokens(ada, { scope: 'openid offline_access', prompt: 'consent' });
    const ids = await copies('RefreshToken', refresh_token);
    await assertEach(
      (given) => given === 1,
      ids,
      (token) => app.refresh(token),
    );
  });

  it('F18 gives tokens of a CIBA request once', async () => {
    const desk = await addBackchannelApp(installation);
    const authReqId = await desk.begin({ login_hint: 'ada' });
    await approveLatest(ada);
    await assertEach(
      (given) => given === 1,
      await copies('BackchannelAuthenticationRequest', authReqId),
      desk.poll,
    );
  });

  it('F18 gives tokens of a device code once at most, and to nobody where it came twice', async () => {
    const { id } = await addApp(installation, { name: 'Television', kind: 'device', redirectUris: [] });
    const television = await device(installation.origin, id);
    const { user_code, device_code } = await television.begin();
    const consent = await answerDevice(ada, await typeCode(ada, user_code), 'confirm');
    await ada.follow(await allow(ada, consent));
    await assertEach((given) => given <= 1, await copies('DeviceCode', device_code), television.poll);
  });

  it('F18 takes one answer of a person who approves and declines at once', async () => {
    const desk = await addBackchannelApp(installation);
    const authReqId = await desk.begin({ login_hint: 'ada' });
    const id = await latestFor(ada);
    const [one, other] = [await signFor(ada, id), await signFor(ada, id)];
    const answers = await Promise.all([
      ada.post('/account/requests/approve', one),
      ada.post('/account/requests/approve', other),
      ada.post('/account/requests/decline', { id }),
    ]);
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
    const { status } = await desk.poll(authReqId);
    assert.equal(status === 200, answers[2]?.status !== 200);
  });
});
