/** A claim of the installation's own: a word, or an address that nobody else would choose (OIDC Core §5.1.2). */
export const claimName = /^[A-Za-z][A-Za-z0-9_.:/~-]{0,99}$/;
