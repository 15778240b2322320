import type { MessageKey } from '../../words.ts';

export type AppKind = 'web' | 'browser' | 'native' | 'machine' | 'device' | 'proxied';

export interface KindWords {
  value: AppKind;
  label: MessageKey;
  hint: MessageKey;
}

/** What an administrator knows of an app decides what OAuth leaves open. */
export const kinds: readonly KindWords[] = [
  { value: 'web', label: 'kind.web', hint: 'kind.webHint' },
  { value: 'browser', label: 'kind.browser', hint: 'kind.browserHint' },
  { value: 'native', label: 'kind.native', hint: 'kind.nativeHint' },
  { value: 'proxied', label: 'kind.proxied', hint: 'kind.proxiedHint' },
  { value: 'device', label: 'kind.device', hint: 'kind.deviceHint' },
  { value: 'machine', label: 'kind.machine', hint: 'kind.machineHint' },
];

export const kindNames = Object.fromEntries(kinds.map(({ value, label }) => [value, label])) as Readonly<
  Record<AppKind, MessageKey>
>;

export interface AppRow {
  /** The `client_id`. */
  id: string;
  name: string;
  kind: AppKind;
  logoUrl?: string;
  /** Of its first redirect address. */
  host?: string;
  /** It was refused something lately. */
  /** Made by the server itself. */
  isBuiltin?: boolean;
  /** By itself (RFC 7591). */
  isRegistered?: boolean;
}
