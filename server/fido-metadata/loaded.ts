/** The metadata in force, made of a verified blob and of statements of this installation. */
import type { AuthenticatorModel } from './catalogue.ts';
import type { Payload } from './payload.ts';
import type { MetadataHead } from './repository.ts';
import type { KnownModel } from './statement.ts';
import { statusesInForce } from './statuses.ts';

export interface Loaded {
  models: ReadonlyMap<string, KnownModel>;
  local: number;
  /** Of the blob. */
  blob?: { head: MetadataHead; nextUpdate: number; entries: number; models: number; notUnderstood: number };
}

export function loadedOf(
  local: readonly KnownModel[],
  blob?: { head: MetadataHead; payload: Payload },
): Loaded {
  const models = new Map<string, KnownModel>();
  const intern = createInterning();
  for (const model of [...(blob?.payload.models ?? []), ...local]) add(models, intern(model));
  if (!blob) return { models, local: local.length };
  const { models: own, nextUpdate, entries, notUnderstood } = blob.payload;
  return {
    models,
    local: local.length,
    blob: { head: blob.head, nextUpdate, entries, notUnderstood, models: own.length },
  };
}

/** A statement of this installation takes the place of FIDO's; what was reported of the model holds in any case. */
function add(models: Map<string, KnownModel>, model: KnownModel): void {
  const before = models.get(model.aaguid);
  const reports = before ? [...before.reports, ...model.reports] : model.reports;
  models.set(model.aaguid, { ...model, reports });
}

/** Many models share roots and pictures: each is kept once. */
function createInterning(): (model: KnownModel) => KnownModel {
  const [roots, icons] = [new Map<string, string>(), new Map<string, NonNullable<KnownModel['icon']>>()];
  const once = <K, V>(kept: Map<K, V>, key: K, value: V): V => {
    if (!kept.has(key)) kept.set(key, value);
    return kept.get(key) ?? value;
  };
  return ({ icon, ...model }) => ({
    ...model,
    attestationRoots: model.attestationRoots.map((root) => once(roots, root, root)),
    ...(icon && { icon: once(icons, icon.hash, icon) }),
  });
}

export function modelIn({ models }: Loaded, aaguid: string, now: number): AuthenticatorModel | undefined {
  const known = models.get(aaguid.toLowerCase());
  return known && asOf(known, now);
}

export const modelsIn = ({ models }: Loaded, now: number): AuthenticatorModel[] =>
  [...models.values()].map((known) => asOf(known, now));

function asOf({ reports, icon, ...model }: KnownModel, now: number): AuthenticatorModel {
  return { ...model, statuses: statusesInForce(reports, now), ...(icon && { icon: icon.hash }) };
}
