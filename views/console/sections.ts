import type { MessageKey } from '../words.ts';
import { consoleUrls } from './urls.ts';

/** The rooms of the console, in the order of the navigation. */
export type Section =
  | 'overview'
  | 'people'
  | 'groups'
  | 'apps'
  | 'apis'
  | 'policies'
  | 'metadata'
  | 'sessions'
  | 'audit'
  | 'keys'
  | 'system';

interface Entry {
  label: MessageKey;
  url: string;
  /** Stands a little apart from the one before it. */
  begins?: true;
}

export const sections: Readonly<Record<Section, Entry>> = {
  overview: { label: 'console.overview', url: consoleUrls.overview },
  people: { label: 'console.people', url: consoleUrls.people, begins: true },
  groups: { label: 'console.groups', url: consoleUrls.groups },
  apps: { label: 'console.apps', url: consoleUrls.apps },
  apis: { label: 'console.apis', url: consoleUrls.apis },
  sessions: { label: 'console.sessions', url: consoleUrls.sessions },
  policies: { label: 'console.policies', url: consoleUrls.policies, begins: true },
  metadata: { label: 'console.metadata', url: consoleUrls.metadata },
  audit: { label: 'console.audit', url: consoleUrls.audit, begins: true },
  keys: { label: 'console.keys', url: consoleUrls.keys },
  system: { label: 'console.system', url: consoleUrls.system },
};
