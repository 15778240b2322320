/** Several servers of one installation: two processes on MongoDB, one on SQLite, which takes no second. */

import { createProcessInstallation, type ProcessInstallation } from './faulty-process.ts';
import { freePort } from './installation.ts';

export interface Cluster {
  installation: ProcessInstallation;
  /** Where they listen: the first one at the issuer's address. */
  nodes: readonly string[];
}

export async function startCluster(engine: Record<string, string>): Promise<Cluster> {
  const installation = await createProcessInstallation(engine);
  const ports = installation.storage.engine === 'mongodb' ? [await freePort()] : [];
  const servers = await Promise.all([
    installation.start(),
    ...ports.map((port) => installation.start({ settings: { LATCHKEY_LISTEN_PORT: String(port) } })),
  ]);
  return { installation, nodes: servers.map(({ address }) => address) };
}
