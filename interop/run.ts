/**
 * `npm run interop`: code that nobody here wrote. Programs in other languages sign in at a running server and check
 * what our authenticator in software makes; gateways stand before servers that are restarted. Runs what is installed
 * and says what it left out. `npm run interop -- nginx` runs what has that in its name.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { startServer } from '../e2e/server-process.ts';
import { createSoftwareBrowser } from '../e2e/software-browser.ts';
import { createAuthenticator } from '../server/testing/authenticator.ts';
import { algorithms } from '../server/testing/authenticator-keys.ts';
import { type Answers, converse, type Program } from './conversation.ts';
import { checkEdge } from './edge/checks.ts';
import { gateways } from './edge/gateways.ts';

interface Check {
  name: string;
  /** Installs what it needs. @returns what it showed, or `undefined` if a program that it needs is missing */
  run: () => Promise<readonly string[]> | undefined;
}

const here = import.meta.dirname;
const redirectUri = 'http://localhost:3001/callback';

await using server = await startServer({ engine: 'sqlite' });
const browser = createSoftwareBrowser(server.origin);
await browser.enrol(await server.setupLink(), {
  name: 'Ada Lovelace',
  userName: 'ada',
  email: 'ada@example.com',
});
const relyingParty = { ISSUER: server.origin, CLIENT_ID: 'demo', REDIRECT_URI: redirectUri };

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
  try {
    const shown = await run();
    if (!shown) return say('left', `Left out: ${name} (not installed)`);
    return say('passed', [`✔ ${name}`, ...shown.map((sentence) => `    ${sentence}`)].join('\n'));
  } catch (error) {
    return say('failed', `✖ ${name}\n${(error as Error).message}`);
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
  const venv = join(tmpdir(), 'latchkey-interop-python');
  if (!existsSync(join(venv, 'ready'))) {
    install('python3', '-m', 'venv', venv);
    install(
      join(venv, 'bin/pip'),
      'install',
      '--quiet',
      '--requirement',
      join(here, 'python/requirements.txt'),
    );
    install('touch', join(venv, 'ready'));
  }
  // Authlib asks for this where the provider is on plain http, as one on localhost is.
  const forLocalhost = { AUTHLIB_INSECURE_TRANSPORT: '1' };
  return {
    command: join(venv, 'bin/python'),
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

function answersTo(command: string, argument: string): boolean {
  try {
    execFileSync(command, [argument], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function isInstalled(command: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, command)));
}

function install(command: string, ...args: string[]): void {
  execFileSync(command, args, { stdio: 'pipe' });
}
