import { apiSamples } from './gallery-console-apis.ts';
import { appSamples } from './gallery-console-apps.ts';
import { peopleSamples } from './gallery-console-people.ts';
import { systemSamples } from './gallery-console-system.ts';
import { trialSamples } from './gallery-console-trials.ts';
import type { Sample } from './gallery-samples.ts';

/** Every page of the console with invented data. */
export const consoleSamples: Readonly<Record<string, Sample>> = {
  ...peopleSamples,
  ...appSamples,
  ...trialSamples,
  ...apiSamples,
  ...systemSamples,
};
