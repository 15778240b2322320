/** The guide for Django, in a project as `startproject` makes it. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync } from 'node:fs';
import { join } from 'node:path';
import { preparePython } from '../prepare-python.ts';
import { type Host, openPlace } from './place.ts';
import { startSoftware } from './software.ts';

export async function django(host: Host): Promise<string[]> {
  // Authlib 1.9 does not encode what goes into HTTP Basic (RFC 6749 §2.3.1): with such a secret it must be the body.
  const alg = { idTokenSignedResponseAlg: 'RS256', tokenEndpointAuthMethod: 'client_secret_post' } as const;
  await using place = await openPlace(host, 'django', { path: '/oidc/back', ...alg, hostile: true });
  const { folder, guide, origin, port, visitor } = place;
  cpSync(join(import.meta.dirname, 'django'), folder, { recursive: true });
  for (const { name } of guide.files) copyFileSync(join(folder, name), join(folder, 'site_of_interop', name));
  const command = preparePython();
  // Authlib asks for this where the provider is on plain http, as one on localhost is.
  const env = { AUTHLIB_INSECURE_TRANSPORT: '1', PYTHONDONTWRITEBYTECODE: '1' };
  execFileSync(command, ['manage.py', 'migrate', '--verbosity', '0'], { cwd: folder, stdio: 'pipe' });
  await using _site = await startSoftware({
    command,
    args: ['manage.py', 'runserver', '--noreload', `127.0.0.1:${port}`],
    cwd: folder,
    env,
    address: `http://127.0.0.1:${port}/`,
  });
  const page = await visitor.open(`${origin}/`);
  const person = JSON.parse(page.text) as Record<string, string>;
  assert.equal(person.name, 'Ada Lovelace', page.text);
  const left = await visitor.signOut(`${origin}/logout`);
  assert.equal(left.href, place.goodbye);
  assert.equal((await visitor.sentTo(`${origin}/`))?.origin, place.issuer);
  return [`user: ${Object.keys(person).join(', ')}; signed out to ${left.pathname}`];
}
