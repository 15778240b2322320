/** The same server with an audit that writes nothing down: what the audit costs is what is between the two. */
import { registerHooks } from 'node:module';

const none = new URL('./no-audit.ts', import.meta.url).href;

registerHooks({
  resolve: (specifier, context, next) =>
    next(specifier.endsWith('/open-audit.ts') ? none : specifier, context),
});
await import('./latchkey.ts');
