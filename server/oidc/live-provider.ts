/**
 * oidc-provider takes its keys once, when it is made, and the secret of its nonces. Where one of these changes it is made
 * anew (2 ms), and requests that come in from then on are answered by the new one; those under way end with the one before.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Middleware } from 'koa';
import compose from 'koa-compose';
import type { Provider } from 'oidc-provider';
import type { Signer } from '../external-signing/signer.ts';
import { cacheKeySet } from './cache-key-set.ts';
import type { KeySet } from './keys.ts';
import { signerFirst } from './signer-first.ts';

export interface LiveProvider {
  /** Always the one of the keys in force: what is read from it is read from that one. */
  provider: Provider;
  /** The same as one middleware of another application, whose context it takes: that spares each request a second one. */
  endpoints: Middleware;
  /** The keys in force; another object after each change. */
  keys: () => KeySet;
  /** To be called when another process may have changed keys. */
  clear(): void;
  /** Looks at the keys if something may have changed; where they cannot be read, those before go on, and it tries again. */
  follow(): Promise<void>;
}

interface LiveDependencies {
  /** For the start: makes keys where there are none. */
  open: () => Promise<KeySet>;
  read: () => Promise<KeySet>;
  /** With all that listens to it. */
  make: (keys: KeySet) => Provider;
  /** Which installation secret is in use: what it is made of comes from that one. */
  secretId: () => string;
  signer?: Pick<Signer, 'keys'> | undefined;
  now: () => number;
}

export async function openLiveProvider(dependencies: LiveDependencies): Promise<LiveProvider> {
  const { open, read, make, secretId, signer } = dependencies;
  const start = (keys: KeySet) => {
    const madeOf = secretId();
    const provider = make(keys);
    provider.use(cacheKeySet());
    if (signer) provider.use(signerFirst(signer, dependencies.now));
    return { keys, madeOf, provider, answer: provider.callback(), endpoints: compose(provider.middleware) };
  };
  let now = start(await open());
  let isStale = false;
  const isOfSecretBefore = () => now.madeOf !== secretId();
  const answer = (req: IncomingMessage, res: ServerResponse) => now.answer(req, res);
  return {
    provider: following(now.provider, () => now.provider, answer),
    endpoints: (ctx, next) => now.endpoints(ctx, next),
    keys: () => now.keys,
    clear() {
      isStale = true;
    },
    async follow() {
      if (!isStale && !isOfSecretBefore()) return;
      isStale = false;
      try {
        const keys = await read();
        if (standOf(keys) !== standOf(now.keys) || isOfSecretBefore()) now = start(keys);
      } catch (error) {
        isStale = true;
        throw error;
      }
    },
  };
}

/** Keys in order of use: a key that begins to sign moves to the front. */
const standOf = ({ keys }: KeySet): string => keys.map(({ kid }) => kid).join(' ');

/** Reads everything from the provider of the moment. Its classes are handed out as they are, its methods with their object. */
function following(
  first: Provider,
  current: () => Provider,
  answer: (req: IncomingMessage, res: ServerResponse) => Promise<void>,
): Provider {
  return new Proxy(first, {
    get(_, name) {
      if (name === 'callback') return () => answer;
      const provider = current();
      const value: unknown = Reflect.get(provider, name, provider);
      const isMethod = typeof value === 'function' && value.prototype === undefined;
      return isMethod ? value.bind(provider) : value;
    },
  });
}
