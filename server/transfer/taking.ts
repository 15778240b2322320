import type { PasskeyManager } from '../passkeys/manager.ts';
import type { SecretRing } from '../secret/ring.ts';
import type { ProviderStorage } from '../storage.ts';
import type { Report } from './report.ts';

export interface ImportDependencies {
  storage: Pick<
    ProviderStorage,
    | 'installation'
    | 'attributeDefinitions'
    | 'accounts'
    | 'groups'
    | 'apps'
    | 'apis'
    | 'artifacts'
    | 'signingKeys'
  >;
  /** As the identity `administration`. */
  administration: Pick<PasskeyManager, 'importPasskeys' | 'findFloor' | 'setFloor'>;
  secret: Pick<SecretRing, 'hash' | 'hashes' | 'isSuccessor' | 'seal' | 'open' | 'follow'>;
  issuer: string;
  now: () => number;
}

/** What everything that is taken has in common. */
export interface Taking extends ImportDependencies {
  /** `false`: it is looked at alone. */
  store: boolean;
  merge: boolean;
  /** Whether apps know what is brought by the issuer that they know this one by. */
  isOfHere: boolean;
  report: Report;
  /** Which group of this installation a group of the file is. */
  groupIds: Map<string, string>;
  /** Apps of the file that are here now: whoever administered them still does. */
  appIds: Set<string>;
}
