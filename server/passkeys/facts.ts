import { modelName } from '../fido-metadata/model.ts';
import type { PasskeyFacts } from './manager.ts';
import type { Passkey } from './passkey.ts';

/** What leaves the manager: everything but key and evidence. */
export function factsOf(passkey: Passkey): PasskeyFacts {
  const { publicKey, attestationObject, clientDataJSON, ...facts } = passkey;
  const model = modelName(passkey.aaguid);
  return model === undefined ? facts : { ...facts, model };
}
