/** The administration's API in front of an installation in memory, for callers that a test names. */
import type { Role } from '../accounts/account.ts';
import { createApiRoutes, isApiPath } from '../admin/api/routes.ts';
import { apiScopes } from '../apps/api-scopes.ts';
import type { App } from '../apps/app.ts';
import { AppError } from '../errors.ts';
import { createMemoryLimiter } from '../http/rate-limit.ts';
import { createApiAuthentication } from '../oidc/api-authentication.ts';
import { type Columns, createVault } from '../oidc/vault.ts';
import type { Account } from '../storage.ts';
import { givePasskey, openAdministration } from './administration.ts';
import { startApplication } from './http-fixture.ts';

export type Office = Awaited<ReturnType<typeof openOffice>>;

/** What a test may look at: of one answer some, of another one others. */
interface Body {
  code?: string;
  detail?: string;
  type: string;
  requestId: string;
  errors: { field: string; message: string }[];
  id: string;
  description?: string;
  secret: string;
  link?: { url: string };
  revision: number;
  items: { userName: string }[];
  next?: string;
}

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Body;
}

interface Asked {
  as?: string;
  body?: unknown;
  /** In place of a body: as it is. */
  text?: string;
  headers?: Record<string, string>;
}

/** A person of each role, an app, a group; tokens are names: `administrator`, `support`, `app~people.read`, … */
export async function openOffice({ attempts = 10_000 }: { attempts?: number } = {}) {
  const office = await openAdministration();
  const { machine, storage, dependencies, secret } = office;
  const people = {} as Record<Role | 'other', Account>;
  const invite = async (userName: string, role: Role) => {
    const { account } = await machine.people.invite({ userName, name: `${userName} Example`, role });
    const stored = (await storage.accounts.findById(account.id)) as Account;
    await givePasskey(storage, stored, { id: `key-of-${userName}` });
    return stored;
  };
  for (const role of ['administrator', 'support', 'auditor', 'person'] as const)
    people[role] = await invite(role, role);
  people.other = await invite('other', 'person');
  const { app: wiki } = await machine.apps.add({
    id: 'wiki',
    name: 'Wiki',
    kind: 'web',
    redirectUris: ['https://wiki.example.com/'],
  });
  await machine.groups.add({ name: 'Editors' });
  const vault = createVault(secret);
  const give = async (model: string, rawId: string, columns: Columns) =>
    storage.artifacts.upsert(vault.seal({ model, rawId, payload: { ...columns }, columns }));
  const application = await startApplication(
    (app) => {
      const routes = createApiRoutes({
        admin: dependencies,
        authenticate: createApiAuthentication({
          findCaller: (token) => apiCaller(token, storage),
          judgeProof: async () => ({ error: 'invalid_dpop_proof', detail: 'no proof here' }),
          nonces: { next: () => 'a nonce' },
          issuer: dependencies.issuer,
          resourceMetadataUrl: 'https://id.example.com/.well-known/oauth-protected-resource/api/v1',
        }),
        idempotency: {
          artifacts: storage.artifacts,
          vault,
          hashes: secret.hashes,
          now: office.now,
        },
        limiter: createMemoryLimiter({ attempts, seconds: 60 }),
        readPage: () => {
          throw new Error('no page here');
        },
        version: '1.2.3',
      });
      app.use(routes.routes()).use(routes.allowedMethods());
    },
    { isOpen: isApiPath },
  );
  return {
    ...office,
    people,
    vault,
    secretId: wiki.secrets[0]?.id ?? '',
    giveSession: (who: keyof typeof people) => {
      const uid = `session-of-${who}`;
      return give('Session', uid, { uid, accountId: people[who].sub, expiresAt: office.now() + 60_000 });
    },
    giveGrant: (who: keyof typeof people) => {
      const grantId = `grant-of-${who}`;
      const columns = {
        grantId,
        accountId: people[who].sub,
        appId: 'wiki',
        expiresAt: office.now() + 60_000,
      };
      return give('Grant', grantId, columns);
    },
    async ask(
      request: string,
      { as, body, text = JSON.stringify(body), headers }: Asked = {},
    ): Promise<Answer> {
      const [method = 'GET', path = ''] = request.split(' ');
      const sent = {
        method,
        headers: {
          ...(as && { Authorization: `Bearer ${as}` }),
          ...(body !== undefined && { 'Content-Type': 'application/json' }),
          ...headers,
        },
        ...(text !== undefined && { body: text }),
      };
      const answer = await application.send(`/api/v1${path}`, sent);
      return { ...answer, body: answer.body === '' ? undefined : JSON.parse(answer.body) };
    },
    async [Symbol.asyncDispose]() {
      await application[Symbol.asyncDispose]();
      await office[Symbol.asyncDispose]();
    },
  };
}

/** `support` is the person of that name with all that their role has; `app~people.read~people.write` an app. */
async function apiCaller(
  token: string,
  { accounts }: { accounts: { findByUserNameKey(name: string): Promise<Account | undefined> } },
) {
  const [name = '', ...scopes] = token.split('~');
  if (name === 'app')
    return { app: { id: 'robot' } as App, scopes: scopes.map((scope) => scope.replace('.', ':')) as never[] };
  const account = await accounts.findByUserNameKey(name);
  if (!account) throw new AppError('token_invalid', { detail: 'nobody' });
  return { app: { id: 'latchkey-cli' } as App, account, scopes: [...apiScopes] };
}
