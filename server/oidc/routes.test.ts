import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import type { TestInstallation } from '../testing/installation.ts';
import { onSqlite } from '../testing/on-every-storage.ts';

const uid = 'uid-1_A';

/** As oidc-provider's router would take them, too. */
const misspelt = (path: string) => [
  `${path}/`,
  path.toUpperCase(),
  path.replace(/[a-z](?=[^/]*$)/, (letter) => letter.toUpperCase()),
];

/** As another router might. */
const otherwise = (path: string) => [
  `${path}//`,
  path.replace(/(?<=.)\/(?=[^/]*$)/, '//'),
  path.replace(/[a-z](?=[^/]*$)/, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
];

onSqlite('the addresses of the protocol', (start) => {
  let installation: TestInstallation;
  before(async () => {
    installation = await start({ LATCHKEY_RATE_LIMIT: '1000' });
  });

  async function statusOf(path: string, method: string): Promise<number> {
    const { origin } = installation;
    const headers = { origin, 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await fetch(origin + path, { method, headers, redirect: 'manual' });
    await answer.arrayBuffer();
    return answer.status;
  }

  const read = [
    ...['/auth', '/device', '/me', '/jwks', '/session/end', '/session/end/success', `/auth/${uid}`],
    ...['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server', `/device/${uid}`],
  ];
  const posted = [
    ...['/auth', '/device', '/device/auth', '/backchannel', '/request', '/me', '/session/end'],
    ...['/token', '/token/introspection', '/token/revocation', '/session/end/confirm'],
  ];

  it('answer as they are announced', async () => {
    for (const path of read) assert.notEqual(await statusOf(path, 'GET'), 404, path);
    for (const path of posted) assert.notEqual(await statusOf(path, 'POST'), 404, path);
  });

  it('O26 have one spelling, the one that is counted, and every other one is answered with 404', async () => {
    const byMethod = Object.entries({ GET: read, POST: posted });
    for (const [method, paths] of byMethod)
      for (const path of paths.filter((each) => !each.endsWith(uid)))
        for (const other of [...misspelt(path), ...otherwise(path)].filter((each) => each !== path))
          assert.equal(await statusOf(other, method), 404, `${method} ${other}`);
    for (const path of [`/auth/${uid}/`, `/AUTH/${uid}`, `/auth/%75id`, `/device/${uid}/`, '/device/AUTH'])
      assert.equal(await statusOf(path, 'GET'), 404, path);
  });
});
