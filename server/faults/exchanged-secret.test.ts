import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { generateRoot } from '../secret/secret.ts';
import { createBrowser, type TestBrowser } from '../testing/browser.ts';
import { onEachEngine } from '../testing/faulty-engines.ts';
import { createProcessInstallation, type ProcessInstallation } from '../testing/faulty-process.ts';
import { addApp, askAsApp, enrol, newTokens, ok, redeem, type Stage } from '../testing/faulty-steps.ts';
import { freePort } from '../testing/installation.ts';
import { json } from '../testing/journeys.ts';

interface Status {
  current: string;
  others: string[];
  previous?: { id: string; rekeyed: number; finishedAt?: number; needs: Record<string, number> };
}

describe('an installation secret that is exchanged', () => {
  onEachEngine(({ LATCHKEY_SECRET: _, ...engine }) => {
    const folder = mkdtempSync(join(tmpdir(), 'latchkey-secret-'));
    const [here, there] = [join(folder, 'here'), join(folder, 'there')];
    const nodes: string[] = [];
    let installation: ProcessInstallation;
    let ada: TestBrowser;
    let stage: Stage;
    let machine: { id: string; secret: string };
    let invitation: string;
    let kept: { refresh_token: string };

    before(async () => {
      writeFileSync(here, `${generateRoot()}\n`, { mode: 0o600 });
      copyFileSync(here, there);
      installation = await createProcessInstallation({ ...engine, LATCHKEY_SECRET_FILE: here });
      const { people, apps } = installation.administration;
      nodes.push((await installation.start()).address);
      if (installation.storage.engine === 'mongodb') {
        const settings = { LATCHKEY_SECRET_FILE: there, LATCHKEY_LISTEN_PORT: `${await freePort()}` };
        nodes.push((await installation.start({ settings })).address);
      }
      ada = createBrowser(installation.origin);
      await enrol(ada, (await people.setupLink({})).link.url, { name: 'Ada', userName: 'ada' });
      stage = { installation, browser: ada, party: await addApp(installation) };
      const { app, secret = '' } = await apps.add({ name: 'Nightly', kind: 'machine' });
      machine = { id: app.id, secret };
      ({ url: invitation } =
        (await people.invite({ name: 'Grace', userName: 'grace' })).link ?? assert.fail());
      kept = await newTokens(stage);
    });
    after(async () => {
      await installation?.[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true });
    });

    const command = async (...words: string[]) =>
      JSON.parse(await installation.latchkey('secret', ...words, '--json')) as Status;
    const refused = (...words: string[]) =>
      installation.latchkey('secret', ...words).then(
        () => assert.fail('it was not refused'),
        ({ stderr }: { stderr: string }) => stderr,
      );
    const refresh = async (refresh_token: string, at: string) =>
      json<{ refresh_token: string }>(
        ok(await redeem({ ...stage, at }, { grant_type: 'refresh_token', refresh_token })),
      ).refresh_token;
    const asMachine = async (at: string) => {
      const authorization = `Basic ${btoa(`${machine.id}:${machine.secret}`)}`;
      const body = new URLSearchParams({ grant_type: 'client_credentials' });
      ok(
        await askAsApp({ installation, at }, '/token', { method: 'POST', body, headers: { authorization } }),
      );
    };

    /** On and on, now at one node and now at the other, until it is told to stop. Resolves to how often. */
    function repeatedly(work: (at: string) => Promise<unknown>) {
      let stopping = false;
      const done = (async () => {
        for (let count = 0; ; count += 1) {
          if (stopping) return count;
          await work(nodes[count % nodes.length] ?? '');
        }
      })();
      return {
        stop() {
          stopping = true;
          return done;
        },
      };
    }

    it('F23 changes nothing where one of several servers does not have it', async () => {
      if (nodes.length === 1) return assert.equal(installation.storage.engine, 'sqlite');
      assert.match(
        await refused('rotate'),
        /The server at .* does not have the new secret\. Nothing was changed/,
      );
      assert.deepEqual((await command('status')).others.length, 1);
      copyFileSync(here, there);
    });

    it('F23 takes the place of another under load: no sign-in, session or token fails', async () => {
      let { refresh_token } = await newTokens(stage);
      const signIns = repeatedly(async (at) => {
        const browser = createBrowser(installation.origin, { at, of: { ...ada, cookies: new Map() } });
        await newTokens({ ...stage, browser, at });
      });
      const sessions = repeatedly(async (at) => {
        const browser = createBrowser(installation.origin, { at, of: ada });
        assert.equal((await browser.get('/account')).status, 200);
      });
      const refreshes = repeatedly(async (at) => {
        refresh_token = await refresh(refresh_token, at);
      });
      const status = await command('rotate');
      const counts = await Promise.all([signIns, sessions, refreshes].map((lane) => lane.stop()));
      for (const count of counts) assert.ok(count > 1, String(counts));
      assert.ok(status.previous?.finishedAt !== undefined && status.previous.rekeyed > 0);
      assert.notEqual(status.current, status.previous.id);
    });

    it('F24 refuses a server that lacks the secret that is in use, or the one before, and names the setting', async () => {
      // On SQLite the one server that there may be holds the file: see `ring.test.ts`.
      if (nodes.length === 1) return;
      const [next = '', before = ''] = readFileSync(here, 'utf8').split('\n');
      for (const [root, expected] of [
        [before, /made with another installation secret.*LATCHKEY_SECRET_FILE/],
        [next, /needs the previous one \([\w-]{8}\) still.*LATCHKEY_SECRET_FILE/],
      ] as const) {
        const file = join(folder, 'one');
        writeFileSync(file, root, { mode: 0o600 });
        const settings = { LATCHKEY_SECRET_FILE: file, LATCHKEY_LISTEN_PORT: `${await freePort()}` };
        const { exited, output } = await installation.start({ ready: false, settings });
        assert.equal((await exited).code, 1);
        assert.match(output(), expected);
      }
    });

    it('F23 is not at its end while a link needs the secret before, which works until then', async () => {
      assert.match(await refused('retire'), /needed still: 1 links, which run out by/);
      await enrol(createBrowser(installation.origin), invitation, { name: 'Grace' });
      const { previous, others } = await command('retire');
      assert.deepEqual([previous, others], [undefined, []]);
      assert.match(readFileSync(here, 'utf8'), /^[\w-]{43}\n$/);
    });

    it('F23 leaves cookies, tokens and client secrets from before valid for their life', async () => {
      const [at = ''] = nodes;
      assert.equal((await ada.get('/account')).status, 200);
      await refresh(kept.refresh_token, at);
      for (const _ of ['kept as it came over', 'hashed anew']) await asMachine(at);
      await newTokens({ ...stage, browser: createBrowser(installation.origin, { of: ada }) });
    });

    it('F23 leaves the audit and the receipts from before vouched for', async () => {
      assert.match(await installation.latchkey('audit', 'verify'), /Everything is as it was written down/);
      assert.match(await installation.latchkey('audit', 'reconcile'), /They tell the same story/);
    });
  });
});
