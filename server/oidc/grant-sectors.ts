import type { Adapter, KoaContextWithOIDC } from 'oidc-provider';

interface Dependencies {
  /** In which sector an app knows people now: `''` for by the `sub` of every app, `undefined` where there is no app. */
  sectorNow: (appId: string) => Promise<string | undefined>;
  /** Resolves once it is kept for good that an app is told pairwise `sub`s. */
  noteTold: () => Promise<void>;
}

/**
 * A grant is of the sector that its app was of when the person gave it: of another one it is worth nothing, and so is
 * all that hangs on it. The `sub` in what it gives would be another person's to the app (OIDC Core §12.2). Whoever
 * changes an app ends its grants; this holds also against what another instance gives meanwhile, and for apps that
 * describe themselves.
 */
export function boundToSector(grants: Adapter, { sectorNow, noteTold }: Dependencies): Adapter {
  return {
    ...grants,
    async upsert(id, payload, expiresIn) {
      const sector = payload.sector ?? (await sectorNow(String(payload.clientId))) ?? '';
      if (sector !== '') await noteTold();
      await grants.upsert(id, { ...payload, sector }, expiresIn);
    },
    async find(id) {
      const found = await grants.find(id);
      if (!found) return undefined;
      const { sector = '', clientId } = found;
      const now = await sectorNow(String(clientId));
      return now === undefined || now === sector ? { ...found, sector } : undefined;
    },
  };
}

/** A session remembers by which `sub` each of its apps knows the person, and they are told of its end by that. */
export function noteSector({ session, client }: KoaContextWithOIDC['oidc']): void {
  if (!session || !client) return;
  const { clientId, sectorIdentifierUri: uri } = client;
  const sector = uri === undefined ? '' : new URL(uri).hostname;
  session.ensureClientContainer(clientId);
  Object.assign(session.authorizationFor(clientId), { sector });
}

/** What `noteSector` left. */
export const notedSector = (session: KoaContextWithOIDC['oidc']['session'], appId: string) =>
  (session?.authorizations?.[appId] as { sector?: string } | undefined)?.sector;
