import type { Outbound, Reach } from '../outbound/outbound.ts';

/** What came of one attempt. */
export type Outcome = { delivered: true } | { delivered: false; failure: string; isFinal: boolean };

/** Posts a logout token to an app. Never rejects. */
export type Send = (to: { uri: string; reach: Reach }, token: string) => Promise<Outcome>;

/** OIDC Back-Channel Logout 1.0 §2.5. The answer's status says it all, and a redirect is not followed. */
export function createSender({ ask }: Pick<Outbound, 'ask'>): Send {
  return async ({ uri, reach }, token) => {
    try {
      const { status } = await ask(uri, {
        reach,
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ logout_token: token }).toString(),
        ignoresBody: true,
      });
      return outcomeOf(status);
    } catch (error) {
      return { delivered: false, failure: (error as Error).message, isFinal: false };
    }
  };
}

/** §2.8: 200, and 204 where a framework makes that of it. With 400 the app says that it will never take this token. */
function outcomeOf(status: number): Outcome {
  if (status === 200 || status === 204) return { delivered: true };
  if (status === 400)
    return { delivered: false, failure: 'the app refused the logout token (400)', isFinal: true };
  const failure =
    status >= 300 && status < 400
      ? `it answered with a redirect (${status}), which is not followed: register where it leads`
      : `it answered ${status}`;
  return { delivered: false, failure, isFinal: false };
}
