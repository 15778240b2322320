/**
 * `npm run interop`: code that nobody here wrote. Programs in other languages sign in at a running server and check
 * what our authenticator in software makes; gateways stand before servers that are restarted. Runs what is installed
 * and says what it left out. `npm run interop -- nginx` runs what has that in its name.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';
import { inspect } from 'node:util';
import { findBrowser } from '../e2e/browser.ts';
import { startServer } from '../e2e/server-process.ts';
import { createSoftwareBrowser } from '../e2e/software-browser.ts';
import { builtinApps, demoAppId } from '../server/apps/builtin-apps.ts';
import { generateRoot } from '../server/secret/secret.ts';
import { createAuthenticator } from '../server/testing/authenticator.ts';
import { algorithms } from '../server/testing/authenticator-keys.ts';
import { attestationCases } from './attestations.ts';
import { type Answers, converse, type Program } from './conversation.ts';
import { checkEdge } from './edge/checks.ts';
import { gateways } from './edge/gateways.ts';
import { readVariables } from './guides/any-library.ts';
import { checkClaims, guideChecks } from './guides/checks.ts';
import { answersTo, preparePython } from './prepare-python.ts';
import { checkRealMetadata } from './real-metadata.ts';
import { checkSoftHsm, hasSoftHsm } from './softhsm.ts';

interface Check {
  name: string;
  /** Installs what it needs. @returns what it showed, or `undefined` if a program that it needs is missing */
  run: () => Promise<readonly string[]> | undefined;
}

const here = import.meta.dirname;
const root = generateRoot();
await using server = await startServer({
  engine: 'sqlite',
  settings: {
    ...{ LATCHKEY_SECRET: root, LATCHKEY_RATE_LIMIT: '100000' },
    // Gateways of sites ask from here.
    LATCHKEY_TRUSTED_PROXIES: '127.0.0.1/32,::1/128',
  },
});
const browser = createSoftwareBrowser(server.origin);
await browser.enrol(await server.setupLink(), {
  name: 'Ada Lovelace',
  userName: 'ada',
  email: 'ada@example.com',
});
const host = { server, root, browser };
const demo = builtinApps({ issuer: server.origin, demo: true }).find(({ id }) => id === demoAppId);
const relyingParty = demo ? readVariables(server.origin, demo) : {};

function signIn(request: string): Promise<URL> {
  browser.forgetCookies();
  return browser.authorize(new URL(request));
}

const checks: Check[] = [
  {
    name: 'Authlib (Python) signs in with code and PKCE, reads the ID token and userinfo',
    run: () => talk(python('relying_party.py', relyingParty), { authorize: signIn }),
  },
  {
    name: 'go-oidc (Go) signs in with code and PKCE, verifies the ID token by discovery and JWKS',
    run: () => talk(go(relyingParty), { authorize: signIn }),
  },
  ...(Object.keys(algorithms) as (keyof typeof algorithms)[]).map((algorithm): Check => {
    const { create, get } = createAuthenticator({ origin: 'http://localhost', algorithm });
    return {
      name: `python-fido2 registers and verifies a passkey of our software authenticator (${algorithm})`,
      run: () =>
        talk(python('passkey_server.py', { ALGORITHM: String(algorithms[algorithm]) }), { create, get }),
    };
  }),
  {
    name: 'python-fido2 verifies attestation statements of our software authenticators, and refuses broken ones',
    run: () => talk(python('attestation_verifier.py', {}), { attestations: attestationCases }),
  },
  { name: 'what the guides say of themselves', run: () => checkClaims(host) },
  ...guideChecks(await findBrowser()).map(
    ({ id, commands, run }): Check => ({
      name: `the guide ${id} signs in`,
      run() {
        browser.forgetCookies();
        return commands.every(isInstalled) ? run(host) : undefined;
      },
    }),
  ),
  {
    name: 'FIDO’s own metadata, signed again, is understood whole',
    run: () => (answersTo('python3', '--version') ? checkRealMetadata(preparePython()) : undefined),
  },
  {
    name: 'SoftHSM has the signing keys, behind `latchkey signer`',
    run: () => (hasSoftHsm() && isInstalled('pkcs11-tool') ? checkSoftHsm() : undefined),
  },
  ...gateways.map(
    (gateway): Check => ({
      name: `${gateway.name} stands before ${process.env.TEST_MONGO_URL ? 'two providers on MongoDB' : 'one provider on SQLite'}`,
      run: () => (isInstalled(gateway.command) ? checkEdge(gateway) : undefined),
    }),
  ),
];

const tally = { passed: 0, failed: 0, left: 0 };
const [wanted = ''] = process.argv.slice(2);
for (const check of checks.filter(({ name }) => name.includes(wanted))) tally[await outcome(check)] += 1;
console.log(`${tally.passed} passed, ${tally.failed} failed, ${tally.left} skipped`);
if (tally.failed > 0 || (tally.left > 0 && process.env.CI)) process.exitCode = 1;

async function outcome({ name, run }: Check): Promise<keyof typeof tally> {
  const begin = Date.now();
  try {
    const shown = await run();
    if (!shown) return say('left', `Left out: ${name} (not installed)`);
    const seconds = ((Date.now() - begin) / 1000).toFixed(1);
    return say(
      'passed',
      [`✔ ${name} (${seconds} s)`, ...shown.map((sentence) => `    ${sentence}`)].join('\n'),
    );
  } catch (error) {
    return say('failed', `✖ ${name}\n${inspect(error)}`);
  }
}

function say<Outcome>(result: Outcome, sentence: string): Outcome {
  console.log(sentence);
  return result;
}

function talk(program: Program | undefined, answers: Answers): Promise<string[]> | undefined {
  return program && converse(program, answers);
}

function python(file: string, env: Record<string, string>): Program | undefined {
  if (!answersTo('python3', '--version')) return undefined;
  // Authlib asks for this where the provider is on plain http, as one on localhost is.
  const forLocalhost = { AUTHLIB_INSECURE_TRANSPORT: '1' };
  return {
    command: preparePython(),
    args: [file],
    cwd: join(here, 'python'),
    env: { ...env, ...forLocalhost },
  };
}

function go(env: Record<string, string>): Program | undefined {
  if (!answersTo('go', 'version')) return undefined;
  const binary = join(tmpdir(), 'latchkey-interop-go');
  execFileSync('go', ['build', '-o', binary, '.'], { cwd: join(here, 'go'), stdio: 'pipe' });
  return { command: binary, args: [], cwd: here, env };
}

function isInstalled(command: string): boolean {
  if (isAbsolute(command)) return existsSync(command);
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, command)));
}
