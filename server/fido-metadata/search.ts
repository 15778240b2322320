import type { ModelDetails, ModelFacts } from './catalogue.ts';
import { listNames, modelName } from './model.ts';
import type { KnownModel } from './statement.ts';
import { statusesInForce } from './statuses.ts';

type Models = ReadonlyMap<string, KnownModel>;

/** By a part of the name or of the AAGUID, models with metadata first, then by name. */
export function searchModels(
  models: Models,
  { text, limit, now }: { text: string; limit: number; now: number },
) {
  const wanted = text.trim().toLowerCase();
  const fits = (aaguid: string, name: string) => `${name.toLowerCase()} ${aaguid}`.includes(wanted);
  const known = [...models.values()].filter(({ aaguid, name }) => fits(aaguid, name));
  const named = listNames().filter(([aaguid, name]) => !models.has(aaguid) && fits(aaguid, name));
  return [
    ...known.toSorted((a, b) => a.name.localeCompare(b.name)).map((model) => factsOf(model, now)),
    ...named.map(([aaguid, name]) => nameAlone(aaguid, name)),
  ].slice(0, limit);
}

export function modelDetails(models: Models, aaguid: string, now: number): ModelDetails | undefined {
  const model = models.get(aaguid.toLowerCase());
  if (model) return { ...factsOf(model, now), ...(model.icon && { png: model.icon.png.toString('base64') }) };
  const name = modelName(aaguid);
  return name === undefined ? undefined : nameAlone(aaguid.toLowerCase(), name);
}

function factsOf(model: KnownModel, now: number): ModelFacts {
  const { aaguid, name, keyProtection, attestationTypes, reports, isLocal, icon } = model;
  return {
    ...{ aaguid, name, keyProtection, attestationTypes },
    statuses: statusesInForce(reports, now),
    source: isLocal ? 'local' : 'fido',
    ...(icon && { icon: icon.hash }),
  };
}

function nameAlone(aaguid: string, name: string): ModelFacts {
  return { aaguid, name, statuses: [], keyProtection: [], attestationTypes: [], source: 'names' };
}
