import { settings } from './settings.ts';

/** A setting as an administrator may see it. */
export interface SettingFacts {
  name: string;
  about: string;
  byDefault: string;
  source: 'environment' | 'file' | 'default';
  /** As it was given. Never of a secret, and absent where nothing was given. */
  value?: string;
  isSecret: boolean;
}

/** Every setting, with where it comes from. */
export function settingFacts(env: Readonly<Record<string, string | undefined>>): SettingFacts[] {
  return Object.entries(settings).map(([name, { about, byDefault, ...rest }]) => {
    const isSecret = 'secret' in rest;
    const value = env[name]?.trim();
    const source = value ? 'environment' : isSecret && env[`${name}_FILE`] ? 'file' : 'default';
    return { name, about, byDefault, source, isSecret, ...(value && !isSecret && { value }) };
  });
}
