import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createBrowser, type TestBrowser } from '../testing/browser.ts';
import { onEachEngine } from '../testing/faulty-engines.ts';
import { addApp, getCode } from '../testing/faulty-steps.ts';
import { startInstallation, type TestInstallation } from '../testing/installation.ts';
import { beginAuthorization, type RelyingParty, setUp } from '../testing/journeys.ts';

const from = (address: string) => ({ 'x-forwarded-for': address });

describe('rate limits of an installation', () => {
  onEachEngine((settings) => {
    let installation: TestInstallation;
    let browser: TestBrowser;
    let party: RelyingParty;

    before(async () => {
      const limited = { LATCHKEY_RATE_LIMIT: '12', LATCHKEY_TRUSTED_PROXIES: '127.0.0.0/8,::1/128' };
      installation = await startInstallation({ ...settings, ...limited });
      browser = await setUp(installation);
      party = await addApp(installation);
    });
    after(() => installation?.[Symbol.asyncDispose]());

    it('O26 stop an address that tries too often, and not the victim elsewhere', async () => {
      const attacker = createBrowser(installation.origin);
      const { url } = await beginAuthorization(party);
      const statuses: number[] = [];
      for (let tried = 0; tried < 26; tried += 1) {
        const { status, headers } = await attacker.post('/interaction/x/login', {}, from('198.51.100.7'));
        statuses.push(status);
        if (status === 429) assert.ok(Number(headers.get('retry-after')) > 0);
      }
      assert.ok(statuses.filter((status) => status === 429).length >= 1, String(statuses));
      assert.ok(statuses.filter((status) => status === 400).length >= 12, String(statuses));
      browser.cookies.clear();
      assert.ok((await getCode(browser, url)).searchParams.get('code'));
    });

    it('O26 stop one account before its address, in changes of the account', async () => {
      const change = (address: string) =>
        browser.post('/account/language', { locale: 'en' }, from(address)).then(({ status }) => status);
      const statuses: number[] = [];
      for (let tried = 0; tried < 8; tried += 1) statuses.push(await change('198.51.100.8'));
      assert.ok(statuses.includes(429), String(statuses));
      assert.equal(await change('198.51.100.9'), 200);
    });
  });
});
