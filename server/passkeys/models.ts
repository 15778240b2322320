/** What is known of models of authenticators, and of the metadata that says so. */
import type { CallDependencies } from './dependencies.ts';
import type { PasskeyManager } from './manager.ts';

type Input<Name extends keyof PasskeyManager> = Parameters<PasskeyManager[Name]>[0];

export async function metadataStatus({ metadata }: CallDependencies) {
  return { status: await metadata.status() };
}

export function refreshMetadata({ metadata }: CallDependencies) {
  return metadata.refresh();
}

export async function searchModels({ metadata }: CallDependencies, { text, limit }: Input<'searchModels'>) {
  return { models: metadata.search(text, limit) };
}

export async function findModel({ metadata }: CallDependencies, { aaguid }: Input<'findModel'>) {
  const model = metadata.details(aaguid);
  return model === undefined ? {} : { model };
}
