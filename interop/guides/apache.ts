/** The guide for mod_auth_openidc: Apache httpd in the foreground, before a file. */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Host, openPlace, type Place } from './place.ts';
import { startSoftware } from './software.ts';

/** Where Debian keeps them. */
const modules = '/usr/lib/apache2/modules';
const needed = [
  'mpm_event',
  'authz_core',
  'authz_user',
  'authn_core',
  'auth_openidc',
  'cgid',
  'dir',
  'mime',
  'env',
];

export async function apache(host: Host): Promise<string[]> {
  const alg = { idTokenSignedResponseAlg: 'RS256' } as const;
  await using place = await openPlace(host, 'mod-auth-openidc', {
    path: '/back/here',
    ...alg,
    hostile: true,
  });
  const { folder, origin, port, visitor } = place;
  prepare(place);
  await using _server = await startSoftware({
    command: 'apache2',
    args: ['-D', 'FOREGROUND', '-f', join(folder, 'httpd.conf')],
    cwd: folder,
    address: `http://127.0.0.1:${port}/`,
  });
  const page = await visitor.open(`${origin}/`);
  const person = Object.fromEntries(page.text.split('\n').map((line) => line.split(/=(.*)/s)));
  assert.equal(person.OIDC_CLAIM_name, 'Ada Lovelace', page.text);
  assert.equal(person.REMOTE_USER, person.OIDC_CLAIM_sub);
  const left = await visitor.signOut(`${origin}/back/here?logout=${encodeURIComponent(place.goodbye)}`);
  assert.equal(left.href, place.goodbye);
  assert.equal((await visitor.sentTo(`${origin}/`))?.origin, place.issuer);
  const told = Object.keys(person).filter((name) => name.startsWith('OIDC_CLAIM_'));
  return [`${told.join(', ')}; signed out to ${left.pathname}`];
}

/** A server of our own with the guide's file in it, and a page that prints what it is told. */
function prepare({ folder, port }: Place): void {
  const documents = join(folder, 'documents');
  // Apache reads as www-data, where it was started by root.
  chmodSync(folder, 0o755);
  mkdirSync(documents);
  writeFileSync(join(documents, 'index.sh'), '#!/bin/sh\necho Content-Type: text/plain\necho\nexec env\n', {
    mode: 0o755,
  });
  writeFileSync(
    join(folder, 'httpd.conf'),
    `ServerRoot ${folder}
ServerName localhost
User www-data
Group www-data
Listen 127.0.0.1:${port}
PidFile ${join(folder, 'httpd.pid')}
ErrorLog "|/bin/cat"
TypesConfig /dev/null
DefaultRuntimeDir ${folder}
ScriptSock ${join(folder, 'cgi.sock')}
${needed.map((name) => `LoadModule ${name}_module ${modules}/mod_${name}.so`).join('\n')}
DocumentRoot ${documents}
DirectoryIndex index.sh
<Directory ${documents}>
  Options +ExecCGI
  SetHandler cgi-script
</Directory>
Include ${join(folder, 'oidc.conf')}
`,
  );
}
