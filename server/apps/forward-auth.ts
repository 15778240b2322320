/** Sites without OpenID Connect: their gateway asks us before each request. See docs/decisions/0064-forward-auth.md. */
import { z } from 'zod';
import { redirectUriProblem } from './redirect-uri.ts';

/** A site, or several that are one app, before which a gateway asks who is there. */
export interface ForwardAuth {
  /** Where people reach it (RFC 6454), such as `https://wiki.example.com`. Each belongs to one app. */
  origins: string[];
  /** The class that a sign-in must have reached. */
  acr?: 'phr' | 'phrh';
  /** What anybody may ask for: one path, or with a slash at its end all that is below. */
  openPaths?: string[];
  /** Plain headers beside the assertion, and what `Remote-User` says. Absent where there are none. */
  remoteUser?: 'userName' | 'sub';
}

const path = z
  .string()
  .max(500, 'must be at most 500 characters')
  .refine((text) => text !== '/', 'would leave everything open')
  .refine(isPlainPath, 'must be paths such as /health or /public/, of letters, digits and . _ ~ -');

export const forwardAuthSchema = z.strictObject(
  {
    origins: z
      .array(z.string())
      .min(1, 'must have at least one address')
      .max(50, 'must be at most 50')
      .superRefine((origins, context) => {
        for (const [index, origin] of origins.entries()) {
          const message = originProblem(origin);
          if (message) context.addIssue({ code: 'custom', path: [index], message: `${origin} ${message}` });
        }
      })
      .transform((origins) => [...new Set(origins)]),
    acr: z.enum(['phr', 'phrh'], 'must be phr or phrh').exactOptional(),
    openPaths: z
      .array(path)
      .min(1, 'must hold at least one path: leave it out where there is none')
      .max(100, 'must be at most 100')
      .exactOptional(),
    remoteUser: z.enum(['userName', 'sub'], 'must be userName or sub').exactOptional(),
  },
  'must be an object with origins',
);

/** Why a site must not be at an address, as the rest of a sentence that begins with it. */
function originProblem(origin: string): string | undefined {
  const problem = redirectUriProblem(origin, 'proxied');
  if (problem) return problem;
  const parsed = new URL(origin);
  return parsed.origin === origin ? undefined : `has a path: put ${parsed.origin}`;
}

/**
 * Whether a path means the same to everybody: no segment that leads up, none that is empty, nothing encoded. An app may
 * read any other as a path that is not open.
 */
export function isPlainPath(text: string): boolean {
  return /^\/(?:[\w.~-]+\/)*[\w.~-]*$/.test(text) && !/\/\.{1,2}(\/|$)/.test(text);
}
