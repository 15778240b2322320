/** What stands between the lines `-----BEGIN label-----` and `-----END label-----`, as DER, in order (RFC 7468). */
export function pemBlocks(text: string, label: string): Buffer[] {
  const pattern = new RegExp(`-----BEGIN ${label}-----([A-Za-z0-9+/=\\s]*)-----END ${label}-----`, 'g');
  return [...text.matchAll(pattern)].map(([, base64 = '']) => Buffer.from(base64, 'base64'));
}

/** One block, in lines of 64 characters as RFC 7468 §2 has them. */
export function pemOf(der: ArrayBuffer, label: 'CERTIFICATE' | 'X509 CRL' | 'PRIVATE KEY'): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}
