import type { AuthenticatorRule } from '../authenticator-policy/rule.ts';

/** A named set of people, told to apps in the `groups` claim. */
export interface Group {
  id: string;
  /** What apps see in the claim. Unique without regard to case. */
  name: string;
  nameKey: string;
  description?: string;
  /** What is asked of the passkeys of whoever is in it. */
  authenticatorRule?: AuthenticatorRule;
  createdAt: number;
  updatedAt: number;
  revision: number;
}

/** Where groups are kept. Who is in one stands on the account. */
export interface GroupRepository {
  /** @throws ConflictError with field `id` or `nameKey` */
  insert(group: Group): Promise<void>;
  findById(id: string): Promise<Group | undefined>;
  findByNameKey(nameKey: string): Promise<Group | undefined>;
  /** The groups of these ids that exist, in order of name. */
  findMany(ids: readonly string[]): Promise<Group[]>;
  update(group: Group, expectedRevision: number): Promise<boolean>;
  remove(id: string): Promise<boolean>;
  /** In order of `nameKey`. */
  list(query: { after?: string; limit: number }): Promise<{ items: Group[]; next?: string }>;
  /** Those of which every word of the text begins a term: see `groupTerms`. As `AccountRepository.search`. */
  search(query: { text: string; after?: string; limit: number }): Promise<{ items: Group[]; next?: string }>;
  /** Those with a rule for authenticators, in order of `nameKey`: few. */
  listWithRule(): Promise<Group[]>;
}
