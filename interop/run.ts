/**
 * `npm run interop`: code that nobody here wrote, in other languages, signs in at a running server and checks
 * what our authenticator in software makes. Runs what is installed and says what it left out.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer } from '../e2e/server-process.ts';
import { createSoftwareBrowser } from '../e2e/software-browser.ts';
import { createAuthenticator } from '../server/testing/authenticator.ts';
import { algorithms } from '../server/testing/authenticator-keys.ts';
import { type Answers, converse, type Program } from './conversation.ts';

interface Check {
  name: string;
  /** Installs what it needs; `undefined` if its language is missing. */
  program: () => Program | undefined;
  answers: Answers;
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
    program: () => python('relying_party.py', relyingParty),
    answers: { authorize: signIn },
  },
  {
    name: 'go-oidc (Go) signs in with code and PKCE, verifies the ID token by discovery and JWKS',
    program: () => go(relyingParty),
    answers: { authorize: signIn },
  },
  ...(Object.keys(algorithms) as (keyof typeof algorithms)[]).map((algorithm): Check => {
    const authenticator = createAuthenticator({ origin: 'http://localhost', algorithm });
    return {
      name: `python-fido2 registers and verifies a passkey of our software authenticator (${algorithm})`,
      program: () => python('passkey_server.py', { ALGORITHM: String(algorithms[algorithm]) }),
      answers: { create: authenticator.create, get: authenticator.get },
    };
  }),
];

const tally = { passed: 0, failed: 0, left: 0 };
for (const check of checks) tally[await outcome(check)] += 1;
console.log(`${tally.passed} passed, ${tally.failed} failed, ${tally.left} skipped`);
if (tally.failed > 0 || (tally.left > 0 && process.env.CI)) process.exitCode = 1;

async function outcome({ name, program, answers }: Check): Promise<keyof typeof tally> {
  try {
    const found = program();
    if (!found) return say('left', `Left out: ${name} (not installed)`);
    const shown = await converse(found, answers);
    return say('passed', [`✔ ${name}`, ...shown.map((sentence) => `    ${sentence}`)].join('\n'));
  } catch (error) {
    return say('failed', `✖ ${name}\n${(error as Error).message}`);
  }
}

function say<Outcome>(result: Outcome, sentence: string): Outcome {
  console.log(sentence);
  return result;
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

function install(command: string, ...args: string[]): void {
  execFileSync(command, args, { stdio: 'pipe' });
}
