import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { apiScopes } from '../../apps/api-scopes.ts';
import { appUnderTest } from '../../testing/app-under-test.ts';
import { type CommandLine, openCommandLine } from '../../testing/command-line.ts';
import type { TestInstallation } from '../../testing/installation.ts';
import { setUp } from '../../testing/journeys.ts';
import { onSqlite } from '../../testing/on-every-storage.ts';
import { type SectorServer, startSector } from '../../testing/sector.ts';

const [shop, till] = ['https://shop.example.com/cb', 'https://till.example.org/cb'];

onSqlite('the command, of how an app knows people', (start) => {
  let installation: TestInstallation;
  let computer: CommandLine;
  let sector: SectorServer;
  let env: Record<string, string>;
  before(async () => {
    installation = await start();
    computer = openCommandLine();
    sector = await startSector([shop, till]);
    const { app, secret = '' } = await installation.administration.apps.add({
      ...{ name: 'Scripts', kind: 'machine', apiScopes: [...apiScopes] },
    });
    env = {
      LATCHKEY_SERVER: installation.origin,
      LATCHKEY_CLIENT_ID: app.id,
      LATCHKEY_CLIENT_SECRET: secret,
    };
  });
  after(async () => {
    computer[Symbol.dispose]();
    await sector[Symbol.asyncDispose]();
  });

  const latchkey = (...args: string[]) => computer.run(args, { env });
  const shown = async () => {
    const { subjectType, sectorIdentifierUri } = await installation.administration.apps.show({ id: 'shop' });
    return [subjectType, sectorIdentifierUri];
  };

  it('adds one of a sector, shows it, and says what is wrong with another', async () => {
    const added = ['app', 'add', 'Shop', '--id', 'shop', '--redirect', shop, '--redirect', till];
    const open = await latchkey(...added, '--subject-type', 'pairwise');
    assert.equal(open.status, 1);
    assert.match(open.err, /sectorIdentifierUri must be given/);
    const both = ['--subject-type', 'pairwise', '--sector-identifier-uri', sector.uri];
    const { status, out, err } = await latchkey(...added, ...both);
    assert.equal(status, 0, err);
    assert.match(out, /knows people by +pairwise subs, of the sector at http:\/\/localhost/);
    assert.deepEqual(await shown(), ['pairwise', sector.uri]);
    const wrong = await latchkey('app', 'update', 'shop', '--subject-type', 'ephemeral');
    assert.equal(wrong.status, 2);
    assert.match(wrong.err, /public, pairwise/);
  });

  it('changes it of an app in use with --new-subjects alone', async () => {
    const { app, secret = '' } = JSON.parse((await latchkey('app', 'rotate-secret', 'shop', '--json')).out);
    const party = appUnderTest(installation.origin, { id: app.id, secret, redirectUri: shop });
    const ada = await setUp(installation);
    const tokens = await party.tokens(ada);
    const change = ['app', 'update', 'shop', '--subject-type', 'public', '--no-sector-identifier-uri'];
    const refused = await latchkey(...change);
    assert.equal(refused.status, 1);
    assert.match(refused.err, /newSubjects must be true/);
    assert.deepEqual(await shown(), ['pairwise', sector.uri]);
    const { status, err } = await latchkey(...change, '--new-subjects');
    assert.equal(status, 0, err);
    assert.deepEqual(await shown(), [undefined, undefined]);
    assert.equal((await party.userInfo(tokens.access_token)).status, 401);
  });
});
