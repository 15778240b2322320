import type { KoaContextWithOIDC, Provider } from 'oidc-provider';

declare module 'oidc-provider' {
  interface Session {
    /** The sign-in that made this session. */
    signInId?: string | undefined;
  }
  interface Grant {
    /** The latest sign-in that this grant was used with. */
    signInId?: string | undefined;
  }
}

/** oidc-provider keeps only the properties that a model names: ours is one more, in sessions and grants. */
export function keepSignInIds(provider: Provider): void {
  for (const model of [provider.Session, provider.Grant]) {
    const kept = [...model.IN_PAYLOAD, 'signInId'];
    Object.defineProperty(model, 'IN_PAYLOAD', { get: () => kept });
  }
}

/** The session remembers the sign-in that made it. `result` is there when the person has just come back from one. */
export function noteSignIn({ oidc: { session, result } }: KoaContextWithOIDC): void {
  const signInId = result?.login?.signInId;
  if (session && typeof signInId === 'string') session.signInId = signInId;
}
