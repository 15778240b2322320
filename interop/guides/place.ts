/** An app of its own for one guide, and the guide's files as a person would have copied them. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openStorage } from '../../adapters/open.ts';
import { freePort } from '../../e2e/free-port.ts';
import type { ServerProcess } from '../../e2e/server-process.ts';
import type { SoftwareBrowser } from '../../e2e/software-browser.ts';
import { newSecret } from '../../server/apps/app-secret.ts';
import { newApp } from '../../server/apps/create-app.ts';
import type { Guide } from '../../server/apps/guides/guide.ts';
import { guidesFor } from '../../server/apps/guides/guides.ts';
import type { NewApp } from '../../server/apps/validation.ts';
import { readConfig } from '../../server/config.ts';
import { createSecret } from '../../server/secret/secret.ts';
import { createVisitor, type Visitor } from './visitor.ts';

/** The provider that the guides are tried with, and its one person. */
export interface Host {
  server: ServerProcess;
  /** The installation's secret. */
  root: string;
  browser: SoftwareBrowser;
}

export interface Wanted extends Partial<Omit<NewApp, 'redirectUris'>> {
  /** Path of the redirect address; none for a machine. */
  path?: string;
  /** Where the guide's folder is made, so that the software finds its packages. */
  within?: string;
  /** A site behind the gateway that the guide is of, in the place of redirect addresses. */
  site?: Omit<NonNullable<NewApp['forwardAuth']>, 'origins'>;
  /** A client id and secret that no file format likes, as an import may bring them. */
  hostile?: true;
}

export interface Place extends AsyncDisposable {
  folder: string;
  guide: Guide;
  /** Where the guide's software listens. */
  origin: string;
  port: number;
  issuer: string;
  clientId: string;
  /** Where people are sent after signing out. */
  goodbye: string;
  visitor: Visitor;
}

/** As ugly as RFC 6749 §A lets them be; without a plus, which Spring Security 7.1 sends as if it were a space. */
const ugly = `it's "$HOME" \`id\` %(x)s #;&=<>?:\\n\\u0041 \${user.home}`;

export async function openPlace(host: Host, id: string, wanted: Wanted = {}): Promise<Place> {
  const { path, within = tmpdir(), site, hostile, ...more } = wanted;
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const goodbye = `${origin}/goodbye`;
  const addresses =
    path === undefined ? {} : { redirectUris: [origin + path], postLogoutRedirectUris: [goodbye] };
  const behind = site && { kind: 'proxied' as const, forwardAuth: { ...site, origins: [origin] } };
  const said: NewApp = { name: id, kind: 'web', ...addresses, ...behind, ...more };
  const { app, secret } = await addApp(host, said, hostile);
  const issuer = host.server.origin;
  const sessionSecret = 'a session secret of 32 bytes, eh';
  const guides = guidesFor({ issuer, app, ...(secret && { secret }), sessionSecret });
  const guide = guides.find((one) => one.id === id);
  assert.ok(guide, `${id} is no guide of this app`);
  assert.ok(guide.tested, `${id} says that it is not tested`);
  assert.equal(guide.missingRedirectUri, undefined, guide.missingRedirectUri);
  const folder = await mkdtemp(join(within, `latchkey-${id}-`));
  for (const { name, text } of guide.files) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  const visitor = createVisitor(host.browser, issuer);
  return {
    ...{ folder, guide, origin, port, issuer, clientId: app.id, goodbye, visitor },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

async function addApp({ server, root }: Host, wanted: NewApp, hostile?: true) {
  const { hash } = createSecret(root);
  const made = newApp(wanted, { hash, now: Date.now() });
  const { storageUrl: url } = readConfig({
    LATCHKEY_ISSUER: server.origin,
    LATCHKEY_DATA_DIR: server.dataDir,
  });
  await using storage = await openStorage({ url, role: 'command', schema: 'check', waitUntilReady: true });
  if (!hostile || made.secret === undefined) {
    await storage.apps.insert(made.app);
    return made;
  }
  const secret = `${ugly} ${made.secret}`;
  const kept = {
    ...newSecret({ hash, now: Date.now() }).secret,
    hash: `hmac-sha256:${hash('app-secret', secret)}`,
  };
  const app = { ...made.app, id: `${ugly} ${made.app.id}`, secrets: [kept] };
  await storage.apps.insert(app);
  return { app, secret };
}
