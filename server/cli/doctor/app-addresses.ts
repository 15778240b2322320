import type { Finding } from '../../admin/about-server.ts';
import { blockedAddresses } from '../../apps/blocked-addresses.ts';
import type { Config } from '../../config.ts';
import { ConfigError } from '../../errors.ts';
import { openOutbound } from '../../open-outbound.ts';
import type { App, Storage } from '../../storage.ts';
import { failed, ok, warning } from './finding.ts';

/** So many apps are looked at, in order of their client ids. */
const most = 500;

/** Whether this server may ask the addresses that are registered for apps. */
export async function examineAppAddresses(
  config: Pick<Config, 'outbound' | 'onLocalhost'>,
  { apps }: Pick<Storage, 'apps'>,
): Promise<Finding> {
  try {
    const { examine } = openOutbound(config);
    const { items } = await apps.list({ limit: most });
    const found = await Promise.all(
      items.map(async (app) => (await blockedAddresses(app, examine)).map((each) => lineOf(app, each))),
    );
    const lines = found.flat();
    if (lines.length === 0) return ok('addresses', 'of apps: none of them is blocked.');
    return warning(
      'addresses',
      `of apps are not asked: ${lines.join(' ')}`,
      'Register another address, or list its host or network in LATCHKEY_OUTBOUND_ALLOW where it is the company\u2019s own.',
    );
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return failed('addresses', error.problems.join(' '));
  }
}

const lineOf = (
  { name, id }: App,
  { field, uri, problem }: Awaited<ReturnType<typeof blockedAddresses>>[number],
) => `${name} (${id}), ${field} ${uri}: ${problem}.`;
