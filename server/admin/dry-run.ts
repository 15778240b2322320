/** Who would be turned away by rules for authenticators, before they are in force. */
import { judgedPasskey, objectionsOf } from '../authenticator-policy/judge.ts';
import { lastMoment, leastPasskeysOf } from '../authenticator-policy/merge.ts';
import type { NamedRule } from '../authenticator-policy/rule.ts';
import { AppError } from '../errors.ts';
import type { PasskeyFacts } from '../passkeys/manager.ts';
import type { Account } from '../storage.ts';
import type { AdminContext } from './administration.ts';
import { allRules, appRule, groupRule, installationRule, type PolicyDraft } from './policy-draft.ts';

/** A part of the policy with the people that it turns away. */
export interface TurnedAwayBy {
  people: number;
  turnedAway: number;
}

export interface DryRun {
  /** Active people with an active passkey: the others could not sign in anyway. */
  people: number;
  /** From everything, from an app, or from what their groups may use. */
  turnedAway: number;
  /** Of these, the ones who are not turned away from it today. */
  newlyTurnedAway: number;
  installation: TurnedAwayBy;
  groups: (TurnedAwayBy & { id: string; name: string })[];
  apps: (TurnedAwayBy & { id: string; name: string })[];
  /** Who would be asked to add another passkey. */
  fewPasskeys: number;
  administrators: { people: number; able: number };
  /** When the last of the rules comes into force, where that is not now. */
  inForceAt?: number;
  /** The first of those who are turned away, and by what. */
  examples: { id: string; userName: string; by: string[] }[];
}

const mostExamples = 1000;
/** So many people are looked at at once: each costs a question to the passkey manager. */
const atOnce = 8;

interface Run {
  context: Pick<AdminContext, 'storage' | 'administration' | 'now'>;
  before: PolicyDraft;
  after: PolicyDraft;
  /** Gets the number of people looked at. */
  onProgress?: ((people: number) => void) | undefined;
}

/** Looks at everybody, a page at a time. Counts people, not passkeys. */
export async function dryRun({ context, before, after, onProgress = () => {} }: Run): Promise<DryRun> {
  const now = context.now();
  const at = lastMoment(allRules(after), now);
  const result = emptyRun(after);
  if (at > now) result.inForceAt = at;
  let looked = 0;
  for await (const accounts of pagesOf(context.storage.accounts)) {
    for (let i = 0; i < accounts.length; i += atOnce) {
      const some = accounts.slice(i, i + atOnce);
      const lists = await Promise.all(some.map((account) => activePasskeys(context, account)));
      for (const [n, account] of some.entries()) {
        const person = { account, passkeys: lists[n] ?? [] };
        if (person.passkeys.length > 0)
          count(result, after, { ...person, at, today: placesAgainst(before, { ...person, at: now }) });
      }
      looked += some.length;
      onProgress(looked);
    }
  }
  return result;
}

function emptyRun({ groups, apps }: PolicyDraft): DryRun {
  const none = { people: 0, turnedAway: 0 };
  return {
    ...none,
    newlyTurnedAway: 0,
    installation: { ...none },
    groups: [...groups.values()].map(({ group: { id, name } }) => ({ id, name, ...none })),
    apps: [...apps.values()].map(({ app: { id, name } }) => ({ id, name, ...none })),
    fewPasskeys: 0,
    administrators: { people: 0, able: 0 },
    examples: [],
  };
}

interface Person {
  account: Account;
  passkeys: readonly PasskeyFacts[];
  at: number;
}

/** Where nothing that a person has would do: `installation`, `group ID`, `app ID`. */
function placesAgainst(draft: PolicyDraft, person: Person): Set<string> {
  const floor = installationRule(draft);
  const own = person.account.groups.flatMap((id) => draft.groups.get(id) ?? []);
  const groups = own.map(groupRule);
  const places = new Set<string>();
  const look = (place: string, rules: NamedRule[]) => {
    if (!hasOneFor(rules, person)) places.add(place);
  };
  look('installation', [floor]);
  for (const each of own) look(`group ${each.group.id}`, [floor, groupRule(each)]);
  look('groups', [floor, ...groups]);
  for (const each of draft.apps.values()) look(`app ${each.app.id}`, [floor, ...groups, appRule(each)]);
  return places;
}

/** Rules that contradict each other accept nothing. */
function hasOneFor(rules: readonly NamedRule[], { passkeys, at }: Person): boolean {
  try {
    return passkeys.some((passkey) => objectionsOf(rules, judgedPasskey(passkey), at).length === 0);
  } catch (error) {
    if (error instanceof AppError && error.code === 'rules_contradict') return false;
    throw error;
  }
}

function count(result: DryRun, draft: PolicyDraft, person: Person & { today: Set<string> }): void {
  const { account, passkeys, at, today } = person;
  const places = placesAgainst(draft, person);
  const isNew = [...places].some((place) => !wasClosed(today, place));
  result.people += 1;
  if (places.size > 0) result.turnedAway += 1;
  if (isNew) result.newlyTurnedAway += 1;
  tally(result.installation, places.has('installation'));
  for (const group of result.groups)
    if (account.groups.includes(group.id)) tally(group, places.has(`group ${group.id}`));
  for (const app of result.apps) tally(app, places.has(`app ${app.id}`));
  if (account.role === 'administrator') {
    result.administrators.people += 1;
    if (!places.has('groups')) result.administrators.able += 1;
  }
  const own = account.groups.flatMap((id) => draft.groups.get(id) ?? []).map(groupRule);
  const least = leastPasskeysOf([installationRule(draft), ...own], at);
  if (passkeys.length < least) result.fewPasskeys += 1;
  if (places.size > 0 && result.examples.length < mostExamples)
    result.examples.push({ id: account.id, userName: account.userName, by: namesOf(draft, places) });
}

/** What turns a person away from more turns them away from this, too. */
function wasClosed(today: ReadonlySet<string>, place: string): boolean {
  const byGroups = place.startsWith('app ') && today.has('groups');
  return today.has(place) || today.has('installation') || byGroups;
}

function tally(part: TurnedAwayBy, isTurnedAway: boolean): void {
  part.people += 1;
  if (isTurnedAway) part.turnedAway += 1;
}

/** As people call them. What the installation refuses is refused everywhere, which need not be said again. */
function namesOf(draft: PolicyDraft, places: ReadonlySet<string>): string[] {
  if (places.has('installation')) return ['the installation'];
  const named = [
    ...[...draft.groups.values()].map((each) => [`group ${each.group.id}`, groupRule(each).name] as const),
    ...[...draft.apps.values()].map((each) => [`app ${each.app.id}`, appRule(each).name] as const),
  ];
  const names = named.filter(([place]) => places.has(place)).map(([, name]) => name);
  return names.length > 0 ? names : ['their groups together'];
}

async function* pagesOf(accounts: AdminContext['storage']['accounts']): AsyncGenerator<Account[]> {
  let after: string | undefined;
  do {
    const { items, next } = await accounts.list({ limit: 200, ...(after !== undefined && { after }) });
    yield items.filter(({ status }) => status === 'active');
    after = next;
  } while (after !== undefined);
}

async function activePasskeys(
  { administration }: Pick<AdminContext, 'administration'>,
  { userHandles }: Account,
): Promise<PasskeyFacts[]> {
  const lists = await Promise.all(
    userHandles.map((userHandle) => administration.listPasskeys({ userHandle })),
  );
  return lists.flatMap(({ passkeys }) => passkeys).filter(({ status }) => status === 'active');
}
