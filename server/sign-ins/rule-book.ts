import type { App } from '../apps/app.ts';
import { accountAppId } from '../apps/builtin-apps.ts';
import {
  type JudgedPasskey,
  judgedPasskey,
  type ListedPasskey,
  objectionsOf,
} from '../authenticator-policy/judge.ts';
import { floorOf, leastPasskeysOf } from '../authenticator-policy/merge.ts';
import type { NamedRule } from '../authenticator-policy/rule.ts';
import type { GroupRepository } from '../groups/group.ts';
import type { PasskeyManager } from '../passkeys/manager.ts';

/** What groups and apps ask of authenticators, beside what the passkey manager does. */
export interface RuleBook {
  /** Of whoever makes a passkey: what their groups ask, and the app that they make it for. */
  forRegistration(person: { groups: readonly string[] }, app?: App): Promise<NamedRule[]>;
  /**
   * Of whoever signs in to an app. The account page asks nothing: whoever has no passkey that is enough for their
   * groups makes one there.
   */
  forSignIn(person: { groups: readonly string[] }, app: App | undefined): Promise<NamedRule[]>;
  /** How many passkeys the person should have, by the rules in force. */
  leastPasskeys(person: { groups: readonly string[] }): Promise<number>;
  /** Whether people with a passkey of a broken model are asked for another one, and one of these is such a passkey. */
  doubts(passkeys: readonly JudgedPasskey[]): Promise<boolean>;
  /** Ids of those of these passkeys that the installation's rule does not allow now, whatever their model's status. */
  denied(passkeys: readonly ListedPasskey[]): Promise<ReadonlySet<string>>;
  /** To be called when another process may have changed a group. */
  clear(): void;
}

export interface RuleBookDependencies {
  groups: Pick<GroupRepository, 'listWithRule'>;
  manager: Pick<PasskeyManager, 'findFloor'>;
  now: () => number;
}

/** Milliseconds that an answer is remembered, should nobody call `clear`. */
const ttl = 30_000;

/** Which groups have a rule is asked once for many sign-ins: these cost no query more. */
export function createRuleBook({ groups, manager, now }: RuleBookDependencies): RuleBook {
  const groupRules = remember(() => read(groups), now);
  const floor = remember(async () => {
    const { rule, brokenModels } = await manager.findFloor({});
    return { ...floorOf(rule), brokenModels };
  }, now);

  async function forRegistration(person: { groups: readonly string[] }, app?: App): Promise<NamedRule[]> {
    const rules = person.groups.length > 0 ? await groupRules.read() : new Map<string, NamedRule>();
    return [...person.groups.flatMap((id) => rules.get(id) ?? []), ...(app ? appRules(app) : [])];
  }

  return {
    forRegistration,
    forSignIn: async (person, app) => (app?.id === accountAppId ? [] : forRegistration(person, app)),
    async leastPasskeys(person) {
      const [installation, rules] = await Promise.all([floor.read(), forRegistration(person)]);
      return leastPasskeysOf([installation, ...rules], now());
    },
    async doubts(passkeys) {
      const { rule, brokenModels } = await floor.read();
      const isBroken = ({ authenticator }: JudgedPasskey) =>
        authenticator?.statuses.some((status) => rule.refusedStatuses?.includes(status)) ?? false;
      return brokenModels === 'ask' && passkeys.some(isBroken);
    },
    async denied(passkeys) {
      // Asked anew: where the passkey manager is elsewhere, nothing here tells that its rule has changed.
      const rule = floorOf((await manager.findFloor({})).rule);
      const isDenied = (passkey: ListedPasskey) =>
        objectionsOf([rule], judgedPasskey(passkey), now()).some(
          (objection) => objection !== 'status_refused',
        );
      return new Set(passkeys.filter(isDenied).map(({ id }) => id));
    },
    clear() {
      groupRules.forget();
      floor.forget();
    },
  };
}

/** Asks once for many. A failure is not kept: a storage comes back. */
function remember<T>(ask: () => Promise<T>, now: () => number) {
  let known: { answer: Promise<T>; until: number } | undefined;
  return {
    read(): Promise<T> {
      if (known && known.until > now()) return known.answer;
      const entry = { answer: ask(), until: now() + ttl };
      known = entry;
      entry.answer.catch(() => {
        if (known === entry) known = undefined;
      });
      return entry.answer;
    },
    forget() {
      known = undefined;
    },
  };
}

async function read(groups: Pick<GroupRepository, 'listWithRule'>): Promise<Map<string, NamedRule>> {
  const found = await groups.listWithRule();
  return new Map(
    found.flatMap((group) => {
      const { id, name, authenticatorRule: rule } = group;
      return rule ? [[id, { name: `the group ${name}`, rule }] as const] : [];
    }),
  );
}

function appRules({ name, authenticatorRule: rule }: App): NamedRule[] {
  return rule ? [{ name: `the app ${name}`, rule }] : [];
}
