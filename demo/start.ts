import { once } from 'node:events';
import type { Server } from 'node:http';
import { createDemo } from './demo.ts';

/**
 * Starts the demo app of this issuer, unless it runs already (`npm run demo`): then there is nothing to end.
 * @throws Error where anything else answers at its address, such as the demo of another issuer
 */
export async function startDemo({
  issuer,
  origin,
}: {
  issuer: string;
  origin: string;
}): Promise<Server | undefined> {
  const found = await whoAnswers(origin);
  if (found === issuer) return undefined;
  if (found !== 'nobody') throw new Error(`Another program answers at ${origin}.`);
  const server = createDemo({ issuer, origin }).listen(Number(new URL(origin).port), 'localhost');
  await once(server, 'listening');
  return server;
}

/** The issuer that the demo app there signs in with. Other programs have no such thing to tell. */
async function whoAnswers(origin: string): Promise<unknown> {
  try {
    const answer = await fetch(`${origin}/demo.json`, { signal: AbortSignal.timeout(1000) });
    const told = (await answer.json().catch(() => null)) as { issuer?: unknown } | null;
    return told?.issuer;
  } catch (error) {
    return (error as Error).name === 'TimeoutError' ? undefined : 'nobody';
  }
}
