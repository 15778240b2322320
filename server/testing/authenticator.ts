/** A browser with a passkey authenticator, in software: whole ceremonies without a browser, and every malformed one. */
import { randomBytes } from 'node:crypto';
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import {
  attestedCredentialData,
  authenticatorData,
  base64url,
  clientData,
  encodeAttestation,
  sha256,
} from './authenticator-data.ts';
import { algorithms, coseKey, generateKeyPair, signWith } from './authenticator-keys.ts';
import type {
  AuthenticatorSettings,
  CeremonyOverrides,
  CreateOverrides,
  GetOverrides,
  SoftwareCredential,
} from './authenticator-overrides.ts';

export interface SoftwareAuthenticator {
  readonly credentials: SoftwareCredential[];
  /** @throws DOMException `InvalidStateError` for an excluded credential, `NotSupportedError` for the algorithm */
  create(
    options: PublicKeyCredentialCreationOptionsJSON,
    overrides?: CreateOverrides,
  ): RegistrationResponseJSON;
  /** @throws DOMException `NotAllowedError` where no credential fits */
  get(options: PublicKeyCredentialRequestOptionsJSON, overrides?: GetOverrides): AuthenticationResponseJSON;
}

export function createAuthenticator(settings: AuthenticatorSettings): SoftwareAuthenticator {
  const credentials: SoftwareCredential[] = [];
  return {
    credentials,
    create: (options, overrides = {}) => create({ settings, credentials }, options, overrides),
    get: (options, overrides = {}) => get({ settings, credentials }, options, overrides),
  };
}

interface State {
  settings: AuthenticatorSettings;
  credentials: SoftwareCredential[];
}

function create(
  { settings, credentials }: State,
  options: PublicKeyCredentialCreationOptionsJSON,
  overrides: CreateOverrides,
): RegistrationResponseJSON {
  const algorithm = settings.algorithm ?? 'ES256';
  const rpId = options.rp.id ?? new URL(settings.origin).hostname;
  refuseCreation({ settings, credentials }, options, overrides);
  const { privateKey, publicKey } = generateKeyPair(algorithm);
  const id = overrides.credentialId ?? randomBytes(32);
  const credential: SoftwareCredential = {
    id: base64url(id),
    rpId,
    userHandle: options.user.id,
    algorithm,
    privateKey,
    counter: settings.synced === false ? 1 : 0,
  };
  keep(credentials, credential);
  const attested = attestedCredentialData(
    { aaguid: settings.aaguid, id, key: coseKey(algorithm, publicKey) },
    overrides,
  );
  const told = { type: 'webauthn.create', origin: settings.origin, challenge: options.challenge };
  const clientDataJSON = clientData(told, overrides);
  const authData = authenticatorData({ settings, credential, attested }, overrides);
  const attestationObject = encodeAttestation(
    {
      algorithm,
      privateKey,
      publicKey,
      credentialId: id,
      rpIdHash: authData.subarray(0, 32),
      aaguid: overrides.aaguid ?? settings.aaguid ?? '0'.repeat(32),
      authData,
      clientDataHash: sha256(clientDataJSON),
    },
    { settings, overrides },
  );
  const response: RegistrationResponseJSON = {
    ...envelope(credential.id),
    clientExtensionResults: { credProps: { rk: true } },
    response: {
      clientDataJSON: base64url(clientDataJSON),
      attestationObject: base64url(attestationObject),
      transports: ['hybrid', 'internal'],
    },
  };
  return finish(response, overrides);
}

function get(
  { settings, credentials }: State,
  options: PublicKeyCredentialRequestOptionsJSON,
  overrides: GetOverrides,
): AuthenticationResponseJSON {
  const rpId = options.rpId ?? new URL(settings.origin).hostname;
  const allowed = options.allowCredentials?.map(({ id }) => id) ?? [];
  const credential =
    overrides.credential ??
    credentials.findLast((one) => one.rpId === rpId && (allowed.length === 0 || allowed.includes(one.id)));
  if (!credential) throw new DOMException('no credential fits', 'NotAllowedError');
  if (settings.synced === false) credential.counter += 1;
  const told = { type: 'webauthn.get', origin: settings.origin, challenge: options.challenge };
  const clientDataJSON = clientData(told, overrides);
  const authData = authenticatorData({ settings, credential }, overrides);
  const signed = Buffer.concat([authData, sha256(clientDataJSON)]);
  const signature = signWith(credential.algorithm, credential.privateKey, signed);
  const userHandle = overrides.userHandle === undefined ? credential.userHandle : overrides.userHandle;
  const response: AuthenticationResponseJSON = {
    ...envelope(credential.id),
    clientExtensionResults: {},
    response: {
      clientDataJSON: base64url(clientDataJSON),
      authenticatorData: base64url(authData),
      signature: base64url(overrides.signature?.(signature, signed) ?? signature),
      ...(userHandle === null ? {} : { userHandle }),
    },
  };
  return finish(response, overrides);
}

function refuseCreation(
  { settings, credentials }: State,
  options: PublicKeyCredentialCreationOptionsJSON,
  overrides: CreateOverrides,
): void {
  const alg = algorithms[settings.algorithm ?? 'ES256'];
  if (!options.pubKeyCredParams.some((offered) => offered.alg === alg))
    throw new DOMException('no offered algorithm is known', 'NotSupportedError');
  const excluded = options.excludeCredentials?.map(({ id }) => id) ?? [];
  if (!overrides.ignoreExcludeCredentials && credentials.some(({ id }) => excluded.includes(id)))
    throw new DOMException('there is a passkey on this device already', 'InvalidStateError');
}

/** CTAP 2.2 §6.1.2: a discoverable credential replaces one of the same RP ID and user handle. */
function keep(credentials: SoftwareCredential[], added: SoftwareCredential): void {
  const at = credentials.findIndex(
    ({ rpId, userHandle }) => rpId === added.rpId && userHandle === added.userHandle,
  );
  if (at >= 0) credentials.splice(at, 1);
  credentials.push(added);
}

function envelope(id: string) {
  return { id, rawId: id, type: 'public-key', authenticatorAttachment: 'platform' } as const;
}

/** Malformed answers are the point: they are sent as if they had the right type. */
function finish<Response>(response: Response, { response: change }: CeremonyOverrides<Response>): Response {
  return change ? (change(response) as Response) : response;
}
