/** openid-client (npm) where a person's own machine runs it, which keeps no secret. */
import type { GuidedApp, Recipe, Values } from './guide.ts';
import {
  authorizationUrl,
  discovery,
  finish,
  installOpenidClient,
  script,
  settingsFile,
  settingsOf,
  signOutUrl,
} from './openid-client-parts.ts';
import { quoted } from './quote.ts';
import { callbackOf, isLoopback, isSettled, missing } from './values.ts';

export const openidClientBrowser: Recipe = {
  id: 'openid-client-browser',
  name: 'openid-client',
  about: 'An app that runs in the page alone.',
  tested: true,
  fits: ({ kind }) => kind === 'browser',
  print(values) {
    const callback = callbackOf(values, '/callback', () => true);
    return {
      files: [script('sign-in.js', browserScript(values, callback.uri))],
      steps: [
        installOpenidClient,
        'Bundle sign-in.js with your page, for example with Vite or esbuild.',
        'Call signIn() from a button, and finishSignIn() when the page at the redirect address opens.',
        'When somebody signs out, go to signOutUrl().',
      ],
      ...missing(callback),
    };
  },
};

function browserScript(values: Values, redirectUri: string): string {
  const settings = Object.entries(settingsOf(values, redirectUri)).map(
    ([name, value]) => `  ${name}: ${quoted(value)},\n`,
  );
  return `${discovery(values, `\nconst settings = {\n${settings.join('')}};\n`)}
export async function signIn() {
${authorizationUrl('settings.redirectUri')}
  sessionStorage.setItem('sign-in', JSON.stringify(checks));
  location.assign(url);
}

/** \`undefined\` where nobody has just come back. */
export async function finishSignIn() {
  const checks = JSON.parse(sessionStorage.getItem('sign-in'));
  if (!checks) return undefined;
  sessionStorage.removeItem('sign-in');
${finish('new URL(location.href)')}
  // The code is used up: it shall not stay in the address.
  history.replaceState(null, '', settings.redirectUri);
  return { person, tokens };
}

${signOutUrl(values)}`;
}

/** An app on a machine with a browser, which comes back to a port of the machine (RFC 8252 §7.3). */
export const openidClientNative: Recipe = {
  id: 'openid-client-native',
  name: 'openid-client',
  about: 'A command or desktop app on Node.js: the browser comes back to the machine itself.',
  tested: true,
  fits: ({ kind, redirectUris }) => kind === 'native' && redirectUris.some(comesBackHere),
  print: (values) => ({
    files: [
      settingsFile(values, values.redirectUris.find(comesBackHere)),
      script('sign-in.mjs', nativeScript(values)),
    ],
    steps: [installOpenidClient, 'Call signIn() with a function that opens an address in the browser.'],
  }),
};

function comesBackHere(uri: string): boolean {
  const { protocol, hostname } = new URL(uri);
  return protocol === 'http:' && isLoopback(hostname) && isSettled(uri);
}

const nativeScript = (values: Values) => `import { once } from 'node:events';
import { createServer } from 'node:http';
${discovery(values)}
/** @param openBrowser gets the address to open */
export async function signIn(openBrowser) {
  const redirect = new URL(settings.redirectUri);
  const server = createServer().listen(Number(redirect.port), redirect.hostname.replace(/[[\\]]/g, ''));
  await once(server, 'listening');
  // An address without a port stands for that of every port.
  redirect.port = server.address().port;
${authorizationUrl('redirect.href')}
  openBrowser(url);
  const [request, response] = await once(server, 'request');
  response.end('You are signed in, and may close this page.');
  server.close();
${finish('new URL(request.url, redirect)')}
  return { person, tokens };
}
`;

export const openidClientDevice: Recipe = {
  id: 'openid-client-device',
  name: 'openid-client',
  about: 'A device without a browser, on Node.js: people sign in with their phone.',
  tested: true,
  fits: ({ kind }: GuidedApp) => kind === 'device',
  print: (values) => ({
    files: [settingsFile(values), script('sign-in.mjs', deviceScript(values))],
    steps: [
      installOpenidClient,
      'Call signIn() with a function that shows a person the code and where to type it.',
    ],
  }),
};

const deviceScript = (values: Values) => `${discovery(values)}
/** @param show gets \`user_code\`, \`verification_uri\` and \`verification_uri_complete\`, which may be a QR code */
export async function signIn(show) {
  const device = await client.initiateDeviceAuthorization(config, { scope: settings.scope });
  show(device);
  const tokens = await client.pollDeviceAuthorizationGrant(config, device);
  const person = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
  return { person, tokens };
}
`;
