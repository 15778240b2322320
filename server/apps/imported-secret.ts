/** Client secrets that came from elsewhere, in the form they were kept in there; replaced at their first use. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { hashWith, keyIdOf, type Secret } from '../secret/secret.ts';
import type { App, AppRepository, AppSecret } from './app.ts';
import { formerlyKeptHashes, isOwnHash, isValid, judgeSecret, keptHash } from './app-secret.ts';
import { type Bcrypt, createBcrypt, isBcrypt } from './bcrypt.ts';

/** How the installation before kept a secret. */
export type ImportedHash =
  | { scheme: 'bcrypt'; hash: string }
  /** Hexadecimal, of the secret alone. */
  | { scheme: 'sha256'; hash: string }
  /** Another Latchkey's, with the key that it was made with: base64url. */
  | { scheme: 'latchkey'; hash: string; key: string };

type Verdict = 'valid' | 'expired' | 'unknown';

const schemes = { bcrypt: 'bcrypt:', sha256: 'sha256:', latchkey: 'hmac-sha256-imported:' };

const sealContext = (appId: string, secretId: string) => `imported key ${appId} ${secretId}`;

/** Whether it is a form that is taken at all. */
export function isImportable(imported: ImportedHash): boolean {
  const { scheme, hash } = imported;
  if (scheme === 'bcrypt') return isBcrypt(hash);
  if (scheme === 'sha256') return /^[0-9a-f]{64}$/i.test(hash);
  return /^hmac-sha256:[\w-]{43}$/.test(hash) && /^[\w-]{43}$/.test(imported.key);
}

/** What is kept of it here: the key of another installation is sealed, and bound to the secret it is for. */
export function importedSecretHash(
  imported: ImportedHash,
  { appId, secretId, seal }: { appId: string; secretId: string; seal: Secret['seal'] },
): AppSecret['hash'] {
  const { scheme, hash } = imported;
  if (scheme !== 'latchkey') return `${schemes[scheme]}${hash}`;
  return `${schemes.latchkey}${seal(imported.key, sealContext(appId, secretId))}:${hash}`;
}

/** The form from before, where a secret is still kept in one. */
export function openImportedHash(
  kept: AppSecret['hash'],
  { appId, secretId, open }: { appId: string; secretId: string; open: Secret['open'] },
): ImportedHash | undefined {
  for (const scheme of ['bcrypt', 'sha256'] as const) {
    const hash = after(schemes[scheme], kept);
    if (hash !== undefined) return { scheme, hash };
  }
  const [sealedKey, ...hash] = after(schemes.latchkey, kept)?.split(':') ?? [];
  if (sealedKey === undefined) return undefined;
  return { scheme: 'latchkey', hash: hash.join(':'), key: open(sealedKey, sealContext(appId, secretId)) };
}

interface JudgeDependencies {
  apps: Pick<AppRepository, 'update'>;
  secret: Pick<Secret, 'hash' | 'hashes' | 'open'>;
  /** Called when an app was changed. */
  onReplaced: () => void;
  now: () => number;
}

/**
 * What a presented client secret is. One that came from elsewhere is from its first use on kept as those made here:
 * whoever loses the race to write that has lost nothing, the next use writes it.
 */
export function createSecretJudge(dependencies: JudgeDependencies) {
  const { apps, secret, now, onReplaced } = dependencies;
  const bcrypt = createBcrypt();
  return async (app: App, presented: string): Promise<Verdict> => {
    const verdict = judgeSecret({ app, presented, hash: secret.hash, now: now() });
    if (verdict === 'valid') return verdict;
    const found =
      findFormer({ app, presented }, secret.hashes) ??
      (await findImported({ app, presented }, { ...secretOf(secret), bcrypt }));
    if (!found) return verdict;
    if (!isValid(found, now())) return 'expired';
    const replaced = withReplaced(app, found, keptHash(secret.hash, presented));
    if (await apps.update(replaced, app.revision)) onReplaced();
    return 'valid';
  };
}

function withReplaced(app: App, { id }: AppSecret, hash: string): App {
  const secrets = app.secrets.map((one) => (one.id === id ? { ...one, hash } : one));
  return { ...app, secrets, revision: app.revision + 1 };
}

const secretOf = ({ hash, open }: Pick<Secret, 'hash' | 'open'>) => ({ hash, open });

/** One that is kept under an installation secret before. */
function findFormer(
  { app, presented }: { app: App; presented: string },
  hashes: Secret['hashes'],
): AppSecret | undefined {
  const former = formerlyKeptHashes(hashes, presented);
  return app.secrets.find(({ hash }) => former.some((each) => equal(hash, each)));
}

/** The quick ones first. */
async function findImported(
  { app, presented }: { app: App; presented: string },
  { hash, open, bcrypt }: Pick<Secret, 'hash' | 'open'> & { bcrypt: Bcrypt },
): Promise<AppSecret | undefined> {
  const imported = app.secrets.map((secret) => ({
    secret,
    form: openImportedHash(secret.hash, { appId: app.id, secretId: secret.id, open }),
  }));
  const quick = imported.find(({ form }) => form && matchesQuickly(form, presented, hash));
  if (quick) return quick.secret;
  for (const { secret, form } of imported)
    if (form?.scheme === 'bcrypt' && (await bcrypt.matches(presented, form.hash))) return secret;
  return undefined;
}

/** @param hash of this installation: see `resealedApp`, which cannot always tell whose a hash is */
function matchesQuickly(form: ImportedHash, presented: string, hash: Secret['hash']): boolean {
  if (form.scheme === 'sha256')
    return equal(form.hash.toLowerCase(), createHash('sha256').update(presented).digest('hex'));
  return (
    form.scheme === 'latchkey' &&
    [hashWith(form.key), hash].some((each) => equal(form.hash, keptHash(each, presented)))
  );
}

/**
 * The app under the current installation secret: what was hashed under the one before keeps the key of that hash, sealed,
 * until its first use. `undefined` where nothing is to be done.
 * @param before what was made earlier may be of the previous secret; what is not is told at its first use
 */
export function resealedApp(
  app: App,
  {
    secret,
    previous,
    before,
  }: { secret: Pick<Secret, 'seal' | 'open' | 'carryHashKey'>; previous: string; before: number },
): App | undefined {
  const key = secret.carryHashKey(previous);
  const secrets = app.secrets.map((each) => {
    const place = { appId: app.id, secretId: each.id };
    const form: ImportedHash | undefined = isOwnHash(each.hash)
      ? each.createdAt < before
        ? { scheme: 'latchkey', hash: each.hash, key }
        : undefined
      : isSealedUnder(previous, each.hash)
        ? openImportedHash(each.hash, { ...place, open: secret.open })
        : undefined;
    return form ? { ...each, hash: importedSecretHash(form, { ...place, seal: secret.seal }) } : each;
  });
  return secrets.some((each, i) => each !== app.secrets[i])
    ? { ...app, secrets, revision: app.revision + 1 }
    : undefined;
}

const isSealedUnder = (keyId: string, hash: string) => keyIdOf(after(schemes.latchkey, hash) ?? '') === keyId;

function after(scheme: string, hash: string): string | undefined {
  return hash.startsWith(scheme) ? hash.slice(scheme.length) : undefined;
}

function equal(kept: string, presented: string): boolean {
  const [a, b] = [Buffer.from(kept), Buffer.from(presented)];
  return a.length === b.length && timingSafeEqual(a, b);
}
