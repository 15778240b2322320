/** People who sign in one after the other, in several lanes at once. */
import { createHash, randomBytes } from 'node:crypto';
import { createSoftwareBrowser } from '../../e2e/software-browser.ts';
import type { SoftwareAuthenticator } from '../../server/testing/authenticator.ts';
import type { EdgeInstallation } from './installation.ts';

const redirectUri = 'https://app.example/callback';

export interface SignIns {
  /** Signs in anew, with consent given before, up to the ID token. */
  once(): Promise<void>;
}

/** Sets the installation up: its administrator with a passkey, and an app. */
export async function prepareSignIns(edge: EdgeInstallation): Promise<SignIns> {
  const { issuer, client } = edge;
  const { link } = JSON.parse(await edge.latchkey('setup-link', '--json')) as { link: { url: string } };
  const first = createSoftwareBrowser(issuer, undefined, client.fetch);
  await first.enrol(link.url, { name: 'Ada Lovelace', userName: 'ada' });
  const added = await edge.latchkey(
    ...['app', 'add', 'Field Notes', '--kind', 'browser', '--first-party', '--json'],
    ...['--redirect', redirectUri],
  );
  const { app } = JSON.parse(added) as { app: { id: string } };
  return { once: () => signIn(edge, app.id, first.authenticator) };
}

async function signIn(
  { issuer, client }: EdgeInstallation,
  clientId: string,
  authenticator: SoftwareAuthenticator,
): Promise<void> {
  const browser = createSoftwareBrowser(issuer, authenticator, client.fetch);
  const verifier = randomBytes(32).toString('base64url');
  const request = new URL('/auth', issuer);
  request.search = String(
    new URLSearchParams({
      client_id: clientId,
      response_type: 'code',
      scope: 'openid',
      redirect_uri: redirectUri,
      state: randomBytes(8).toString('hex'),
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    }),
  );
  const answer = (await browser.authorize(request)).searchParams;
  const code = answer.get('code');
  if (!code) throw new Error(`no code, but ${answer}`);
  const fields = { grant_type: 'authorization_code', code, redirect_uri: redirectUri };
  const token = await client.fetch(new URL('/token', issuer), {
    method: 'POST',
    body: new URLSearchParams({ ...fields, client_id: clientId, code_verifier: verifier }),
  });
  const text = await token.text();
  if (!token.ok || !text.includes('"id_token"')) throw new Error(`/token answered ${token.status}: ${text}`);
}

export interface Load {
  /** Ends it when the sign-ins under way are over. */
  end(): Promise<{ succeeded: number; failures: string[] }>;
}

export function beginLoad({ once }: SignIns, lanes: number): Load {
  let goOn = true;
  let succeeded = 0;
  const failures: string[] = [];
  const running = Array.from({ length: lanes }, async () => {
    while (goOn)
      await once().then(
        () => {
          succeeded += 1;
        },
        (error: Error) => failures.push(reason(error)),
      );
  });
  return {
    async end() {
      goOn = false;
      await Promise.all(running);
      return { succeeded, failures };
    },
  };
}

function reason(error: Error): string {
  const { cause } = error as { cause?: Error };
  return `${new Date().toISOString()} ${error.message.slice(0, 300)}${cause ? ` (${cause.message})` : ''}`;
}
