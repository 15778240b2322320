import { AppError } from '../errors.ts';
import type { App } from './app.ts';
import { takesSecret } from './app-secret.ts';
import { settingsOf } from './create-app.ts';
import { type AppChanges, checkChangedApp, type NewApp } from './validation.ts';

/**
 * The app as an administrator wants it: what they do not mention stays, `null` takes it away. Its id, its kind and its
 * secrets stay whatever is said. Whoever goes over to a secret needs one made for it.
 * @throws AppError `field_invalid` with every reason in its detail, as of a new app
 */
export function withChanges(app: App, changes: AppChanges, now: number): App {
  const checked = checkChangedApp(saidOf(app), changes);
  const settings = settingsOf(checked);
  const { id, kind, grantTypes, authenticatorRule, origin, registration, createdAt } = app;
  if (origin === 'dynamic' && settings.consent === 'implicit')
    throw new AppError('field_invalid', {
      field: 'consent',
      detail: 'consent must be explicit: nobody vouches for an app that registered by itself',
    });
  return {
    ...settings,
    id,
    kind,
    grantTypes,
    // Without a use they would be valid again the day that they have one.
    secrets: takesSecret(settings) ? app.secrets : [],
    ...(authenticatorRule && { authenticatorRule }),
    ...(registration && { registration }),
    origin,
    createdAt,
    updatedAt: now,
    revision: app.revision + 1,
  };
}

/** As if it had been said just now. */
export function saidOf(
  app: Omit<App, 'secrets' | 'registration'> & { secrets?: unknown; registration?: unknown },
): NewApp {
  const {
    id: _,
    secrets: _s,
    grantTypes: _g,
    authenticatorRule: _r,
    origin: _o,
    registration: _n,
    ...said
  } = app;
  const {
    createdAt: _c,
    updatedAt: _u,
    revision: _v,
    redirectUris,
    scopes,
    tokenEndpointAuthMethod: method,
    ...rest
  } = said;
  return {
    ...(rest as NewApp),
    // Those of others follow from where they are.
    ...(app.kind === 'proxied' ? {} : { redirectUris }),
    ...(app.kind === 'machine' ? {} : { scopes: scopes as NonNullable<NewApp['scopes']> }),
    ...(method === 'none'
      ? {}
      : { tokenEndpointAuthMethod: method as NonNullable<NewApp['tokenEndpointAuthMethod']> }),
  };
}
