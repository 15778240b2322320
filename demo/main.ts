/** `npm run demo [-- ISSUER]`: the demo app on http://localhost:3001. */
import { setTimeout as delay } from 'node:timers/promises';
import { createDemo } from './demo.ts';

const origin = 'http://localhost:3001';
const issuer = new URL(process.argv[2] ?? process.env.DEMO_ISSUER ?? 'http://localhost:3000').origin;

await providerAt(issuer);
// `DEMO_ACR=phrh` wants a key that hardware keeps.
const acrValues = process.env.DEMO_ACR?.split(' ');
const server = createDemo({ issuer, origin, ...(acrValues && { sensitivity: { acrValues, maxAge: 60 } }) })
  .listen(3001, 'localhost', () => console.log(`The demo app is at ${origin} and signs in with ${issuer}.`))
  .on('error', (error: NodeJS.ErrnoException) => {
    console.error(error.code === 'EADDRINUSE' ? 'Port 3001 is taken by another program.' : error.message);
    process.exitCode = 1;
  });
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    server.close();
    server.closeAllConnections();
  });

/** Resolves when the provider answers; says once that it is waited for. */
async function providerAt(address: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const answer = await fetch(`${address}/.well-known/openid-configuration`).catch(() => undefined);
    if (answer?.ok) return;
    if (attempt === 0)
      console.log(`Waiting for the provider at ${address}. Start it in another terminal with: npm start`);
    await delay(500);
  }
}
