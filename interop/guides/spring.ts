/** The guide for Spring Security, compiled with Maven and run as a program. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Host, openPlace } from './place.ts';
import { startSoftware } from './software.ts';

export async function springSecurity(host: Host): Promise<string[]> {
  await using place = await openPlace(host, 'spring-security', { path: '/back/here', hostile: true });
  const { folder, port, origin, visitor } = place;
  cpSync(join(import.meta.dirname, 'spring'), folder, { recursive: true });
  const classPathFile = join(folder, 'class-path');
  const goals = ['compile', 'dependency:build-classpath', `-Dmdep.outputFile=${classPathFile}`];
  execFileSync('mvn', ['--quiet', '--batch-mode', ...goals], { cwd: folder, stdio: 'pipe' });
  const classPath = `${join(folder, 'target/classes')}:${readFileSync(classPathFile, 'utf8')}`;
  const flags = [
    '-XX:TieredStopAtLevel=1',
    '-Xshare:auto',
    `-Dserver.port=${port}`,
    '-Dserver.address=127.0.0.1',
  ];
  await using _app = await startSoftware({
    command: 'java',
    args: [...flags, '-cp', classPath, 'app.App'],
    cwd: folder,
    address: origin,
  });
  const page = await visitor.open(`${origin}/`);
  assert.equal(page.status, 200, `${page.url} ${page.text}`);
  const { claims, key, csrf } = JSON.parse(page.text) as {
    claims: Record<string, string>;
    key: string;
    csrf: string;
  };
  assert.equal(claims.name, 'Ada Lovelace', page.text);
  assert.equal(key, claims.sub);
  const left = await visitor.signOut(`${origin}/logout`, { _csrf: csrf });
  assert.equal(left.href, place.goodbye);
  assert.equal((await visitor.sentTo(`${origin}/`))?.origin, place.issuer);
  return [`claims: ${Object.keys(claims).join(', ')}; signed out to ${left.pathname}`];
}
