import { type Html, html } from '../../html.ts';
import type { MessageKey } from '../../words.ts';
import type { ConsoleContext } from '../frame.ts';
import { panel } from '../parts/facts.ts';

const triedWords = {
  pkce: 'tryIt.triedPkce',
  pushed: 'tryIt.triedPushed',
  signedRequest: 'tryIt.triedSignedRequest',
  assertion: 'tryIt.triedAssertion',
  bound: 'tryIt.triedBound',
  signedResponse: 'tryIt.triedSignedResponse',
  encryptedResponse: 'tryIt.triedEncryptedResponse',
  encryptedIdToken: 'tryIt.triedEncryptedIdToken',
  signedUserinfo: 'tryIt.triedSignedUserinfo',
  encryptedUserinfo: 'tryIt.triedEncryptedUserinfo',
} as const satisfies Record<string, MessageKey>;

const untriedWords = {
  secret: 'tryIt.untriedSecret',
  certificate: 'tryIt.untriedCertificate',
  boundToCertificate: 'tryIt.untriedBoundToCertificate',
  ownKeys: 'tryIt.untriedOwnKeys',
  withoutPkce: 'tryIt.untriedWithoutPkce',
  introspection: 'tryIt.untriedIntrospection',
} as const satisfies Record<string, MessageKey>;

/** What was done as the app is set up, and by which algorithm. */
export interface TriedPart {
  part: keyof typeof triedWords;
  alg?: string;
}

/** What the app does, and a trial does not. */
export type UntriedPart = keyof typeof untriedWords;

export interface TriedParts {
  tried: readonly TriedPart[];
  untried: readonly UntriedPart[];
}

/** How the trial went about it: what works here is said of this much. */
export function partsPanel({ words }: ConsoleContext, { tried, untried }: TriedParts): Html | undefined {
  if (tried.length + untried.length === 0) return undefined;
  const listed = (heading: MessageKey, items: readonly string[]) =>
    items.length > 0 &&
    html`<h3>${words(heading)}</h3><ul>${items.map((item) => html`<li>${item}</li>`)}</ul>`;
  return panel({
    id: 'parts',
    heading: words('tryIt.parts'),
    content: html`${listed(
      'tryIt.triedParts',
      tried.map(({ part, alg = '' }) => words(triedWords[part], { alg })),
    )}${listed(
      'tryIt.untriedParts',
      untried.map((part) => words(untriedWords[part])),
    )}`,
  });
}
