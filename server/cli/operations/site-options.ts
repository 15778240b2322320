/** What the command says of a site behind a gateway. */
import type { Administration } from '../../admin/operations.ts';
import type { Input } from './operation-command.ts';

export const siteOptions = [
  ['--origin <origin...>', 'where an app of kind proxied is, such as https://wiki.example.com'],
  ['--open-path <path...>', 'what of it anybody may ask for: /health, or /public/ for all that is below'],
  ['--site-acr <class>', 'the class that a sign-in to it must have reached: phr or phrh'],
  ['--remote-user <what>', 'it is told in plain headers, too; Remote-User is the userName or the sub'],
] as const;

/** What was said of it, without what was not. */
export function siteOf({ origin, openPath, siteAcr, remoteUser }: Input): Input {
  const said = { origins: origin, openPaths: openPath, acr: siteAcr, remoteUser };
  const given = Object.entries(said).filter(([, value]) => value !== undefined);
  return given.length > 0 ? { forwardAuth: Object.fromEntries(given) } : {};
}

/** What is not named stays. */
export async function withSiteAsItIs({ apps }: Administration, input: Input): Promise<Input> {
  if (!input.forwardAuth) return input;
  const { forwardAuth } = await apps.show({ id: String(input.id) });
  return { ...input, forwardAuth: { ...forwardAuth, ...input.forwardAuth } };
}
