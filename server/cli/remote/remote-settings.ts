/** What the command itself is told about another server: not settings of an installation. */
export const remoteSettings = {
  LATCHKEY_SERVER: 'The server to administer, as with `--server`.',
  LATCHKEY_CLIENT_ID: 'An app that signs the command in, in place of a person.',
  LATCHKEY_CLIENT_SECRET: 'Its client secret (`client_secret_basic`).',
  LATCHKEY_CLIENT_SECRET_FILE: 'A file that holds the secret.',
  LATCHKEY_CLIENT_KEY_FILE: 'A file with its private key, PEM or JWK (`private_key_jwt`).',
} as const;

export type RemoteSettings = { [Name in keyof typeof remoteSettings]?: string | undefined };

type Env = Readonly<Record<string, string | undefined>>;

/** An installation would refuse them as misspelt settings of its own. */
export function splitEnvironment(env: Env): { env: Env; remote: RemoteSettings } {
  const isRemote = (name: string) => Object.hasOwn(remoteSettings, name);
  const entries = Object.entries(env);
  return {
    env: Object.fromEntries(entries.filter(([name]) => !isRemote(name))),
    remote: Object.fromEntries(entries.filter(([name]) => isRemote(name))),
  };
}
