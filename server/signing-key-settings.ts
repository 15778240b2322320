/** Settings of the keys that sign tokens: part of the one table. */
import { type SignerFiles, signerFileSettings } from './external-signing/signer-files.ts';
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
  LATCHKEY_SIGNER_CERT_FILE: {
    read: absent(text('')),
    byDefault: 'the token alone',
    about:
      'A PEM file with the certificate that the provider shows the signer (mutual TLS), and what leads from it to its authority. It goes with `LATCHKEY_SIGNER_KEY_FILE`; both are followed as they change.',
  },
  LATCHKEY_SIGNER_KEY_FILE: {
    read: absent(text('')),
    byDefault: 'the token alone',
    about: 'A PEM file with the private key of that certificate, without a passphrase.',
  },
  LATCHKEY_SIGNER_CA_FILE: {
    read: absent(text('')),
    byDefault: 'the authorities that Node.js trusts',
    about:
      'A PEM file with the authorities that the certificate of the signer is judged by, and no others. Followed as it changes.',
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
  const { LATCHKEY_PKCS11_MODULE: module, LATCHKEY_PKCS11_PIN: pin = '' } = values;
  return {
    ...(days > 0 && { days }),
    mlDsa: mlDsa === 'on',
    ...signerOf(values),
    ...(module !== undefined && { pkcs11: { module, label: values.LATCHKEY_PKCS11_TOKEN, pin } }),
  };
}

interface SignerSettings {
  /** All or none of address and token, of certificate and key: see `checkSigner`. */
  url: string;
  token: string;
  files: SignerFiles;
}

function signerOf(values: Settings): { signer?: SignerSettings } {
  const { LATCHKEY_SIGNER_URL: url = '', LATCHKEY_SIGNER_TOKEN: token = '' } = values;
  const {
    LATCHKEY_SIGNER_CERT_FILE: certificate,
    LATCHKEY_SIGNER_KEY_FILE: key,
    LATCHKEY_SIGNER_CA_FILE: authorities,
  } = values;
  const files = {
    ...(certificate !== undefined && { certificate }),
    ...(key !== undefined && { key }),
    ...(authorities !== undefined && { authorities }),
  };
  const isNamed = Boolean(url || token) || Object.keys(files).length > 0;
  return isNamed ? { signer: { url, token, files } } : {};
}

/** One sentence for each thing that is wrong, with what to put. */
export function checkSigner(
  signer: SignerSettings | undefined,
  isLocalhost: (host: string) => boolean,
): string[] {
  if (!signer) return [];
  const { url, token, files } = signer;
  const names = [
    ...(token ? ['LATCHKEY_SIGNER_TOKEN'] : []),
    ...Object.keys(files).map((file) => signerFileSettings[file as keyof SignerFiles]),
  ];
  if (!url) return [`LATCHKEY_SIGNER_URL must say where the signer is, or leave ${names.join(', ')} out.`];
  const problems = checkFiles(url, files);
  if (url.startsWith('http:') && !isLocalhost(new URL(url).hostname))
    problems.push(`LATCHKEY_SIGNER_URL is ${url}: outside localhost it must begin with https://.`);
  if (token.length < 43)
    problems.push(
      'LATCHKEY_SIGNER_TOKEN_FILE must name a file with at least 32 random bytes as base64url. `latchkey secret` prints them.',
    );
  return problems;
}

function checkFiles(url: string, files: SignerFiles): string[] {
  const { certificate, key } = files;
  const problems: string[] = [];
  if (certificate !== undefined && key === undefined)
    problems.push(
      'LATCHKEY_SIGNER_KEY_FILE must name the private key of LATCHKEY_SIGNER_CERT_FILE: both, or neither.',
    );
  if (key !== undefined && certificate === undefined)
    problems.push(
      'LATCHKEY_SIGNER_CERT_FILE must name the certificate of LATCHKEY_SIGNER_KEY_FILE: both, or neither.',
    );
  const [first] = Object.keys(files) as (keyof SignerFiles)[];
  if (first && url.startsWith('http:'))
    problems.push(
      `${signerFileSettings[first]} is for a signer behind TLS: LATCHKEY_SIGNER_URL is ${url}, and must begin with https://, or leave the file out.`,
    );
  return problems;
}
