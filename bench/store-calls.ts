import type { MeasuredProcess } from './measured-process.ts';
import { createLane, settle } from './workload.ts';

const logins = 20;

/** What a login asks of the storage, by kind of call, without what the server does by itself meanwhile. */
export async function storeCallsPerLogin(
  process: MeasuredProcess,
): Promise<Readonly<Record<string, number>>> {
  const lane = await createLane(await settle(process));
  const before = await process.calls();
  for (let done = 0; done < logins; done++) await lane.login();
  const after = await process.calls();
  const perLogin = Object.entries(after)
    .map(([name, count]) => [name, Math.round((count - (before[name] ?? 0)) / logins)] as const)
    .filter(([, count]) => count > 0);
  return Object.fromEntries(perLogin);
}
