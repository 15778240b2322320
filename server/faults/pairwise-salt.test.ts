import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createSecretRing } from '../secret/ring.ts';
import { generateRoot } from '../secret/secret.ts';
import { payloadOf } from '../testing/app-under-test.ts';
import { createBrowser, type TestBrowser } from '../testing/browser.ts';
import { onEachEngine } from '../testing/faulty-engines.ts';
import { createProcessInstallation, type ProcessInstallation } from '../testing/faulty-process.ts';
import { enrol, newTokens, redirectUri } from '../testing/faulty-steps.ts';
import { freePort } from '../testing/installation.ts';
import { discover } from '../testing/journeys.ts';

describe('what pairwise subs are made of', () => {
  onEachEngine(({ LATCHKEY_SECRET: _, ...engine }) => {
    const folder = mkdtempSync(join(tmpdir(), 'latchkey-salt-'));
    const file = join(folder, 'secret');
    let installation: ProcessInstallation;
    let nodes: string[];
    let ada: TestBrowser;
    let appId: string;

    before(async () => {
      writeFileSync(file, `${generateRoot()}\n`, { mode: 0o600 });
      installation = await createProcessInstallation({ ...engine, LATCHKEY_SECRET_FILE: file });
      const ports = installation.storage.engine === 'mongodb' ? [{}, await another()] : [{}];
      const started = await Promise.all(ports.map((settings) => installation.start({ settings })));
      nodes = started.map(({ address }) => address);
      const { people, apps } = installation.administration;
      ada = createBrowser(installation.origin);
      await enrol(ada, (await people.setupLink({})).link.url, { name: 'Ada', userName: 'ada' });
      const { app } = await apps.add({
        ...{ name: 'Notes', kind: 'browser', redirectUris: [redirectUri], subjectType: 'pairwise' },
      });
      appId = app.id;
    });
    after(async () => {
      await installation?.[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true });
    });

    const another = async () => ({ LATCHKEY_LISTEN_PORT: `${await freePort()}` });
    /** As each node tells the app. */
    async function subs(): Promise<unknown[]> {
      const party = await discover(installation.origin, { id: appId, redirectUri });
      const told = [];
      for (const at of nodes) {
        const tokens = await newTokens({ installation, browser: ada, party, at });
        told.push(payloadOf((tokens as unknown as { id_token: string }).id_token).sub);
      }
      return told;
    }

    it('is the same at all servers, also where they start at once, and lies sealed', async () => {
      const [first, ...others] = await subs();
      assert.match(String(first), /^[\w-]{43}$/);
      for (const other of others) assert.equal(other, first);
      const stored = (await installation.storage.installation.find()) ?? assert.fail();
      const secret = createSecretRing([readFileSync(file, 'utf8').trim()]);
      secret.follow(stored);
      const { account } = await installation.administration.people.show({ user: 'ada' });
      assert.equal(secret.pairwise('localhost', account.sub), first);
      assert.match(stored.pairwiseSalt ?? '', /^v1\.[\w-]{8}\./);
    });

    it('F23 outlives the installation secret', async () => {
      const before = await subs();
      const sealed = (await installation.storage.installation.find())?.pairwiseSalt;
      await installation.latchkey('secret', 'rotate');
      await installation.latchkey('secret', 'retire', '--anyway');
      assert.deepEqual(await subs(), before);
      const after = (await installation.storage.installation.find()) ?? assert.fail();
      assert.notEqual(after.pairwiseSalt, sealed);
      const [, keyId] = after.pairwiseSalt?.split('.') ?? [];
      assert.ok(after.keyCheck.startsWith(`v1.${keyId}.`), 'it is under the secret that is in use');
    });
  });
});
