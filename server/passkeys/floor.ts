/** The installation's rule for authenticators: the manager's own, whatever a caller says. */
import { judgedPasskey, type Objection, objectionsOf, objectionsTo } from '../authenticator-policy/judge.ts';
import { floorOf, lastMoment, requirementsOf } from '../authenticator-policy/merge.ts';
import type { NamedRule } from '../authenticator-policy/rule.ts';
import { AppError, ConflictError } from '../errors.ts';
import { modelName } from '../fido-metadata/model.ts';
import type { AuthenticatorFloor } from './authenticator-floor.ts';
import type { CallDependencies, PasskeyManagerDependencies } from './dependencies.ts';
import { factsOf } from './facts.ts';
import type { PasskeyFacts, PasskeyManager } from './manager.ts';
import type { BrokenModelAction } from './model-review.ts';
import { refuse } from './refusal.ts';

/** The rule in force, as ceremonies read it. */
export interface FloorCache {
  read(): Promise<NamedRule>;
  forget(): void;
}

/** How old it may be: another process may have changed it. */
const readFor = 1000;

export function createFloorCache({
  storage,
  now,
}: Pick<PasskeyManagerDependencies, 'storage' | 'now'>): FloorCache {
  let known: { rule: Promise<NamedRule>; at: number } | undefined;
  const look = async () => floorOf((await storage.authenticatorFloors.find())?.rule ?? {});
  return {
    read() {
      const at = now();
      if (known && Math.abs(at - known.at) < readFor) return known.rule;
      const entry = { rule: look(), at };
      known = entry;
      // A failure is not kept: a storage comes back.
      entry.rule.catch(() => {
        if (known === entry) known = undefined;
      });
      return entry.rule;
    },
    forget() {
      known = undefined;
    },
  };
}

/**
 * Holds a passkey against the installation's rule, and against what the caller adds to it.
 * @throws AppError `authenticator_refused`, naming the objection; `rules_contradict`
 */
export async function refuseByRules(...asked: Parameters<typeof findObjection>): Promise<void> {
  const objection = await findObjection(...asked);
  if (objection) refuse(objection, { code: 'authenticator_refused', reason: objection satisfies Objection });
}

/** The first of what speaks against a passkey, if anything does. @throws AppError `rules_contradict` */
export async function findObjection(
  { floor, models, brokenModels, now }: Pick<CallDependencies, 'floor' | 'models' | 'brokenModels' | 'now'>,
  passkey: Parameters<typeof factsOf>[0],
  { rules = [], isNew = false }: { rules?: readonly NamedRule[] | undefined; isNew?: boolean } = {},
): Promise<Objection | undefined> {
  const judged = judgedPasskey(factsOf(passkey, models));
  const moment = { now: now(), registeredAt: judged.registeredAt };
  const own = await floor.read();
  const requirements = requirementsOf([isNew ? own : lenient(own, brokenModels), ...rules], moment);
  return objectionsTo({ ...judged, isNew }, requirements)[0];
}

/** Where a broken model blocks nobody, its passkeys go on, and no new one is made. */
function lenient({ name, rule }: NamedRule, brokenModels: BrokenModelAction): NamedRule {
  return brokenModels === 'block' ? { name, rule } : { name, rule: { ...rule, refusedStatuses: [] } };
}

type Find = PasskeyManager['findFloor'];
type Set = PasskeyManager['setFloor'];

export async function findFloor(dependencies: CallDependencies): ReturnType<Find> {
  const { storage } = dependencies;
  return told(await storage.authenticatorFloors.find(), dependencies);
}

/**
 * @throws AppError `no_administrator_left`: whoever may put it right again has no passkey that would do. The caller
 * tells who that is; somebody it must be, unless there is no passkey at all.
 */
export async function setFloor(
  dependencies: CallDependencies,
  { rule, expectedRevision, administrators }: Parameters<Set>[0],
): ReturnType<Set> {
  const { storage, floor, now } = dependencies;
  const named = floorOf(rule);
  if (!(await letsOneIn(dependencies, { named, administrators })))
    throw new AppError('no_administrator_left', {
      detail: 'no administrator has a passkey that would do under this rule',
    });
  const next: AuthenticatorFloor = { id: 'floor', rule, updatedAt: now(), revision: expectedRevision + 1 };
  if (!(await store(storage, next, expectedRevision)))
    throw new AppError('conflict', { detail: 'the rule of the installation was changed meanwhile' });
  floor.forget();
  return told(next, dependencies);
}

/** When all of it is in force. */
async function letsOneIn(
  { storage, models, now }: CallDependencies,
  { named, administrators }: { named: NamedRule; administrators: readonly string[] },
): Promise<boolean> {
  if (await storage.passkeys.isEmpty()) return true;
  const at = lastMoment([named], now());
  const isGood = (passkey: PasskeyFacts) =>
    passkey.status === 'active' && objectionsOf([named], judgedPasskey(passkey), at).length === 0;
  for (const userHandle of administrators) {
    const passkeys = await storage.passkeys.listByUserHandle(userHandle);
    if (passkeys.some((passkey) => isGood(factsOf(passkey, models)))) return true;
  }
  return false;
}

async function store(
  { authenticatorFloors }: PasskeyManagerDependencies['storage'],
  floor: AuthenticatorFloor,
  expectedRevision: number,
): Promise<boolean> {
  if (expectedRevision > 0) return authenticatorFloors.update(floor, expectedRevision);
  try {
    await authenticatorFloors.insert(floor);
    return true;
  } catch (error) {
    if (error instanceof ConflictError) return false;
    throw error;
  }
}

/** With the names of the models that it lists, where they are known. */
function told(
  floor: AuthenticatorFloor | undefined,
  { models, brokenModels }: Pick<PasskeyManagerDependencies, 'models' | 'brokenModels'>,
): Awaited<ReturnType<Find>> {
  const { rule = {}, revision = 0 } = floor ?? {};
  const listed = [...(rule.allowedModels ?? []), ...(rule.deniedModels ?? [])];
  const named = listed.flatMap((aaguid) => {
    const name = models.find(aaguid)?.name ?? modelName(aaguid);
    return name === undefined ? [] : [[aaguid, name] as const];
  });
  return { rule, revision, models: Object.fromEntries(named), brokenModels };
}
