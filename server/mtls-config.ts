/** Where apps show certificates (RFC 8705), and who vouches for these. */
interface Mtls {
  origin: string;
  /** A file with authorities; without it an app shows one that it has registered itself. */
  authorities?: string;
}

export function mtlsOf(origin: string | undefined, authorities: string | undefined): Mtls | undefined {
  return origin === undefined ? undefined : { origin, ...(authorities !== undefined && { authorities }) };
}

/** A certificate is what a gateway says that it saw: without one that is trusted there is none. */
export function checkMtls(config: {
  mtls: Mtls | undefined;
  issuer: string;
  onLocalhost: boolean;
  trustedProxies: readonly string[];
}): string[] {
  const { mtls, issuer, onLocalhost, trustedProxies } = config;
  if (!mtls) return [];
  const { protocol, host } = new URL(mtls.origin);
  const problems: string[] = [];
  if (protocol === 'http:' && !onLocalhost)
    problems.push(`LATCHKEY_MTLS_URL is ${mtls.origin}: it must begin with https://.`);
  if (host === new URL(issuer).host)
    problems.push(
      'LATCHKEY_MTLS_URL must have another host than LATCHKEY_ISSUER: browsers would ask people there for certificates.',
    );
  if (trustedProxies.length === 0)
    problems.push(
      'LATCHKEY_TRUSTED_PROXIES must name the gateway that asks for certificates at LATCHKEY_MTLS_URL.',
    );
  return problems;
}
