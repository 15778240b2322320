import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AssetUrls } from '../assets.ts';
import { consoleSamples } from '../gallery-console-samples.ts';
import { samples } from '../gallery-samples.ts';
import type { PageContext } from '../page.ts';
import { type Locale, languages, words } from '../words.ts';
import { accountPage } from './account.ts';
import { consentPage } from './consent.ts';
import { errorPage } from './error.ts';
import { signInPage } from './sign-in.ts';
import { signingOutPage, signOutPage } from './sign-out.ts';
import { stepUpPage } from './step-up.ts';

const assets = new Proxy({} as AssetUrls, { get: (_, name) => `/assets/${String(name)}` });

function context(locale: Locale = 'en', brandName = 'Sample Works'): PageContext {
  return {
    locale,
    dir: 'ltr',
    words: words(locale),
    brand: { name: brandName },
    assets,
    issuer: 'https://login.example.com',
  };
}

const everyPage = Object.entries({ ...samples, ...consoleSamples }).flatMap(([name, sample]) =>
  (Object.keys(languages) as Locale[]).map((locale) => ({
    name: `${name} in ${locale}`,
    text: String(sample(context(locale))),
  })),
);

describe('every page', () => {
  it('runs under a policy without inline scripts, styles and handlers', () => {
    for (const { name, text } of everyPage) {
      assert.doesNotMatch(text, /<style|\sstyle="|\son\w+="|javascript:/i, name);
      for (const [script] of text.matchAll(/<script[^>]*>/g))
        assert.match(script, /src="\/assets\/|type="application\/json"/, name);
    }
  });

  it('has one h1, landmarks, a language and a title that says where one is', () => {
    for (const { name, text } of everyPage) {
      assert.equal(text.match(/<h1[ >]/g)?.length, 1, name);
      assert.match(text, /<html lang="\w+" dir="ltr">/, name);
      assert.match(text, /<title>[^<]+ · Sample Works<\/title>/, name);
      for (const landmark of ['<header', '<main id="main"', '<footer', 'class="skip" href="#main"'])
        assert.ok(text.includes(landmark), `${name}: ${landmark}`);
    }
  });

  it('has no id twice, and no label or description that leads nowhere', () => {
    for (const { name, text } of everyPage) {
      const ids = [...text.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id as string);
      assert.equal(new Set(ids).size, ids.length, name);
      for (const [, list = ''] of text.matchAll(
        /\s(?:for|aria-labelledby|aria-describedby|data-opens)="([^"]+)"/g,
      ))
        for (const id of list.split(' ')) assert.ok(ids.includes(id), `${name}: ${id}`);
    }
  });

  it('leaves no value of a sentence unfilled', () => {
    for (const { name, text } of everyPage)
      assert.doesNotMatch(
        text.replace(/<script type="application\/json".*?<\/script>|<code.*?<\/code>/gs, ''),
        /\{\w+[,}]|undefined/,
        name,
      );
  });

  it('has the names of buttons that scripts and people rely on', () => {
    const named: Record<string, string> = {
      'sign-in': 'Sign in with a passkey',
      setup: 'Create passkey',
      'sign-up': 'Create passkey',
      invitation: 'Create passkey',
      recovery: 'Create passkey',
      'sign-out': 'Sign out',
      account: 'Sign out',
    };
    for (const [name, button] of Object.entries(named)) assert.ok(buttons(name).includes(button), name);
    assert.deepEqual(buttons('consent'), ['Cancel', 'Allow']);
    assert.ok(buttons('sign-in').includes('Cancel'));
  });
});

