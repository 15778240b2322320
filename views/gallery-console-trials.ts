import { tryResultPage } from './console/apps/try-result.ts';
import { app, atConsole, hour, now } from './gallery-console.ts';
import type { Sample } from './gallery-samples.ts';

const token = {
  kind: 'id_token' as const,
  header: '{\n  "alg": "ES256",\n  "kid": "2026-11"\n}',
  claims: '{\n  "iss": "https://login.example.com",\n  "sub": "f3b8c1de",\n  "acr": "phr"\n}',
  expiresAt: now + hour,
};

/** What came of trying an app. */
export const trialSamples: Readonly<Record<string, Sample>> = {
  'console-try': (page) =>
    tryResultPage(atConsole(page), {
      app,
      outcome: {
        state: 'done',
        person: { id: 'p1', name: 'Sample Person' },
        passkey: { id: 'k1', name: 'Key in the drawer' },
        acr: 'phr',
        amr: ['hwk', 'user'],
        at: now,
        tokens: [
          token,
          { kind: 'userinfo', claims: token.claims },
          { kind: 'access_token', expiresAt: now + hour },
        ],
      },
      parts: {
        tried: [
          { part: 'pkce' },
          { part: 'pushed' },
          { part: 'signedRequest', alg: 'ES256' },
          { part: 'bound' },
          { part: 'encryptedIdToken', alg: 'ECDH-ES' },
        ],
        untried: ['certificate', 'boundToCertificate', 'ownKeys'],
      },
    }),
  'console-try-failed': (page) =>
    tryResultPage(atConsole(page), {
      app,
      outcome: { state: 'failed', error: 'access_denied', description: 'The person chose to cancel.' },
      parts: { tried: [{ part: 'pkce' }], untried: ['secret'] },
    }),
};
