import { AppError } from './errors.ts';

/** Starts the demo app at its first use, in this process, unless it runs already (`npm run demo`). */
export function demoStarter(issuer: string, resources: AsyncDisposableStack): () => Promise<string> {
  const origin = 'http://localhost:3001';
  // Of its own: the stack that it lies in has moved on when the demo starts.
  const running = resources.use(new DisposableStack());
  return async () => {
    const { startDemo } = await import('../demo/start.ts');
    const server = await startDemo({ issuer, origin }).catch((cause: Error) => {
      throw new AppError('demo_unavailable', { cause, detail: cause.message });
    });
    if (server) running.defer(() => server.close().closeAllConnections());
    return `${origin}/sign-in`;
  };
}
