/** How a script on openid-client proves which app it is. */
import type { Values } from './guide.ts';

const byMethod: Readonly<Record<string, string>> = {
  client_secret_basic: 'client.ClientSecretBasic(settings.clientSecret)',
  client_secret_post: 'client.ClientSecretPost(settings.clientSecret)',
  private_key_jwt: 'client.PrivateKeyJwt({ key, kid: jwk.kid })',
  none: 'client.None()',
};

interface Authentication {
  /** An expression: the argument of `discovery`. */
  expression: string;
  /** What must be imported for it. */
  imports: string;
  /** What must have run before. */
  preparation: string;
}

export function authenticationOf({ authentication, publicKey }: Values): Authentication {
  const expression = byMethod[authentication] ?? '';
  if (authentication !== 'private_key_jwt') return { expression, imports: '', preparation: '' };
  const algorithm = `const algorithm = ${importAlgorithm(publicKey)};\n`;
  return {
    expression,
    imports: "import jwk from './private-key.json' with { type: 'json' };\n",
    preparation: `${algorithm}const key = await crypto.subtle.importKey('jwk', jwk, algorithm, false, ['sign']);\n`,
  };
}

/** The algorithm of Web Cryptography (§ 14, `importKey`) for keys of the app's kind: an expression. */
function importAlgorithm({ kty, alg }: NonNullable<Values['publicKey']> = {}): string {
  if (kty === 'OKP') return "'Ed25519'";
  if (kty === 'EC') return "{ name: 'ECDSA', namedCurve: 'P-256' }";
  return `{ name: '${alg === 'PS256' ? 'RSA-PSS' : 'RSASSA-PKCS1-v1_5'}', hash: 'SHA-256' }`;
}

/** What is to be said of the secret, or of the key in its place. */
export function secretSteps({ authentication }: Values): string[] {
  return authentication === 'private_key_jwt'
    ? [
        'Put the private key whose public half the app has into private-key.json, as a JWK with its kid.',
        'Keep private-key.json out of your repository.',
      ]
    : ['Keep oidc.json out of your repository: it holds the secret.'];
}
