import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { generateRoot } from '../secret/secret.ts';
import { type Answer, createBrowser, pageData, type TestBrowser } from '../testing/browser.ts';
import { onEachEngine } from '../testing/faulty-engines.ts';
import { createProcessInstallation, type ProcessInstallation } from '../testing/faulty-process.ts';
import { addApp, enrol } from '../testing/faulty-steps.ts';
import { freePort } from '../testing/installation.ts';
import { beginAuthorization, type RelyingParty, type SignInPageData } from '../testing/journeys.ts';

describe('a server that is stopped', () => {
  onEachEngine((settings) => {
    let installation: ProcessInstallation;
    let browser: TestBrowser;
    let party: RelyingParty;

    before(async () => {
      installation = await createProcessInstallation(settings);
      browser = createBrowser(installation.origin);
      const { link } = await installation.administration.people.setupLink({});
      await using _server = await installation.start();
      await enrol(browser, link.url, { name: 'Ada', userName: 'ada' });
      party = await addApp(installation);
    });
    after(() => installation?.[Symbol.asyncDispose]());

    /** Begins a sign-in up to its last step. */
    async function readyToSignIn(): Promise<() => Promise<Answer>> {
      const person = createBrowser(installation.origin);
      const { options, urls } = pageData<SignInPageData>(
        await person.follow((await beginAuthorization(party)).url),
      );
      const response = browser.authenticator.get(options);
      return () => person.post(urls.login, { response });
    }

    it('F21 lets 50 sign-ins in flight finish, and ends with 0, however often it is told to', async () => {
      await using server = await installation.start();
      const signIns = await Promise.all(Array.from({ length: 50 }, readyToSignIn));
      const answers = signIns.map((signIn) => signIn());
      await Promise.race(answers);
      const begin = Date.now();
      server.signal('SIGTERM');
      await delay(20);
      server.signal('SIGTERM');
      for (const { status, text } of await Promise.all(answers)) assert.equal(status, 200, text);
      assert.deepEqual(await server.exited, { code: 0, signal: null });
      assert.ok(Date.now() - begin < 10_000);
    });

    it('F21 says that it is not ready before it stops listening', async () => {
      const behindGateway = { LATCHKEY_ISSUER: 'https://id.example', LATCHKEY_LISTEN_PORT: port() };
      const secret = { LATCHKEY_SECRET: generateRoot(), ...settings };
      const own = { LATCHKEY_STORAGE: `sqlite:${installation.config.dataDir}/other.sqlite`, ...settings };
      await using server = await installation.start({ settings: { ...behindGateway, ...secret, ...own } });
      server.signal('SIGTERM');
      const states = new Set<string>();
      for (let answer: Response | undefined; ; states.add(await answer.text())) {
        answer = await fetch(`${server.address}/health/ready`).catch(() => undefined);
        if (!answer) break;
      }
      assert.match([...states].at(-1) ?? '', /"status":"not_ready".*"server":"stopping"/);
      assert.deepEqual(await server.exited, { code: 0, signal: null });
    });

    const port = () => new URL(installation.origin).port;

    it('F25 ends with a log line and a code after a fault that nobody foresaw', async () => {
      for (const fault of ['throw new Error("unforeseen")', 'Promise.reject(new Error("unforeseen"))']) {
        const inject = `data:text/javascript,process.on("SIGUSR2",()=>{${fault}})`;
        await using server = await installation.start({ nodeOptions: ['--import', inject] });
        server.signal('SIGUSR2');
        assert.deepEqual(await server.exited, { code: 1, signal: null });
        const line = server
          .output()
          .trim()
          .split('\n')
          .find((each) => each.includes('stopped by a fault'));
        assert.equal(JSON.parse(line ?? '{}').err.message, 'unforeseen');
      }
    });

    it('F25 ends when its memory is over, and starts clean', async () => {
      const eat =
        'data:text/javascript,process.on("SIGUSR2",()=>{const all=[];for(;;)all.push(Array(1e5).fill(Math.random()))})';
      {
        await using server = await installation.start({
          nodeOptions: ['--max-old-space-size=128', '--import', eat],
        });
        server.signal('SIGUSR2');
        const { code, signal } = await server.exited;
        assert.ok(code !== 0, `${code} ${signal}`);
      }
      await using _again = await installation.start();
      assert.equal((await (await readyToSignIn())()).status, 200);
    });

    it('F25 shows stalls of its event loop as a metric', async () => {
      const metricsPort = await freePort();
      const own = { LATCHKEY_METRICS_PORT: String(metricsPort) };
      await using _server = await installation.start({ settings: own });
      const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
      assert.match(metrics, /^nodejs_eventloop_lag_max_seconds \d/m);
    });
  });
});
