import { anyLibrary } from './any-library.ts';
import { aspNet } from './asp-net.ts';
import { authJs } from './auth-js.ts';
import { curl } from './curl.ts';
import { django } from './django.ts';
import { express } from './express.ts';
import { siteCaddy, siteNginx } from './forward-auth.ts';
import { siteHaproxy, siteTraefik } from './forward-auth-more.ts';
import { grafana } from './grafana.ts';
import {
  clientSecretPlaceholder,
  type Guide,
  type GuideInput,
  type Printed,
  type Recipe,
  sessionSecretPlaceholder,
  type Values,
} from './guide.ts';
import { modAuthOpenidc } from './mod-auth-openidc.ts';
import { nginx, oauth2Proxy } from './oauth2-proxy.ts';
import { openidClient, openidClientMachine } from './openid-client.ts';
import { openidClientBrowser, openidClientDevice, openidClientNative } from './openid-client-local.ts';
import { spring } from './spring.ts';
import { valuesOf } from './values.ts';

const recipes: readonly Recipe[] = [
  openidClient,
  openidClientBrowser,
  openidClientNative,
  openidClientDevice,
  openidClientMachine,
  curl,
  express,
  authJs,
  spring,
  django,
  aspNet,
  modAuthOpenidc,
  nginx,
  oauth2Proxy,
  grafana,
  siteNginx,
  siteCaddy,
  siteHaproxy,
  siteTraefik,
  anyLibrary,
];

/** No client id, secret or address has one (RFC 6749 §A), nor half a surrogate pair, and half of the files could not say it. */
const unprintable = /[\p{Cc}\p{Cs}]/u;

/**
 * Settings to copy for whatever an app may be made with. Those whose files could not hold one of its values are left
 * out. Without `secret` the files say `YOUR_CLIENT_SECRET`, and without `sessionSecret` `YOUR_SESSION_SECRET`.
 */
export function guidesFor(input: GuideInput): Guide[] {
  const values = valuesOf(input);
  return recipes
    .filter(({ fits, unwritable }) => fits(input.app) && canWrite(values, unwritable))
    .map(({ id, name, about, tested, print }) => ({ id, name, about, tested, ...complete(print(values)) }));
}

function canWrite(values: Values, unwritable?: RegExp): boolean {
  const written = Object.values(values)
    .flat()
    .filter((value) => typeof value === 'string');
  return !written.some((value) => unprintable.test(value) || unwritable?.test(value));
}

/** With the steps that follow from what the files say. */
function complete({ files, steps, missingRedirectUri }: Printed): Printed {
  const says = (text: string) => files.some((file) => file.text.includes(text));
  return {
    files,
    steps: [
      ...(missingRedirectUri ? [`Add the redirect address ${missingRedirectUri} to the app.`] : []),
      ...steps,
      ...(says(clientSecretPlaceholder) ? [`Replace ${clientSecretPlaceholder}: it was shown once.`] : []),
      ...(says(sessionSecretPlaceholder)
        ? [`Replace ${sessionSecretPlaceholder} by what this prints: openssl rand -hex 16`]
        : []),
    ],
    ...(missingRedirectUri ? { missingRedirectUri } : {}),
  };
}
