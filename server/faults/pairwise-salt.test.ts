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

describe('an installation whose salt of pairwise subs is gone', () => {
  it('does not start until it is back, and says at every place what to do', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'latchkey-salt-'));
    const passphrase = join(folder, 'passphrase');
    writeFileSync(passphrase, 'correct horse battery staple');
    await using installation = await createProcessInstallation({
      LATCHKEY_TRANSFER_PASSPHRASE_FILE: passphrase,
    });
    const { people, apps } = installation.administration;
    // Before the first start, as whoever sets it up with commands does.
    const added = await installation.latchkey(
      ...['app', 'add', 'Notes', '--id', 'notes', '--kind', 'browser', '--redirect', redirectUri],
      ...['--subject-type', 'pairwise'],
    );
    assert.match(added, /Registered Notes/);
    const ada = createBrowser(installation.origin);
    const signedIn = async () => {
      await using server = await installation.start();
      if (!(await people.list({ limit: 9 })).items.length)
        await enrol(ada, (await people.setupLink({})).link.url, { name: 'Ada', userName: 'ada' });
      const party = await discover(installation.origin, { id: 'notes', redirectUri });
      const told = await newTokens({ installation, browser: ada, party, at: server.address });
      return payloadOf((told as unknown as { id_token: string }).id_token).sub;
    };
    const lose = async () => {
      const { pairwiseSalt: _, ...without } =
        (await installation.storage.installation.find()) ?? assert.fail();
      assert.ok(await installation.storage.installation.update(without, without.revision ?? 0));
    };
    const sub = await signedIn();
    await installation.latchkey('export', join(folder, 'all.age'));
    await lose();
    {
      await using server = await installation.start({ ready: false });
      assert.equal((await server.exited).code, 1);
      assert.match(server.output(), /what pairwise subs are made of is gone.*Notes \(notes\)/);
      assert.match(server.output(), /latchkey restore.*latchkey import.*latchkey secret renew-subjects/);
    }
    const doctor: { stdout: string } = await installation
      .latchkey('doctor')
      .then(assert.fail, (failed) => failed);
    assert.match(doctor.stdout, /pairwise subs.*is gone.*Notes/s);
    assert.match(await installation.latchkey('app', 'list'), /Notes/);
    assert.equal((await installation.storage.installation.find())?.pairwiseSalt, undefined);
    await installation.latchkey('import', join(folder, 'all.age'));
    assert.equal(await signedIn(), sub);
    await assert.rejects(installation.latchkey('secret', 'renew-subjects'), /is where it should be/);
    await lose();
    assert.match(await installation.latchkey('secret', 'renew-subjects'), /another sub from now on/);
    assert.equal((await apps.list({ limit: 9 })).items.length, 1);
    assert.equal(
      (await installation.storage.artifacts.listByApp('notes', { model: 'Grant', limit: 9 })).items.length,
      0,
    );
    assert.notEqual(await signedIn(), sub);
    rmSync(folder, { recursive: true });
  });
});
