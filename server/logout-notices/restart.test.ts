import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openStorage } from '../../adapters/open.ts';
import { type AppUnderTest, appUnderTest } from '../testing/app-under-test.ts';
import { createBrowser, type TestBrowser } from '../testing/browser.ts';
import { type CommandFixture, openCommandFixture } from '../testing/command.ts';
import { enrolByLink } from '../testing/journeys.ts';
import { type LogoutReceiver, startLogoutReceiver, verifyLogoutToken } from '../testing/logout-receiver.ts';
import { signInElsewhere, signOut } from '../testing/sign-out.ts';

describe('logout notices of a server that ends and starts again', () => {
  let fixture: CommandFixture;
  let receiver: LogoutReceiver;
  let ada: TestBrowser;
  let app: AppUnderTest;

  before(async () => {
    fixture = await openCommandFixture();
    receiver = await startLogoutReceiver();
    await fixture.start();
    const { link } = fixture.latchkey('setup-link', '--json').json<{ link: { url: string } }>();
    ada = await enrolled(link.url, 'ada');
    const redirectUri = 'https://notes.example.com/callback';
    const options = [
      '--kind',
      'browser',
      '--redirect',
      redirectUri,
      '--backchannel-logout-uri',
      receiver.uri,
    ];
    assert.equal(fixture.latchkey('app', 'add', 'Notes', '--id', 'notes', ...options).status, 0);
    app = appUnderTest(fixture.issuer, { id: 'notes', secret: undefined, redirectUri });
  });
  after(() => Promise.all([fixture[Symbol.asyncDispose](), receiver[Symbol.asyncDispose]()]));

  async function enrolled(url: string, userName: string): Promise<TestBrowser> {
    const browser = createBrowser(fixture.issuer);
    const done = await enrolByLink(browser, url, { name: userName, userName });
    assert.equal(done.status, 200, done.text);
    return browser;
  }
  const verified = (token: string | undefined) =>
    verifyLogoutToken(token, { origin: fixture.issuer, appId: 'notes' });

  it('I3 are delivered of a person who was disabled while no server ran', async () => {
    const invited = fixture.latchkey('user', 'invite', 'eve', '--json').json<{ link: { url: string } }>();
    await app.tokens(await enrolled(invited.link.url, 'eve'));
    await fixture.stop();
    assert.equal(fixture.latchkey('user', 'disable', 'eve').status, 0);
    assert.match(fixture.latchkey('logout-notices').stdout, /notes +eve +.* about to be told/);
    assert.equal(receiver.tokens.length, 0);
    await fixture.start();
    await receiver.received(1);
    await verified(receiver.tokens[0]);
  });

  it('F18 are delivered again by the next server where one was killed with them in hand', async () => {
    receiver.tokens.length = 0;
    receiver.answer = () => {};
    const browser = await signInElsewhere({ origin: fixture.issuer }, ada);
    await app.tokens(browser);
    await signOut(browser);
    await receiver.received(1);
    await fixture.stop('SIGKILL');
    receiver.answer = (response) => void response.end();
    await passTime(fixture);
    await fixture.start();
    const [before, again] = await Promise.all((await receiver.received(2)).map(verified));
    assert.equal(again?.jti, before?.jti);
  });
});

/** What was in hand may be taken by others now, as it would be in half a minute. */
async function passTime({ dataDir }: CommandFixture): Promise<void> {
  const url = `sqlite:${join(dataDir, 'latchkey.sqlite')}`;
  await using storage = await openStorage({ url, role: 'command', schema: 'check', waitUntilReady: true });
  const all = { state: 'pending', appId: 'notes', until: Number.MAX_SAFE_INTEGER, limit: 9 } as const;
  const [notice, ...more] = await storage.logoutNotices.list(all);
  assert.deepEqual([notice?.attempts, more.length], [1, 0]);
  if (notice) await storage.logoutNotices.update({ ...notice, nextAttemptAt: Date.now() }, 1);
}
