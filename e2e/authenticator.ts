import type { CDPSession, Page } from '@playwright/test';

/** A passkey provider inside the browser (CDP domain WebAuthn): as a phone or laptop has one built in. */
export interface VirtualAuthenticator {
  /** Whether prompts are answered at once; otherwise they stay open, as for a person who hesitates. */
  setPresent(present: boolean): Promise<void>;
  /** Whether fingerprint or PIN succeed. */
  setVerified(verified: boolean): Promise<void>;
  credentials(): Promise<Credential[]>;
  removeCredential(credentialId: string): Promise<void>;
  addCredential(credential: Credential): Promise<void>;
  /** What is said of backups from the next use on (WebAuthn L3 §6.1.3): a right authenticator never changes BE. */
  setBackup(credentialId: string, flags: { eligible?: boolean; isOn?: boolean }): Promise<void>;
  /** Takes the whole authenticator away, as if the device were left at home. */
  remove(): Promise<void>;
}

/** Bytes as standard base64, as CDP has them. */
export interface Credential {
  credentialId: string;
  isResidentCredential: boolean;
  rpId?: string;
  privateKey: string;
  userHandle?: string;
  signCount: number;
  backupEligibility?: boolean;
  backupState?: boolean;
}

/**
 * `synced`: as a password manager of the browser; `device-bound`: as a laptop that keeps its keys to itself;
 * `security-key`: as one on USB, of which the browser tells the model only where that is asked for.
 */
export type AuthenticatorKind = 'synced' | 'device-bound' | 'security-key';

/** Adds an authenticator that keeps discoverable passkeys and verifies its user. */
export async function addAuthenticator(
  page: Page,
  kind: AuthenticatorKind = 'synced',
): Promise<VirtualAuthenticator> {
  const session: CDPSession = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable');
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport: kind === 'security-key' ? 'usb' : 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
      defaultBackupEligibility: kind === 'synced',
      defaultBackupState: kind === 'synced',
    },
  });
  return {
    async setPresent(enabled) {
      await session.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled });
    },
    async setVerified(isUserVerified) {
      await session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified });
    },
    async credentials() {
      return (await session.send('WebAuthn.getCredentials', { authenticatorId })).credentials;
    },
    async removeCredential(credentialId) {
      await session.send('WebAuthn.removeCredential', { authenticatorId, credentialId });
    },
    async addCredential(credential) {
      await session.send('WebAuthn.addCredential', { authenticatorId, credential });
    },
    async setBackup(credentialId, { eligible, isOn }) {
      await session.send('WebAuthn.setCredentialProperties', {
        authenticatorId,
        credentialId,
        ...(eligible !== undefined && { backupEligibility: eligible }),
        ...(isOn !== undefined && { backupState: isOn }),
      });
    },
    async remove() {
      await session.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId });
    },
  };
}
