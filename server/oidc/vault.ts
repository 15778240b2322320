import { createLately } from '../keep-latest.ts';
import type { Secret } from '../secret/secret.ts';
import type { Artifact } from './artifact.ts';

/** The columns of an artifact that are searched by. */
export type Columns = Omit<Artifact, 'id' | 'lookupId' | 'model' | 'payload'>;

/** Turns what is to be remembered into sealed records and back. */
export interface Vault {
  /**
   * The id under which a record is stored: a keyed hash, because the raw id is a bearer value. Once the secret was
   * exchanged, what it may be stored under, for the repository of `findingResealed` alone.
   */
  idOf(model: string, rawId: string): string;
  /** Of a device's code, which is short enough to be typed: to store it by. */
  userCodeHash(userCode: string): string;
  /** What it may be found by, for the repository of `findingResealed` alone. */
  userCodePlaces(userCode: string): string;
  seal(input: { model: string; rawId: string; payload: object; columns: Columns }): Artifact;
  /** @throws Error if the record was changed, moved under another id, or sealed with another secret */
  open<T extends object>(artifact: Artifact): T;
}

export type VaultSecret = Pick<Secret, 'hash' | 'hashes' | 'isSuccessor' | 'seal' | 'open'>;

const userCodes = 'user code';

export function createVault(secret: VaultSecret): Vault {
  const namespace = (model: string) => `artifact ${model}`;
  const { seal, open } = remembering(secret);
  // One id is always followed by another place, if only an empty one: it may be where it was before.
  const idOf = (model: string, rawId: string) =>
    secret.isSuccessor
      ? `${secret.hashes(namespace(model), rawId).join(' ')} `
      : secret.hash(namespace(model), rawId);
  return {
    idOf,
    userCodeHash: (userCode) => secret.hash(userCodes, userCode),
    userCodePlaces: (userCode) => secret.hashes(userCodes, userCode).join(' '),
    seal({ model, rawId, payload, columns }) {
      const place = secret.hash(namespace(model), rawId);
      const sealed = seal(JSON.stringify(payload), contextOf({ model, id: place }));
      const id = secret.isSuccessor ? idOf(model, rawId) : place;
      return { ...columns, id, model, payload: sealed };
    },
    open: (artifact) => JSON.parse(open(artifact.payload, contextOf(artifact))),
  };
}

/** So many texts are remembered, and as many again; of characters, so many each. */
const remembered = 1000;
const longestRemembered = 4096;

/**
 * What was sealed or opened lately is not deciphered again: the same sealed text in the same place says the same for
 * good. Whether the record is still there, and what it holds, the storage is asked each time.
 */
function remembering(secret: Pick<Secret, 'seal' | 'open'>): Pick<Secret, 'seal' | 'open'> {
  const lately = createLately<Opened>(remembered);
  const keep = (sealed: string, opened: Opened) => {
    if (opened.text.length <= longestRemembered) lately.set(sealed, opened);
  };
  return {
    seal(text, context) {
      const sealed = secret.seal(text, context);
      keep(sealed, { text, context });
      return sealed;
    },
    open(sealed, context) {
      const known = lately.get(sealed);
      if (known?.context === context) return known.text;
      const text = secret.open(sealed, context);
      keep(sealed, { text, context });
      return text;
    },
  };
}

interface Opened {
  text: string;
  context: string;
}

/** Only what never changes binds the payload: a consumed mark is set beside it without opening it. */
function contextOf({ model, id, lookupId = id }: Pick<Artifact, 'model' | 'id' | 'lookupId'>): string {
  return `artifact ${model} ${lookupId}`;
}

/** The same record under the current secret; its raw id says what it is found by from now on. */
export function resealed(
  artifact: Artifact,
  { rawId, payload, userCode }: { rawId: string; payload: object; userCode: string | undefined },
  secret: Pick<Secret, 'hash' | 'seal'>,
): Artifact {
  const { lookupId: _, userCodeHash: __, ...rest } = artifact;
  const found = secret.hash(`artifact ${artifact.model}`, rawId);
  const moved = found === artifact.id ? rest : { ...rest, lookupId: found };
  const sealed = secret.seal(JSON.stringify(payload), contextOf(moved));
  return {
    ...moved,
    payload: sealed,
    ...(userCode !== undefined && { userCodeHash: secret.hash(userCodes, userCode) }),
  };
}
