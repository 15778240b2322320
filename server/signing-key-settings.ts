/** Settings of the keys that sign tokens: part of the one table. */
import { readers } from './setting-readers.ts';

const { integer, oneOf, url, text, absent } = readers;

export const signingKeySettings = {
  LATCHKEY_SIGNING_KEY_DAYS: {
    read: integer(90, 0, 3650),
    byDefault: '90',
    about:
      'Days after which the next key signs tokens; 0 leaves it to `latchkey keys rotate`. It is published long before, and the one before is published as long as something is in force that it signed.',
  },
  LATCHKEY_ML_DSA: {
    read: oneOf('off', 'on'),
    byDefault: 'off',
    about:
      '`on`: there are keys of ML-DSA-44 too, which quantum computers do not break, for apps that ask for ID tokens signed so. Hardly any library verifies them yet.',
  },
  LATCHKEY_SIGNER_URL: {
    read: absent(url('')),
    byDefault: 'the keys lie in the storage',
    about:
      'Who has the private keys in the place of the storage, and signs with them: a KMS behind a small service, or `latchkey signer` ([External signing](external-signing.md)). `https://signer.internal:3444`.',
  },
  LATCHKEY_SIGNER_TOKEN: {
    read: absent(text('')),
    byDefault: 'there is no signer',
    about: 'What the provider shows the signer: at least 32 random bytes, as `latchkey secret` prints them.',
    secret: true as const,
  },
  LATCHKEY_PKCS11_MODULE: {
    read: absent(text('')),
    byDefault: 'no token',
    about:
      'For `latchkey signer` alone: the file of the PKCS#11 module, such as `/usr/lib/softhsm/libsofthsm2.so`.',
  },
  LATCHKEY_PKCS11_TOKEN: {
    read: text('latchkey'),
    byDefault: 'latchkey',
    about: 'For `latchkey signer` alone: the label of the token whose keys sign.',
  },
  LATCHKEY_PKCS11_PIN: {
    read: absent(text('')),
    byDefault: 'none',
    about: 'For `latchkey signer` alone: the PIN of the token.',
    secret: true as const,
  },
};

type Settings = {
  [Name in keyof typeof signingKeySettings]: ReturnType<(typeof signingKeySettings)[Name]['read']>;
};

/** `days` after which the next key signs; absent where only people change keys. */
export function signingKeysOf(values: Settings) {
  const { LATCHKEY_SIGNING_KEY_DAYS: days, LATCHKEY_ML_DSA: mlDsa } = values;
  const { LATCHKEY_SIGNER_URL: url = '', LATCHKEY_SIGNER_TOKEN: token = '' } = values;
  const { LATCHKEY_PKCS11_MODULE: module, LATCHKEY_PKCS11_PIN: pin = '' } = values;
  return {
    ...(days > 0 && { days }),
    mlDsa: mlDsa === 'on',
    /** Both or neither: see `checkSigner`. */
    ...((url || token) && { signer: { url, token } }),
    ...(module !== undefined && { pkcs11: { module, label: values.LATCHKEY_PKCS11_TOKEN, pin } }),
  };
}

/** One sentence for what is wrong, with what to put. */
export function checkSigner(
  signer: ReturnType<typeof signingKeysOf>['signer'],
  isLocalhost: (host: string) => boolean,
): string[] {
  if (!signer) return [];
  const { url, token } = signer;
  if (!url) return ['LATCHKEY_SIGNER_URL must say where the signer is, or leave LATCHKEY_SIGNER_TOKEN out.'];
  if (url.startsWith('http:') && !isLocalhost(new URL(url).hostname))
    return [`LATCHKEY_SIGNER_URL is ${url}: outside localhost it must begin with https://.`];
  if (token.length >= 43) return [];
  return [
    'LATCHKEY_SIGNER_TOKEN_FILE must name a file with at least 32 random bytes as base64url. `latchkey secret` prints them.',
  ];
}
