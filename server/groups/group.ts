/** A named set of people, told to apps in the `groups` claim. */
export interface Group {
  id: string;
  /** What apps see in the claim. Unique without regard to case. */
  name: string;
  nameKey: string;
  description?: string;
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
}
