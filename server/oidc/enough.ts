import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import type { App } from '../apps/app.ts';
import { judgedPasskey, objectionsOf } from '../authenticator-policy/judge.ts';
import { AppError } from '../errors.ts';
import type { PasskeyFacts } from '../passkeys/manager.ts';
import type { RuleBook } from '../sign-ins/rule-book.ts';
import { personOf } from './person.ts';
import { type SessionSignIn, type SignedInSession, signInsOf } from './session-sign-ins.ts';

export interface EnoughDependencies {
  ruleBook: Pick<RuleBook, 'forSignIn'>;
  findApp: (id: string) => Promise<App | undefined>;
  /** Those that could sign in now. */
  activePasskeys: (userHandles: readonly string[]) => Promise<readonly PasskeyFacts[]>;
  now: () => number;
}

type Request = KoaContextWithOIDC['oidc'];

/** What groups and the app make of a session: they are held against the very sign-in that a request is answered with. */
export interface Enough {
  /** Looks at its sign-ins, once it is known who is there, for which app. */
  assess(oidc: Request): Promise<void>;
  /** Those that may answer the request, however recent they must be. */
  usable(oidc: Request): readonly SessionSignIn[];
  /** Whether any may not. @throws AccessDenied where no passkey could be enough: the rules contradict each other */
  hasRefused(oidc: Request): boolean;
}

interface Assessment {
  usable: readonly SessionSignIn[];
  hasRefused: boolean;
  contradiction?: errors.AccessDenied;
}

export function createEnough(dependencies: EnoughDependencies): Enough {
  const assessed = new WeakMap<Request, Assessment>();
  return {
    async assess(oidc) {
      assessed.set(oidc, await assessmentOf(dependencies, oidc));
    },
    usable: (oidc) => assessed.get(oidc)?.usable ?? signInsOf(oidc.session ?? {}),
    hasRefused(oidc) {
      const { hasRefused = false, contradiction } = assessed.get(oidc) ?? {};
      if (contradiction) throw contradiction;
      return hasRefused;
    },
  };
}

async function assessmentOf(
  { ruleBook, findApp, activePasskeys, now }: EnoughDependencies,
  { session, account, client }: Request,
): Promise<Assessment> {
  const { groups, userHandles } = personOf(account);
  const rules = await ruleBook.forSignIn({ groups }, await findApp(client?.clientId ?? ''));
  const { superseded: earlier = [], ...latest }: SignedInSession = session ?? {};
  const signIns = signInsOf(latest);
  if (rules.length === 0) return { usable: signIns, hasRefused: false };
  const isGood = ({ judged }: SessionSignIn) =>
    judged !== undefined && objectionsOf(rules, judged, now()).length === 0;
  try {
    const good = signIns.filter(isGood);
    const superseded = earlier.filter(isGood);
    // What speaks against a model may have come up since the passkey manager signed for it.
    const watches = rules.some(({ rule }) => rule.refusedStatuses !== undefined);
    const asks = watches || superseded.length > 0;
    const active = asks ? await activePasskeys(userHandles) : [];
    const stands = ({ passkeyId }: SessionSignIn) =>
      active.some(
        (passkey) =>
          passkey.id === passkeyId &&
          !objectionsOf(rules, judgedPasskey(passkey), now()).includes('status_refused'),
      );
    // The session does not end with the passkeys of those before: they count as long as they could sign in.
    const usable = [...superseded.filter(stands), ...(watches ? good.filter(stands) : good)];
    return { usable, hasRefused: usable.length < earlier.length + signIns.length };
  } catch (error) {
    if (!(error instanceof AppError && error.code === 'rules_contradict')) throw error;
    const contradiction = new errors.AccessDenied('no passkey is enough for this app', error.detail);
    return { usable: [], hasRefused: true, contradiction };
  }
}
