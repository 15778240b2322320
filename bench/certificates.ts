import { serviceNames } from '../server/service-identity/spiffe-id.ts';
import { createAuthority, writeFolder } from '../server/testing/certificates.ts';

export const trustDomain = 'bench.example';

/** Certificates for every service, from an authority that is forgotten at once. */
export async function writeCertificates(directory: string): Promise<void> {
  const authority = await createAuthority({ trustDomain });
  for (const name of serviceNames)
    writeFolder(directory, name, {
      ...(await authority.issue({ name })),
      authorities: authority.certificate,
    });
}
