import type { Interaction } from 'oidc-provider';
import type { App } from '../apps/app.ts';
import { accountAppId } from '../apps/builtin-apps.ts';
import { logoUrl } from '../apps/logos/logo-url.ts';
import type { Config } from '../config.ts';

/**
 * An app as people see it: its name, and the host that its answer goes to, which is registered. One on another device has
 * none.
 */
export function appFace(app: App, redirectUri?: unknown): { name: string; host?: string; logoUrl?: string } {
  const address = typeof redirectUri === 'string' ? redirectUri : app.redirectUris[0];
  const host = (address && URL.parse(address)?.host) || app.id;
  const logo = logoUrl(app);
  return {
    name: app.name,
    ...(app.kind !== 'device' && { host }),
    ...(logo ? { logoUrl: logo } : undefined),
  };
}

/** Nobody needs to be told that they sign in to their own account. */
export function askingApp(app: App | undefined, { params }: Interaction) {
  return app && app.id !== accountAppId ? { app: appFace(app, params.redirect_uri) } : {};
}

/** What the page compares its surroundings with. */
export function installationOf({ relyingParties: [own] }: Pick<Config, 'relyingParties'>) {
  return { rpId: own.rpId, origins: own.origins };
}

// Every address lies below the interaction's own path, which is all that its cookie is sent to.
const base = ({ uid }: Interaction) => `/interaction/${uid}`;

export function signInUrls(interaction: Interaction, signUp: Config['signUp']) {
  const at = base(interaction);
  const urls = {
    options: `${at}/options`,
    login: `${at}/login`,
    abort: `${at}/abort`,
    lostPasskey: `${at}/lost-passkey`,
  };
  return signUp === 'open' ? { ...urls, signUp: `${at}/sign-up` } : urls;
}

export function signUpUrls(interaction: Interaction) {
  const at = base(interaction);
  return { options: `${at}/sign-up/options`, finish: `${at}/sign-up`, abort: `${at}/abort`, signIn: at };
}

export function consentUrls(interaction: Interaction) {
  const at = base(interaction);
  return { consent: `${at}/consent`, abort: `${at}/abort` };
}

export function notAllowedUrls(interaction: Interaction) {
  const at = base(interaction);
  return { another: `${at}/another`, abort: `${at}/abort` };
}

export function stepUpUrls(interaction: Interaction, { isOptional }: { isOptional: boolean }) {
  const at = `${base(interaction)}/step-up`;
  return {
    options: `${at}/options`,
    login: at,
    confirmOptions: `${at}/confirm/options`,
    confirm: `${at}/confirm`,
    addOptions: `${at}/passkey/options`,
    add: `${at}/passkey`,
    abort: `${at}/decline`,
    ...(isOptional && { skip: `${at}/skip` }),
  };
}

export function fewPasskeysUrls(interaction: Interaction) {
  const at = base(interaction);
  return { later: `${at}/later`, abort: `${at}/abort`, account: '/account' };
}
