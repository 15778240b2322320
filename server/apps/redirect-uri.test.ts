import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AppKind } from './app.ts';
import { redirectUriProblem } from './redirect-uri.ts';

const accepted: [AppKind, string][] = [
  ['web', 'https://app.example.com/callback'],
  ['web', 'https://app.example.com'],
  ['web', 'https://app.example.com:8443/callback?tenant=a'],
  ['web', 'http://localhost:4000/callback'],
  ['browser', 'http://127.0.0.1:5173/'],
  ['browser', 'http://[::1]:5173/'],
  ['browser', 'https://xn--bcher-kva.example/callback'],
  ['native', 'com.example.app:/callback'],
  ['native', 'http://127.0.0.1/callback'],
  ['native', 'https://app.example.com/claimed'],
];

const refused: [AppKind, string, RegExp][] = [
  ['web', 'http://app.example.com/callback', /must be https/],
  ['web', 'http://localhost.evil.example/', /must be https/],
  ['web', 'HTTPS://App.example.com/callback', /put https:\/\/app\.example\.com\/callback/],
  ['web', 'https://app.example.com:443/callback', /put https:\/\/app\.example\.com\/callback/],
  ['web', 'https://app.example.com/callback#', /fragment/],
  ['web', 'https://user@app.example.com/', /user name/],
  ['web', 'https://@app.example.com/', /user name/],
  ['web', 'https://*.example.com/', /wildcard/],
  ['web', 'https://x;sandbox/', /no host has/],
  ['web', 'https://a,sandbox/', /no host has/],
  ['web', "https://'unsafe-inline'/", /no host has/],
  ['web', 'https://a$b.example.com/', /no host has/],
  ['web', 'https://app.example.com/a/../b', /"\.\."/],
  ['web', 'https://app.example.com/a/%2e%2E/b', /"\.\."/],
  ['web', 'https://app.example.com/a%2fb', /encoded slash/],
  ['web', 'https://app.example.com/a%0d%0aSet-Cookie', /encoded slash or control/],
  ['web', 'https://app.example.com\\@evil.example', /backslash/],
  ['web', 'https://bücher.example/', /not ASCII \(the host is xn--bcher-kva\.example\)/],
  ['web', 'https://app。example.com/', /the host is app\.example\.com/],
  ['web', 'https://app.example.com/ ', /space/],
  ['web', 'https://app.example.com./callback', /ends with a dot/],
  ['web', 'https://app.example.com/%zz', /percent/],
  ['web', 'https://127.1/callback', /put https:\/\/127\.0\.0\.1/],
  ['web', '/callback', /is not an address/],
  ['web', 'https:app.example.com', /put https/],
  ['web', '', /is not an address/],
  ['web', `https://app.example.com/${'a'.repeat(2000)}`, /longer/],
  ['web', 'com.example.app:/callback', /only a native app/],
  ['browser', 'myapp://callback', /only a native app/],
  ['native', 'myapp://callback', /RFC 8252 §7\.1/],
  ['native', 'https://localhost/callback', /RFC 8252 §7\.3/],
  ['native', 'javascript:alert(1)', /would run/],
  ['native', 'data:text/html,x', /would run/],
  ['web', 'javascript://app.example.com/%0aalert(1)', /./],
  ['machine', 'https://app.example.com/', /not needed/],
];

describe('a redirect address', () => {
  for (const [kind, uri] of accepted)
    it(`${uri} is accepted for a ${kind} app`, () => assert.equal(redirectUriProblem(uri, kind), undefined));

  for (const [kind, uri, reason] of refused)
    it(`O1 ${JSON.stringify(uri.slice(0, 60))} is refused for a ${kind} app, with the reason`, () =>
      assert.match(redirectUriProblem(uri, kind) ?? '', reason));
});
