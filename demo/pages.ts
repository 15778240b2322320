import { type Html, html } from './html.ts';
import type { Claims, SignedIn } from './relying-party.ts';

/** What the usual claims say, for people who see them for the first time. */
const meanings: Readonly<Record<string, string>> = {
  sub: 'Who this is: the same for this person for ever. Use it as their key.',
  iss: 'Who says so: the provider.',
  aud: 'Whom it is said to: this app.',
  exp: 'Not valid after this.',
  iat: 'When it was made.',
  auth_time: 'When the passkey was used.',
  acr: 'How strong the sign-in was; phr is resistant to phishing, phrh with a key that hardware keeps.',
  amr: 'What was used to sign in.',
  nonce: 'What this app sent along, so that an old token cannot be replayed.',
  at_hash: 'Ties the access token to this ID token.',
  sid: 'The session at the provider.',
  name: 'The full name.',
  preferred_username: 'The user name; it may change.',
  email: 'The e-mail address.',
  email_verified: 'Whether the provider has checked the address.',
  groups: 'The groups this person is in.',
  locale: 'The language the person has chosen.',
  updated_at: 'When the profile was last changed.',
};

const times = new Set(['exp', 'iat', 'auth_time', 'updated_at']);

export function signedOutPage(issuer: string, { endedElsewhere }: { endedElsewhere: boolean }): Html {
  const news = endedElsewhere
    ? html`<p role="status">You are signed out: ${issuer} told this app that your session there is over.</p>`
    : html``;
  return page(
    'A small app',
    html`
      ${news}
      <p>This app has no accounts and keeps no passwords. It asks <strong>${issuer}</strong> who you are.</p>
      <p><a class="button" href="/sign-in">Sign in</a></p>`,
  );
}

export function signedInPage(signedIn: SignedIn): Html {
  const name = String(signedIn.userInfo.name ?? signedIn.userInfo.preferred_username ?? signedIn.claims.sub);
  return page(
    `Signed in as ${name}`,
    html`
      <div class="actions">
        ${signedIn.refreshToken ? action('/refresh', 'Refresh') : html``}
        <a class="button" href="/sensitive">Open something sensitive</a>
        ${action('/sign-out', 'Sign out')}
      </div>
      <p role="status">${tokensSentence(signedIn)}</p>
      <h2>What the ID token says</h2>
      ${claimsTable('ID token', signedIn.claims)}
      <h2>What userinfo says</h2>
      ${claimsTable('Userinfo', signedIn.userInfo)}`,
  );
}

/** What the resource server answers. */
export interface Told {
  secret: string;
  acr: string;
  auth_time: number;
}

export function sensitivePage({ secret, acr, auth_time }: Told): Html {
  return page(
    'Something sensitive',
    html`
      <p>${secret}</p>
      <p>The resource server gave this away for a sign-in of class <code>${acr}</code> at ${timeOf(auth_time * 1000)}.</p>
      <p><a class="button" href="/">Back</a></p>`,
  );
}

export function problemPage(heading: string, sentence: string): Html {
  return page(heading, html`<p>${sentence}</p><p><a class="button" href="/">Back to the start</a></p>`);
}

function tokensSentence({ refreshed, refreshToken, accessTokenExpiresAt }: SignedIn): string {
  const until = `The access token is valid until ${timeOf(accessTokenExpiresAt)}.`;
  if (!refreshToken) return `${until} There is no refresh token.`;
  if (refreshed === 0) return until;
  return `Refreshed ${refreshed === 1 ? 'once' : `${refreshed} times`}. ${until}`;
}

function action(path: string, label: string): Html {
  return html`<form method="post" action="${path}"><button>${label}</button></form>`;
}

function claimsTable(caption: string, claims: Claims): Html {
  const rows = Object.entries(claims).map(
    ([name, value]) => html`
        <tr>
          <th scope="row"><code>${name}</code></th>
          <td>${textOf(name, value)}</td>
          <td class="meaning">${meanings[name] ?? ''}</td>
        </tr>`,
  );
  return html`
      <table>
        <caption>${caption}</caption>
        <thead><tr><th scope="col">Claim</th><th scope="col">Value</th><th scope="col">Meaning</th></tr></thead>
        <tbody>${rows}</tbody>
      </table>`;
}

function textOf(name: string, value: unknown): string {
  if (times.has(name) && typeof value === 'number') return timeOf(value * 1000);
  if (Array.isArray(value)) return value.length > 0 ? value.join(', ') : 'none';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function timeOf(milliseconds: number): string {
  return new Date(milliseconds)
    .toISOString()
    .replace('T', ' ')
    .replace('.000Z', ' UTC')
    .replace(/\.\d+Z/, ' UTC');
}

function page(heading: string, content: Html): Html {
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>${heading} · Latchkey demo</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="/demo.css">
  </head>
  <body>
    <header>Latchkey demo</header>
    <main>
      <h1>${heading}</h1>${content}
    </main>
  </body>
</html>
`;
}
