/** How carefully an app asks and is answered, as options of a command. */
import type { Administration } from '../../admin/operations.ts';
import {
  type AppSecurity,
  appAlgorithms,
  encryptable,
  encryptionAlgorithms,
  encryptionMethods,
  securityProfiles,
} from '../../apps/security.ts';
import type { CommandSpec, Input } from './operation-command.ts';

type Flag = readonly [option: string, field: keyof AppSecurity, about: string];

const flags: readonly Flag[] = [
  ['require-par', 'requirePushedAuthorizationRequests', 'its requests must be pushed (RFC 9126)'],
  ['require-signed-requests', 'requireSignedRequestObject', 'its requests must be signed (JAR, RFC 9101)'],
  ['require-signed-answers', 'requireSignedResponses', 'it is answered with a signed JWT alone (JARM)'],
  ['dpop', 'dpopBoundAccessTokens', 'its tokens are bound to a key of its own (RFC 9449)'],
  ['signed-userinfo', 'signedUserinfo', 'userinfo is a signed JWT'],
];

const values: readonly Flag[] = [
  ['profile', 'profile', `FAPI 2.0, with all that it asks for: ${securityProfiles.join(' or ')}`],
  ['encrypt', 'encrypted', `what is encrypted for it, separated by commas: ${encryptable.join(', ')}`],
  ['encryption-alg', 'encryptionAlg', `how the key is brought: ${encryptionAlgorithms.join(', ')}`],
  [
    'encryption-enc',
    'encryptionEnc',
    `what it is encrypted with: ${encryptionMethods.join(', ')} (default: A256GCM)`,
  ],
  ['request-alg', 'requestAlg', `by which alone its requests are signed: ${appAlgorithms.join(', ')}`],
  ['assertion-alg', 'assertionAlg', 'by which alone it signs who it is: one of the same'],
];

export const securityOptions: NonNullable<CommandSpec['more']> = [
  ...values.map(([name, , about]) => [`--${name} <value>`, about] as const),
  ...flags.map(([name, , about]) => [`--${name}`, about] as const),
];

/** Of an app that there is, each may be taken back too. */
export const securityChangeOptions: NonNullable<CommandSpec['more']> = [
  ...securityOptions,
  ...[...values, ...flags].map(([name]) => [`--no-${name}`, 'takes it away'] as const),
];

const camel = (name: string): string =>
  name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** What was said of it, `undefined` for what is taken away; nothing at all where nothing was said. */
export function securitySaid(options: Input): { security?: Input } {
  const said = [...values, ...flags].flatMap(([name, field]) => {
    const value = options[camel(name)];
    if (value === undefined) return [];
    const list = field === 'encrypted' && typeof value === 'string' ? value.split(',') : value;
    return [[field, list === false ? undefined : list]];
  });
  return said.length > 0 ? { security: Object.fromEntries(said) } : {};
}

/** What is not named stays. */
export async function withSecurity({ apps }: Administration, input: Input): Promise<Input> {
  if (!input.security) return input;
  const { security: before } = await apps.show({ id: String(input.id) });
  const after = Object.entries({ ...before, ...(input.security as Input) }).filter(
    ([, value]) => value !== undefined,
  );
  return { ...input, security: after.length > 0 ? Object.fromEntries(after) : null };
}
