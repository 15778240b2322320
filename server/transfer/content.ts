/** What is brought from one installation to another, whatever it was before. */
import type { Account } from '../accounts/account.ts';
import type { AttributeDefinition } from '../accounts/attribute.ts';
import type { Api } from '../apis/api.ts';
import type { App, AppSecret } from '../apps/app.ts';
import type { ImportedHash } from '../apps/imported-secret.ts';
import type { AuthenticatorRule } from '../authenticator-policy/rule.ts';
import type { Group } from '../groups/group.ts';
import type { SigningKey } from '../oidc/signing-key.ts';
import type { CarriedPasskey } from '../passkeys/carried-passkey.ts';

/** A client secret as it was exported: itself, or what was kept of it. */
export type CarriedSecret = Omit<AppSecret, 'hash'> & ({ value: string } | { imported: ImportedHash });

export type CarriedApp = Omit<App, 'secrets' | 'origin' | 'registration' | 'revision'> & {
  secrets: CarriedSecret[];
};

/** A person with the passkeys of all their user handles. */
export interface CarriedPerson {
  account: Account;
  passkeys: CarriedPasskey[];
}

/** The private JWK lies open: it is sealed again where it arrives. */
export type CarriedSigningKey = Pick<SigningKey, 'id' | 'alg' | 'createdAt'> & { jwk: object };

/** What the `sub`s of pairwise apps are made of. It lies open, as a signing key does. */
export interface CarriedSalt {
  salt: string;
}

/** In the order in which they come: each may name what came before it. */
export interface CarriedRecords {
  pairwiseSalt: CarriedSalt;
  attribute: AttributeDefinition;
  group: Group;
  app: CarriedApp;
  api: Api;
  person: CarriedPerson;
  rule: { rule: AuthenticatorRule };
  signingKey: CarriedSigningKey;
}

export type CarriedKind = keyof CarriedRecords;

export type CarriedItem = { [K in CarriedKind]: { kind: K; record: CarriedRecords[K] } }[CarriedKind];

/** One thing that is told in the report, by its name, with the reason. */
export interface Finding {
  /** Of what kind it is: `app`, `person`, `passkey`, `group`, `role`, `setting` … */
  kind: string;
  /** How the people who know it call it. */
  item: string;
  /** Only a part of it: the rest comes over. */
  part?: true;
  /** One word, for scripts. */
  reason: string;
  /** A sentence without its subject: "has a wildcard". */
  text: string;
}

export interface TransferContent {
  source: 'latchkey' | 'keycloak' | 'pocket-id';
  /** What its apps know the installation as, where it tells. */
  issuer?: string;
  /** From the beginning, each time. */
  items(): AsyncIterable<CarriedItem>;
  /** What could not be read into any of these, or came over as something else. */
  left: Finding[];
  notes: Finding[];
}
