import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServerProcess } from './server-process.ts';

/** Puts rules in force as an administrator does. A running server follows within two seconds. */
export async function applyPolicy(server: ServerProcess, policy: object): Promise<void> {
  const file = join(server.dataDir, 'policy.json');
  await writeFile(file, JSON.stringify(policy));
  await server.latchkey('policy', 'apply', file, '--yes', '--json');
}

/** A group with one person in it, and what it asks of them. Other groups have no rule then. */
export async function groupWithRule(
  server: ServerProcess,
  { name, userName, rule }: { name: string; userName: string; rule: object },
): Promise<void> {
  await server.latchkey('group', 'add', name);
  await server.latchkey('group', 'add-member', name, userName);
  await applyPolicy(server, { groups: { [name]: rule } });
}
