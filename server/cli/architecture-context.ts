/** What the probes of the architecture find beside a running installation. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CallerCertificate } from '../architecture/caller.ts';
import type { CeremonyContext } from '../architecture/ceremony-probes.ts';
import type { ManagerContext } from '../architecture/manager-context.ts';
import type { StorageContext } from '../architecture/storage-probes.ts';
import { createAuthority, hasAuthority } from '../certificates/authority.ts';
import { issue } from '../certificates/issue.ts';
import { revoke } from '../certificates/list.ts';
import { signThrowaway } from '../certificates/throwaway.ts';
import type { Config } from '../config.ts';
import { type ServiceName, serviceNames } from '../service-identity/spiffe-id.ts';
import type { Storage } from '../storage.ts';

export type ArchitectureContext = ManagerContext & CeremonyContext & StorageContext;

export function architectureContext(
  config: Config,
  storage: Pick<Storage, 'auditEvents' | 'passkeys' | 'readableElsewhere'>,
): ArchitectureContext {
  const manager = managerContext(config);
  return {
    issuer: config.issuer,
    ...(manager && { manager }),
    storage,
    async refusals(since) {
      const events = await storage.auditEvents.list({ limit: 50 });
      const failed = events.filter(({ type, at }) => type === 'sign_in.failed' && at >= since);
      return failed.map(({ reason = '' }) => reason);
    },
  };
}

function managerContext({
  passkeysUrl: url,
  certificates: directory,
  trustDomain,
}: Config): ManagerContext['manager'] {
  if (url === undefined) return undefined;
  const read = (name: ServiceName, file: string) => readFileSync(join(directory, name, file), 'utf8');
  const identities = new Map<ServiceName, CallerCertificate>();
  let authorities = '';
  for (const name of serviceNames.filter((each) => each !== 'passkey-manager')) {
    try {
      identities.set(name, { certificate: read(name, 'tls.crt'), key: read(name, 'tls.key') });
      authorities = read(name, 'ca.crt');
    } catch {
      // It is not here, and what needs it says so.
    }
  }
  const place = { directory, trustDomain };
  const authority = {
    sign: (shape: Parameters<typeof signThrowaway>[1]) => signThrowaway(place, shape, Date.now()),
    revoke: async (what: string) => void (await revoke({ ...place, what, now: Date.now() })),
  };
  const stranger = (name: ServiceName) => strangerFor(name, trustDomain);
  return {
    ...{ url, authorities, trustDomain, identities, stranger },
    ...(hasAuthority(directory) && { authority }),
  };
}

/** As the authority would sign it, by one that is made for this and forgotten. */
async function strangerFor(name: ServiceName, trustDomain: string): Promise<CallerCertificate> {
  const directory = mkdtempSync(join(tmpdir(), 'latchkey-stranger-'));
  try {
    const now = Date.now();
    await createAuthority({ directory, trustDomain, now });
    await issue({ directory, trustDomain, names: [name], hours: 1, now });
    const read = (file: string) => readFileSync(join(directory, name, file), 'utf8');
    return { certificate: read('tls.crt'), key: read('tls.key') };
  } finally {
    rmSync(directory, { recursive: true });
  }
}
