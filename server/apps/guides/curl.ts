/** A machine without a library: one request in a shell. */
import { takesSecret } from '../app-secret.ts';
import { endpointsOf } from './endpoints.ts';
import type { Recipe, Values } from './guide.ts';
import { shellWord } from './quote.ts';

export const curl: Recipe = {
  id: 'curl',
  name: 'curl',
  about: 'A script or a job in a shell.',
  tested: true,
  fits: (app) => app.kind === 'machine' && takesSecret(app),
  print: (values) => ({
    files: [{ name: 'token.sh', language: 'shell', text: request(values) }],
    steps: [
      'Run it: sh token.sh. The answer has access_token, and expires_in, in seconds.',
      'Let nobody else read token.sh: it holds the secret.',
    ],
  }),
};

function request(values: Values): string {
  const { issuer, clientId, clientSecret, authentication } = values;
  const credentials =
    authentication === 'client_secret_post'
      ? [
          `--data-urlencode ${shellWord(`client_id=${clientId}`)}`,
          `--data-urlencode ${shellWord(`client_secret=${clientSecret}`)}`,
        ]
      : // Both are form-encoded first (RFC 6749 §2.3.1).
        [`--user ${shellWord([clientId, clientSecret].map(encodeURIComponent).join(':'))}`];
  return `#!/bin/sh
${['curl --fail-with-body --silent --show-error', ...credentials, '--data grant_type=client_credentials', ...api(values), shellWord(endpointsOf(issuer).token)].join(' \\\n  ')}
`;
}

function api({ api }: Values): string[] {
  if (!api) return [];
  const wanted = [`scope=${api.scopes.join(' ')}`, `resource=${api.resource}`];
  return wanted.map((parameter) => `--data-urlencode ${shellWord(parameter)}`);
}
