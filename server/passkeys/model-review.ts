/** What becomes of passkeys when their model is found broken, and when it is not any more. */
import type { CallDependencies } from './dependencies.ts';
import type { Passkey } from './passkey.ts';

/** What is done about passkeys of a model with a refused status: see `LATCHKEY_BROKEN_MODELS`. */
export const brokenModelActions = ['block', 'ask', 'notify'] as const;
export type BrokenModelAction = (typeof brokenModelActions)[number];

/** For the audit. */
export interface ReviewedPasskey {
  type: 'passkey.model_refused' | 'passkey.model_restored';
  passkeyId: string;
  aaguid: string;
  /** Those that speak against the model. */
  statuses: readonly string[];
  action: BrokenModelAction;
}

type Dependencies = Pick<
  CallDependencies,
  'storage' | 'models' | 'floor' | 'brokenModels' | 'recordEvent' | 'now'
> & { onReviewed?: (reviewed: ReviewedPasskey) => void };

/** Passkeys that are read at once. */
const limit = 200;

/**
 * Looks at the passkeys of every model with a status that the installation refuses, and at those whose model had one.
 * Does nothing while nothing can have changed; what broke off goes on in the next round. Several instances may do it at
 * once: the compare-and-set lets one of them write each passkey.
 */
export function createModelReview(dependencies: Dependencies): () => Promise<void> {
  const { models, floor, brokenModels } = dependencies;
  let done: string | undefined;
  return async () => {
    await models.ready?.();
    const refused: readonly string[] = (await floor.read()).rule.refusedStatuses ?? [];
    const broken = new Map<string, string[]>();
    for (const { aaguid, statuses } of models.all?.() ?? []) {
      const against = statuses.filter((status) => refused.includes(status)).sort();
      if (against.length > 0) broken.set(aaguid, against);
    }
    const found = JSON.stringify([brokenModels, refused, models.metadata?.no, [...broken].sort()]);
    if (found === done) return;
    let isAll = true;
    for (const [aaguid, statuses] of broken)
      isAll = (await alertAll(dependencies, aaguid, statuses)) && isAll;
    isAll = (await restoreAll(dependencies, { broken, refused })) && isAll;
    if (isAll) done = found;
  };
}

/** @returns whether none of them was edited by somebody at the same moment */
async function alertAll(dependencies: Dependencies, aaguid: string, statuses: string[]): Promise<boolean> {
  const { storage, brokenModels } = dependencies;
  let isAll = true;
  let after: string | undefined;
  do {
    const { items, next } = await storage.passkeys.listByModel(aaguid, { limit, ...(after && { after }) });
    for (const passkey of items) {
      const isKnown = passkey.modelAction === brokenModels && String(passkey.modelAlert) === String(statuses);
      if (!isKnown) isAll = (await alert(dependencies, passkey, statuses)) && isAll;
    }
    after = next;
  } while (after !== undefined);
  return isAll;
}

/**
 * The event comes first: a crash in between leaves a passkey that is looked at again. And it comes once more, for a
 * sign-in by a process that did not know it yet may have got in between. An event that comes twice ends nothing twice.
 */
async function alert(
  { storage, brokenModels: action, recordEvent, onReviewed, now }: Dependencies,
  passkey: Passkey,
  statuses: string[],
): Promise<boolean> {
  const { id: passkeyId, userHandle, aaguid, revision } = passkey;
  const alerted = { ...passkey, modelAlert: statuses, modelAlertAt: now(), modelAction: action };
  if (action === 'block') await storage.proofs.removeByUserHandle(userHandle);
  const type = action === 'block' ? 'passkey_blocked' : 'passkey_doubted';
  await recordEvent({ type, userHandle, passkeyId });
  if (!(await storage.passkeys.update(alerted, revision))) return false;
  if (action === 'block') {
    await storage.proofs.removeByUserHandle(userHandle);
    await recordEvent({ type, userHandle, passkeyId });
  }
  onReviewed?.({ type: 'passkey.model_refused', passkeyId, aaguid, statuses, action });
  return true;
}

interface Speaking {
  broken: ReadonlyMap<string, unknown>;
  /** Statuses that the installation refuses. */
  refused: readonly string[];
}

/** Of models that nothing speaks against any more. @returns as `alertAll` */
async function restoreAll(dependencies: Dependencies, speaking: Speaking): Promise<boolean> {
  let isAll = true;
  let after: string | undefined;
  do {
    const { items, next } = await dependencies.storage.passkeys.listModelAlerts({
      limit,
      ...(after && { after }),
    });
    for (const passkey of items)
      if (isRestored(passkey, dependencies, speaking))
        isAll = (await restore(dependencies, passkey)) && isAll;
    after = next;
  } while (after !== undefined);
  return isAll;
}

/** A model that nobody knows any more is no better for that: metadata may be away, damaged, or not understood. */
function isRestored(
  { aaguid, modelAlert = [] }: Passkey,
  { models }: Pick<Dependencies, 'models'>,
  { broken, refused }: Speaking,
): boolean {
  if (models.find(aaguid)) return !broken.has(aaguid);
  return !modelAlert.some((status) => refused.includes(status));
}

async function restore(
  { storage, recordEvent, onReviewed }: Dependencies,
  passkey: Passkey,
): Promise<boolean> {
  const { modelAlert: statuses = [], modelAlertAt, modelAction: action = 'block', ...restored } = passkey;
  const { id: passkeyId, userHandle, aaguid } = passkey;
  if (!(await storage.passkeys.update(restored, passkey.revision))) return false;
  await recordEvent({ type: 'passkey_restored', userHandle, passkeyId });
  onReviewed?.({ type: 'passkey.model_restored', passkeyId, aaguid, statuses, action });
  return true;
}
