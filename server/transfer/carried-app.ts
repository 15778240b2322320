import type { AppKind } from '../apps/app.ts';
import { importedApp } from '../apps/create-app.ts';
import { redirectUriProblem } from '../apps/redirect-uri.ts';
import type { NewApp } from '../apps/validation.ts';
import { AppError } from '../errors.ts';
import type { CarriedApp, CarriedSecret, Finding } from './content.ts';

/** An app as another product has it. */
export interface ForeignApp extends Omit<NewApp, 'id' | 'redirectUris' | 'postLogoutRedirectUris'> {
  id: string;
  kind: AppKind;
  redirectUris: readonly string[];
  postLogoutRedirectUris: readonly string[];
  secrets: CarriedSecret[];
  createdAt: number;
}

interface Reading {
  /** Addresses that whoever imports says in the place of those that cannot come over, by client id. */
  redirects: Readonly<Record<string, readonly string[]>>;
  left: Finding[];
}

/** What a client id may be (RFC 6749 appendix A.1), and addresses and file names can bear. */
const clientId = /^[\x21-\x7e]{1,255}$/;

/** The app with those of its addresses that can be taken: the others are named, as is an app of which none is left. */
export function readApp(app: ForeignApp, { redirects, left }: Reading): CarriedApp | undefined {
  const { id, secrets, createdAt, ...said } = app;
  const about = { kind: 'app', item: id };
  const leave = (reason: string, text: string) => void left.push({ ...about, reason, text });
  const given = redirects[id] ?? [];
  const redirectUris = [...takeable(app.redirectUris, 'redirect address'), ...given];
  const postLogoutRedirectUris = takeable(app.postLogoutRedirectUris, 'address after signing out');
  if (!clientId.test(id)) return leave('client_id', 'has a client id with characters that none may have');
  if (redirectUris.length === 0 && hasBrowser(app.kind))
    return leave(
      'no_redirect',
      `has no redirect address that can be taken: say one with --redirect ${id}=ADDRESS`,
    );
  try {
    const made = importedApp({ ...said, redirectUris, postLogoutRedirectUris }, { id, createdAt });
    const { origin, revision, secrets: _, ...kept } = made;
    return { ...kept, secrets: takesSecrets(kept) ? secrets : [] };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return leave('not_valid', (error.detail ?? error.message).replaceAll('\n', '; '));
  }

  function takeable(addresses: readonly string[], what: string): string[] {
    return [...new Set(addresses)].filter((address) => {
      const problem = redirectUriProblem(address, app.kind);
      if (problem)
        left.push({
          ...about,
          part: true,
          reason: 'redirect_address',
          text: `loses the ${what} ${address}, which ${problem}`,
        });
      return problem === undefined;
    });
  }
}

const hasBrowser = (kind: AppKind) => kind !== 'machine' && kind !== 'device';

const takesSecrets = ({ tokenEndpointAuthMethod: method }: { tokenEndpointAuthMethod: string }) =>
  method.startsWith('client_secret_');

/** A name that can be shown, else the client id. */
export function appName(name: string | undefined | null, id: string): string {
  const trimmed = name?.trim() ?? '';
  return trimmed === '' || trimmed.startsWith('${') ? id.slice(0, 100) : trimmed.slice(0, 100);
}

/** A scheme of its own, or a port on the device (RFC 8252 §7). */
export function isOfNativeApp(uri: string): boolean {
  return !/^https?:/i.test(uri) || /^http:\/\/(127\.0\.0\.1|\[::1\])([:/]|$)/i.test(uri);
}
