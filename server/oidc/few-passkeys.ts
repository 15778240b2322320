import { interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import { accountAppId } from '../apps/builtin-apps.ts';
import type { PasskeyFacts } from '../passkeys/manager.ts';
import type { RuleBook } from '../sign-ins/rule-book.ts';
import { personOf } from './person.ts';
import { signInsOf } from './session-sign-ins.ts';

const { Check, Prompt } = interactionPolicy;

export interface FewPasskeysDependencies {
  ruleBook: Pick<RuleBook, 'leastPasskeys' | 'doubts'>;
  /** Those that could sign in now. */
  activePasskeys: (userHandles: readonly string[]) => Promise<readonly Pick<PasskeyFacts, 'modelAction'>[]>;
}

/** What the page says. */
export interface FewPasskeys {
  count: number;
  least: number;
  /** The model of a passkey that the person used was found broken. */
  isDoubted: boolean;
}

/**
 * Asks who has just signed in to have as many passkeys as the organization wants, once a sign-in. It stands in
 * nobody's way: the account page says it itself, an app that wants no page gets none, and what cannot be counted is
 * not asked for.
 */
export function fewPasskeysPrompt({ ruleBook, activePasskeys }: FewPasskeysDependencies) {
  const counted = new WeakMap<KoaContextWithOIDC, FewPasskeys>();
  async function hasTooFew(ctx: KoaContextWithOIDC): Promise<boolean> {
    const { account, client, result, prompts, session } = ctx.oidc;
    const isNew = result?.login !== undefined && result.few_passkeys === undefined;
    if (!isNew || !account || prompts.has('none') || client?.clientId === accountAppId) return false;
    const { groups, userHandles } = personOf(account);
    try {
      const least = await ruleBook.leastPasskeys({ groups });
      const latest = session && signInsOf(session).at(-1);
      const isDoubted = await ruleBook.doubts(latest?.judged ? [latest.judged] : []);
      if (least <= 1 && !isDoubted) return false;
      const passkeys = await activePasskeys(userHandles);
      // What is to be replaced is as good as none.
      const count = passkeys.filter(({ modelAction }) => modelAction !== 'ask').length;
      counted.set(ctx, { count, least, isDoubted });
      return count < least;
    } catch {
      return false;
    }
  }
  return new Prompt(
    { name: 'few_passkeys', requestable: false },
    (ctx) => ({ ...counted.get(ctx) }),
    new Check(
      'few_passkeys',
      'the person has fewer passkeys than asked for',
      'interaction_required',
      hasTooFew,
    ),
  );
}
