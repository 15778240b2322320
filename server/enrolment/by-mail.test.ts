/** Links by mail, through a real mail server, from the administrator to the person's account page. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createBrowser } from '../testing/browser.ts';
import { startInstallation, type TestInstallation } from '../testing/installation.ts';
import { enrolByLink } from '../testing/journeys.ts';
import { type MailReceiver, startMailReceiver } from '../testing/mail-receiver.ts';

const linkIn = (text: string) => /https?:\/\/\S+token=\S+/.exec(text)?.[0] ?? assert.fail(text);

describe('with a mail server', () => {
  let receiver: MailReceiver;
  let installation: TestInstallation;
  before(async () => {
    receiver = await startMailReceiver();
    installation = await startInstallation({
      LATCHKEY_SMTP_URL: receiver.url,
      LATCHKEY_MAIL_FROM: 'Latchkey <login@example.com>',
    });
  });
  after(async () => {
    await installation[Symbol.asyncDispose]();
    await receiver[Symbol.asyncDispose]();
  });

  const fresh = () => createBrowser(installation.origin);
  const account = async (userName: string) =>
    (await installation.storage.accounts.findByUserNameKey(userName)) ?? assert.fail();

  it('an invitation arrives, lets its person in and verifies the address; one that was shown does not', async () => {
    const { people } = installation.administration;
    const mailed = await people.invite({ userName: 'ada', email: 'ada@example.com' });
    assert.equal(mailed.sent, true);
    const [mail] = await receiver.received('ada@example.com');
    assert.equal((await enrolByLink(fresh(), linkIn(mail?.text ?? ''), { name: 'Ada' })).status, 200);
    assert.equal((await account('ada')).emailVerified, true);
    const shown = await people.invite({ userName: 'bob', email: 'bob@example.com', send: false });
    assert.equal((await enrolByLink(fresh(), shown.link?.url ?? '', { name: 'Bob' })).status, 200);
    assert.equal((await account('bob')).emailVerified, false);
  });

  it('an address that was changed after the invitation went out is not verified by it', async () => {
    const { people } = installation.administration;
    await people.invite({ userName: 'cyd', email: 'cyd@example.com' });
    const [mail] = await receiver.received('cyd@example.com');
    await people.update({ user: 'cyd', email: 'other@example.com' });
    assert.equal((await enrolByLink(fresh(), linkIn(mail?.text ?? ''), { name: 'Cyd' })).status, 200);
    assert.equal((await account('cyd')).emailVerified, false);
  });

  it('a person verifies their address: opening the link alone changes nothing', async () => {
    const { people } = installation.administration;
    const browser = fresh();
    const { link } = await people.invite({ userName: 'dee', email: 'dee@example.com', send: false });
    await enrolByLink(browser, link?.url ?? '', { name: 'Dee' });
    for (let i = 0; i < 3; i += 1)
      assert.equal((await browser.post('/account/email/verify', {})).status, 200);
    const [mail] = await receiver.received('dee@example.com');
    const elsewhere = fresh();
    const page = await elsewhere.follow(linkIn(mail?.text ?? ''));
    assert.equal(page.status, 200);
    assert.ok(page.text.includes('dee@example.com'));
    assert.equal((await account('dee')).emailVerified, false);
    assert.equal((await elsewhere.post('/account/email', {})).status, 200);
    assert.equal((await account('dee')).emailVerified, true);
    assert.equal(receiver.mails.filter(({ to }) => to.includes('dee@example.com')).length, 1);
  });

  it('a link for an address that is no longer theirs, cut or of another purpose verifies nothing', async () => {
    const { people } = installation.administration;
    const browser = fresh();
    const { link } = await people.invite({ userName: 'eli', email: 'eli@example.com', send: false });
    await enrolByLink(browser, link?.url ?? '', { name: 'Eli' });
    await browser.post('/account/email/verify', {});
    const [mail] = await receiver.received('eli@example.com');
    const url = linkIn(mail?.text ?? '');
    await browser.post('/account/profile', { name: 'Eli', email: 'new@example.com' });
    assert.equal((await fresh().follow(url)).status, 410);
    const holder = fresh();
    await holder.get(url);
    assert.equal((await holder.post('/account/email', {})).status, 410);
    for (const token of ['x', `${new URL(url).searchParams.get('token')}x`])
      assert.equal((await fresh().follow(`/account/email?token=${encodeURIComponent(token)}`)).status, 410);
    assert.equal((await account('eli')).emailVerified, false);
  });

  it('a recovery arrives at the verified address, is told, and leaves no role for an hour', async () => {
    const { people } = installation.administration;
    await people.update({ user: 'ada', role: 'administrator' });
    const { sent } = await people.recover({ user: 'ada' });
    assert.equal(sent, true);
    const [, mail] = await receiver.received('ada@example.com', 2);
    assert.match(mail?.headers.subject ?? '', /new passkey/);
    const browser = fresh();
    assert.equal((await enrolByLink(browser, linkIn(mail?.text ?? ''))).status, 200);
    const [, , used] = await receiver.received('ada@example.com', 3);
    assert.match(used?.text ?? '', /recovery link was used/);
    const { recoveredAt, recoveryBegunAt } = await account('ada');
    assert.ok(recoveredAt && recoveryBegunAt && recoveredAt >= recoveryBegunAt);
    assert.match((await browser.get('/account')).text, /was recovered/);
    assert.equal((await browser.follow('/console')).status, 403);
  });

  it('a person sees that a recovery was begun, and stops it', async () => {
    const { people } = installation.administration;
    const browser = fresh();
    const { link } = await people.invite({ userName: 'fay', send: false });
    await enrolByLink(browser, link?.url ?? '', { name: 'Fay' });
    const recovery = await people.recover({ user: 'fay' });
    assert.match((await browser.get('/account')).text, /asked to recover your account/);
    assert.equal((await browser.post('/account/recovery/stop', {})).status, 200);
    assert.equal((await fresh().follow(recovery.link?.url ?? '')).status, 410);
    assert.doesNotMatch((await browser.get('/account')).text, /data-act="stop-recovery"/);
  });

  it('nothing of a letter is in the log, whoever is in it', () => {
    const told = installation.log.filter((line) => !line.includes('"setup link"'));
    for (const line of told) assert.doesNotMatch(line, /token=|ada@example\.com/);
  });
});
