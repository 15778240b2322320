import type { CertificateFacts } from '../service-identity/certificate-facts.ts';
import type { SettingFacts } from '../setting-facts.ts';

/** One thing that was looked at, what it is like, and what to do. */
export interface Finding {
  check: string;
  /** `skipped`: could not be looked at from here. */
  state: 'ok' | 'warning' | 'failed' | 'skipped';
  says: string;
  remedy?: string;
}

/** What is known of the server that performs operations, or of the machine that a command runs on. */
export interface AboutServer {
  version: string;
  storage: 'sqlite' | 'mongodb';
  schema: () => Promise<{ stored: number; code: number }>;
  /** Where the passkey manager is. */
  passkeys: 'here' | 'elsewhere';
  settings: () => SettingFacts[];
  /** What the doctor finds. */
  examine: () => Promise<Finding[]>;
  certificates: () => CertificateFacts[];
}