describe('O15 what others wrote', () => {
  const script = '</script><img src=x onerror=alert(1)>"\u2028';
  const javascript = 'javascript:alert(1)';

  it('stays text on the sign-in page', () => {
    const page = signInPage(context('en', script), {
      app: { name: script, logoUrl: javascript },
      options: { challenge: script },
      installation: { rpId: script, origins: [script] },
      urls: { options: '/o', login: '/l', abort: '/a', signUp: javascript, lostPasskey: javascript },
      userName: script,
      keepSignedInDays: 1,
    });
    assertHarmless(String(page));
    assert.doesNotMatch(String(page), /<img/);
  });

  it('stays text on the consent page', () => {
    const page = consentPage(context(), {
      app: { name: script, host: script, logoUrl: 'data:image/svg+xml,<svg onload=alert(1)>' },
      person: { name: script, userName: script },
      items: [
        { scope: 'profile', name: script, userName: script },
        { scope: 'email', email: script },
        { scope: 'groups', groups: [script] },
        { scope: 'other', name: script },
      ],
      urls: { consent: '/c', abort: '/a' },
    });
    assertHarmless(String(page));
  });

  it('stays text on the step-up page', () => {
    const urls = {
      options: '/o',
      login: '/l',
      confirmOptions: '/c',
      confirm: '/d',
      addOptions: '/e',
      add: '/f',
    };
    const page = stepUpPage(context('en', script), {
      app: { name: script, logoUrl: javascript },
      reason: 'acr',
      passkeys: [{ name: script, model: `${script} ${script}`, wouldDo: true }],
      hints: ['security-key', 'client-device', 'hybrid'],
      canRegister: true,
      options: { challenge: script },
      installation: { rpId: script, origins: [script] },
      urls: { ...urls, abort: '/a', skip: '/s' },
    });
    assertHarmless(String(page));
    assert.doesNotMatch(String(page), /<img/);
  });

  it('stays text on the account, error and sign-out pages', () => {
    const card = {
      id: script,
      name: script,
      model: script,
      createdAt: 0,
      lastUsedAt: 0,
      lastUsedDevice: script,
      inUse: true,
      status: 'active',
      assurance: 'confirmed',
      ends: { sessions: 0, apps: 0 },
    } as const;
    const account = accountPage(context(), {
      profile: { name: script, userName: script, email: script },
      passkeys: [card],
      sessions: [
        { uid: script, current: false, device: script, address: script, signedInAt: 0, passkeyName: script },
      ],
      apps: [{ id: script, name: script, host: script, logoUrl: javascript, connectedAt: 0, items: [] }],
      impersonations: [{ app: script, of: script, api: script, at: 0 }],
      requests: [
        {
          id: script,
          app: { name: script, host: script, logoUrl: javascript },
          bindingMessage: script,
          items: [],
          expiresAt: 0,
        },
      ],
      signals: [
        { rpId: script, userId: script, passkeyIds: [script], userName: script, displayName: script },
      ],
      installation: { rpId: 'a', origins: [] },
      welcome: { administrator: true, demoUrl: javascript },
      now: 0,
    });
    const error = errorPage(
      { ...context(), requestId: script, brand: { name: script, supportContact: script } },
      { status: 400, code: script, description: script, backToApp: { name: script, url: javascript } },
    );
    const signOut = signOutPage(context(), { action: javascript, xsrf: script, appName: script });
    const signingOut = signingOutPage(context(), { frames: [javascript, script], goesTo: javascript });
    for (const page of [account, error, signOut, signingOut]) assertHarmless(String(page));
  });
});

describe('the account page', () => {
  it('W10 says that a passkey may have a copy, and what to do; W9 that its backup changed', () => {
    for (const [locale, sentence, backup] of [
      [
        'en',
        /refused .*there may be a copy of it somewhere.*create a new passkey and remove this one/s,
        /Backed up/,
      ],
      [
        'de',
        /abgewiesen .*Kopie davon geben könnte.*einen neuen Passkey und entfernen Sie diesen/s,
        /Gesichert/,
      ],
    ] as const) {
      const text = String(samples.account?.(context(locale)));
      assert.match(text, sentence);
      assert.match(text, backup);
    }
  });
});

describe('the error page', () => {
  const forAdministrators = (code: string) =>
    String(errorPage(context(), { status: 400, code, description: 'More of it.' })).includes('More of it.');

  it('tells administrators what adds to it, and nothing twice', () => {
    assert.ok(forAdministrators('invalid_request') && forAdministrators('wrong_host'));
    assert.ok(!forAdministrators('not_found') && !forAdministrators('internal'));
  });

  it('leads administrators to the app whose request it was, and only where the app is at fault', () => {
    const app = { id: 'w&ki', name: '<b>Wiki</b>' };
    const text = (code: string) => String(errorPage(context(), { status: 400, code, app }));
    assert.match(
      text('invalid_redirect_uri'),
      /href="\/console\/apps\/w%26ki">Open &lt;b&gt;Wiki&lt;\/b&gt; in/,
    );
    assert.doesNotMatch(text('access_denied'), /console/);
  });
});

function buttons(name: string): string[] {
  const text = String((samples[name] as (typeof samples)[string])(context()));
  return [...text.matchAll(/<button[^>]*>(.*?)<\/button>/gs)].map(([, content = '']) =>
    content.replace(/<[^>]*>/g, ''),
  );
}

function assertHarmless(text: string): void {
  assert.doesNotMatch(text, /onerror=alert\(1\)>|<img src=x|javascript:|<svg onload|\u2028<\/script>/);
  const [, json = ''] = /id="page-data">(.*?)<\/script>/s.exec(text) ?? [];
  if (json) assert.doesNotThrow(() => JSON.parse(json));
}
