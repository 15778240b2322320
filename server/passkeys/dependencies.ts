import type { ErrorCode } from '../errors.ts';
import type { Log } from '../log.ts';
import type { RelyingParty } from '../setting-readers.ts';
import type { ChallengeRepository } from './challenge.ts';
import type { CeremonyPurpose } from './manager.ts';
import type { PasskeyRepository } from './passkey.ts';
import type { ProofRepository } from './proof.ts';
import type { RefusalReason } from './refusal.ts';
import type { TicketRepository } from './ticket.ts';

/** A refused ceremony, with what was known of it by then. Ids and codes alone. */
export interface RefusedCeremony {
  /** Of a manager elsewhere only the code is known here: the reason stands in its own audit. */
  reason: RefusalReason | ErrorCode;
  purpose: CeremonyPurpose;
  passkeyId?: string;
  userHandle?: string;
}

/** What the passkey manager is made of. Its policy comes from here alone and never from a caller. */
export interface PasskeyManagerDependencies {
  storage: {
    passkeys: PasskeyRepository;
    challenges: ChallengeRepository;
    tickets: TicketRepository;
    proofs: ProofRepository;
  };
  /** The first one is for new passkeys. */
  relyingParties: readonly [RelyingParty, ...RelyingParty[]];
  /** Shown by authenticators. */
  rpName: string;
  /** Keyed hash of a bearer value, by which it is stored (`Secret.hash`). */
  hash: (namespace: string, value: string) => string;
  now: () => number;
  log: Pick<Log, 'warn'>;
  /** For the audit. */
  onRefused?: (refused: RefusedCeremony) => void;
}
