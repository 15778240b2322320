/** APIs as a file has them: an API is known by its audience. */
import { isDeepStrictEqual } from 'node:util';
import { saidOfApi } from '../apis/create-api.ts';
import { type CheckedApi, checkApi, type NewApi } from '../apis/validation.ts';
import type { ApiFacts } from './apis.ts';
import type { Settings } from './plan-step.ts';

/** Where the order says nothing, it is none. @throws AppError `field_invalid` for what its fields say together */
export function wantedApiSettings(api: NewApi, { issuer }: { issuer: string | undefined }): Settings {
  return settled(checkApi(api, { issuer }));
}

export const currentApiSettings = (api: ApiFacts): Settings => settled(saidOfApi(api));

function settled({ apps = [], detailTypes, ...said }: NewApi | CheckedApi): Settings {
  const sorted = apps.map(({ id, people = [], machine = [], details }) => ({
    ...{ id, people: people.toSorted(), machine: machine.toSorted() },
    ...(details && { details: details.toSorted() }),
  }));
  return {
    ...said,
    apps: sorted.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    ...(detailTypes && { detailTypes }),
  };
}

const byDefault: Settings = {
  tokenFormat: 'jwt',
  tokenLifetime: 600,
  signingAlg: 'ES256',
  apps: [],
  introspectedBy: [],
};

/** Only what makes a difference: whoever reads it sees what was decided. */
export function writtenApi(api: ApiFacts): NewApi {
  const apps = api.apps.map(({ id, people, machine, details }) => ({
    id,
    ...(people.length > 0 && { people }),
    ...(machine.length > 0 && { machine }),
    ...(details && { details }),
  }));
  const said = Object.entries({ ...saidOfApi(api), apps });
  return Object.fromEntries(
    said.filter(([field, value]) => !isDeepStrictEqual(value, byDefault[field])),
  ) as unknown as NewApi;
}
