/** Whole ceremonies between a passkey manager on a storage of its own and software authenticators. */

import assert from 'node:assert/strict';
import { openStorage } from '../../adapters/open.ts';
import type { NamedRule } from '../authenticator-policy/rule.ts';
import { AppError, type ErrorCode } from '../errors.ts';
import { type ModelCatalogue, noModels } from '../fido-metadata/catalogue.ts';
import { createPasskeyManager, type OpenPasskeyManager } from '../passkeys/create-manager.ts';
import type { PasskeyManagerDependencies, RefusedCeremony } from '../passkeys/dependencies.ts';
import type {
  CeremonyContext,
  PasskeyFacts,
  PasskeyManager,
  ProofPurpose,
  RegistrationAuthorization,
} from '../passkeys/manager.ts';
import type { RefusalReason } from '../passkeys/refusal.ts';
import { passkeyManagerName } from '../receipts/receipt.ts';
import { createSecret, generateRoot, type Secret } from '../secret/secret.ts';
import type { PasskeyStorage } from '../storage.ts';
import { createAuthenticator, type SoftwareAuthenticator } from './authenticator.ts';
import type { CreateOverrides, GetOverrides } from './authenticator-overrides.ts';

export const origin = 'https://login.example.com';
export const relyingParties: PasskeyManagerDependencies['relyingParties'] = [
  { rpId: 'example.com', origins: [origin, 'https://id.example.com'] },
  { rpId: 'example.org', origins: ['https://example.org'] },
];
/** Whom receipts are for. */
export const audience = 'https://login.example.com';
/** Managers on one storage have one secret. */
export const secret = createSecret(generateRoot());
/** Where ceremonies take place unless a test says otherwise. */
export const here: CeremonyContext = { interaction: 'interaction-1', browser: 'browser-1' };
const user = { name: 'ada', displayName: 'Ada' };

export interface OpenedManager extends AsyncDisposable {
  manager: OpenPasskeyManager;
  reviewModels(): Promise<void>;
  provider: PasskeyManager;
  enrolment: PasskeyManager;
  administration: PasskeyManager;
  /** What the audit was told, oldest first. */
  refused: RefusedCeremony[];
  /** Milliseconds; stands still unless a test moves it. */
  clock: { now: number };
  storage: PasskeyStorage;
  secret: Secret;
}

/**
 * @param url a storage address; SQLite in memory by default
 * @param models what is known of authenticators
 */
export async function openManager(
  url = 'sqlite::memory:',
  models: ModelCatalogue = noModels,
  settings: Partial<Pick<PasskeyManagerDependencies, 'attestation' | 'brokenModels' | 'onReviewed'>> = {},
): Promise<OpenedManager> {
  const storage = await openStorage({ url, role: 'command', schema: 'migrate', waitUntilReady: true });
  const clock = { now: Date.now() };
  const refused: RefusedCeremony[] = [];
  const manager = createPasskeyManager({
    storage,
    relyingParties,
    rpName: 'Latchkey',
    models,
    brokenModels: 'block',
    ...settings,
    hash: secret.hash,
    hashes: secret.hashes,
    receipts: { issuer: passkeyManagerName, audience, secret },
    now: () => clock.now,
    log: { warn: () => {} },
    onRefused: (ceremony) => refused.push(ceremony),
  });
  return {
    manager,
    reviewModels: manager.reviewModels,
    provider: manager.as('provider'),
    enrolment: manager.as('enrolment'),
    administration: manager.as('administration'),
    refused,
    clock,
    storage,
    secret,
    [Symbol.asyncDispose]: () => storage[Symbol.asyncDispose](),
  };
}

/** A synced passkey's authenticator in a browser that is on our page. */
export function deviceHere(settings: Partial<Parameters<typeof createAuthenticator>[0]> = {}) {
  return createAuthenticator({ origin, ...settings });
}

export interface RegistrationSteps {
  device: SoftwareAuthenticator;
  authorization: RegistrationAuthorization;
  overrides?: CreateOverrides;
  context?: CeremonyContext;
  rules?: readonly NamedRule[];
}

export async function register({ provider }: OpenedManager, steps: RegistrationSteps) {
  const { device, authorization, overrides, context = here, rules } = steps;
  const asked = { ...context, ...(rules && { rules }) };
  const { options } = await provider.beginRegistration({ ...asked, authorization, user });
  const response = device.create(options, overrides);
  return provider.finishRegistration({ ...asked, response });
}

/** A new person with one passkey. */
export async function enrol(opened: OpenedManager, device = deviceHere()) {
  const { ticket, userHandle } = await opened.enrolment.issueTicket({ purpose: 'first', minutes: 60 });
  const { passkey } = await register(opened, { device, authorization: { ticket } });
  return { device, userHandle, passkey };
}

export async function signIn(
  { provider }: OpenedManager,
  { device, overrides }: { device: SoftwareAuthenticator; overrides?: GetOverrides },
) {
  const { options } = await provider.beginAuthentication({ ...here, purpose: 'sign-in' });
  return provider.finishAuthentication({
    ...here,
    purpose: 'sign-in',
    response: device.get(options, overrides),
  });
}

/** Has a person use a passkey for one purpose. */
export async function prove(
  { provider }: OpenedManager,
  { device, userHandle }: { device: SoftwareAuthenticator; userHandle: string },
  purpose: ProofPurpose,
): Promise<string> {
  const { options } = await provider.beginAuthentication({ ...here, purpose, userHandle });
  const response = device.get(options);
  const { proof } = await provider.finishAuthentication({ ...here, purpose, response });
  assert.ok(proof);
  return proof;
}

/** One more passkey for a person, on a device of its own. */
export async function addPasskey(
  opened: OpenedManager,
  person: { device: SoftwareAuthenticator; userHandle: string },
  device = deviceHere(),
) {
  const proof = await prove(opened, person, 'add-passkey');
  const { userHandle } = person;
  const { passkey } = await register(opened, { device, authorization: { userHandle, proof } });
  return { device, userHandle, passkey };
}

export async function passkeysOf(
  { administration }: OpenedManager,
  userHandle: string,
): Promise<PasskeyFacts[]> {
  return (await administration.listPasskeys({ userHandle })).passkeys;
}

/** The outside must learn this code and nothing else. */
export function rejects(attempt: Promise<unknown>, code: ErrorCode): Promise<void> {
  return assert.rejects(attempt, (error) => {
    assert.ok(error instanceof AppError, String(error));
    assert.equal(error.code, code);
    return true;
  });
}

/** Refused with one code for the outside, and this reason for the audit. */
export async function refuses(
  { refused }: OpenedManager,
  attempt: Promise<unknown>,
  { reason, code = 'passkey_rejected' }: { reason: RefusalReason; code?: ErrorCode },
): Promise<void> {
  const before = refused.length;
  await rejects(attempt, code);
  assert.deepEqual(
    refused.slice(before).map((ceremony) => ceremony.reason),
    [reason],
  );
}
