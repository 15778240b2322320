import type { Secret } from '../secret/secret.ts';
import type { Artifact } from './artifact.ts';

/** The columns of an artifact that are searched by. */
export type Columns = Omit<Artifact, 'id' | 'model' | 'payload'>;

/** Turns what is to be remembered into sealed records and back. */
export interface Vault {
  /** The id under which a record is stored: a keyed hash, because the raw id is a bearer value. */
  idOf(model: string, rawId: string): string;
  seal(input: { model: string; rawId: string; payload: object; columns: Columns }): Artifact;
  /** @throws Error if the record was changed, moved under another id, or sealed with another secret */
  open<T extends object>(artifact: Artifact): T;
}

export function createVault(secret: Pick<Secret, 'hash' | 'seal' | 'open'>): Vault {
  // Only what never changes binds the payload: a consumed mark is set beside it without opening it.
  const context = (model: string, id: string) => `artifact ${model} ${id}`;
  const idOf = (model: string, rawId: string) => secret.hash(`artifact ${model}`, rawId);
  return {
    idOf,
    seal({ model, rawId, payload, columns }) {
      const id = idOf(model, rawId);
      return { ...columns, id, model, payload: secret.seal(JSON.stringify(payload), context(model, id)) };
    },
    open: ({ model, id, payload }) => JSON.parse(secret.open(payload, context(model, id))),
  };
}
