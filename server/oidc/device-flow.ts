/** Apps without a browser (RFC 8628): a person types on another device what the app shows. */
import type { Client, ErrorOut, KoaContextWithOIDC } from 'oidc-provider';
import { surroundings } from '../http/request.ts';
import { formFields } from './form-fields.ts';
import type { ProviderDependencies, ProviderPages } from './provider.ts';

/** What oidc-provider says of a code that was typed, by the names of its errors. */
const problems = {
  NoCodeError: 'missing',
  NotFoundError: 'unknown',
  ExpiredError: 'expired',
  AlreadyUsedError: 'used',
} as const;

export type UserCodeProblem = (typeof problems)[keyof typeof problems];

type TypedError = Error & { userCode?: string };

type Told = Pick<ProviderDependencies, 'refusals' | 'tokens' | 'findAccount'>;

/** Who was talked into typing a code (RFC 8628 §5.4), and found out in time, is not the only one who should know. */
async function noteNotTheirs({ oidc }: KoaContextWithOIDC, { refusals, tokens, findAccount }: Told) {
  const { clientId: appId } = (oidc.entities.DeviceCode ?? {}) as { clientId?: string };
  if (appId === undefined || oidc.params?.abort === undefined) return;
  refusals.note(appId, { code: 'access_denied', reason: 'the device was not theirs' });
  const sub = oidc.session?.accountId;
  const accountId = sub === undefined ? undefined : (await findAccount(sub))?.id;
  await tokens.record({ type: 'device.declined', appId, ...(accountId !== undefined && { accountId }) });
}

export function deviceFlow(pages: ProviderPages, told: Told) {
  return {
    enabled: true,
    charset: 'base-20',
    mask: '****-****',
    deviceInfo: (ctx: KoaContextWithOIDC) => ({ ...surroundings(ctx), at: Date.now() }),
    async userCodeInputSource(
      ctx: KoaContextWithOIDC,
      form: string,
      ...[out, error]: [ErrorOut?, TypedError?]
    ): Promise<void> {
      if (error?.name === 'AbortedError') {
        await noteNotTheirs(ctx, told);
        return pages.deviceDeclined(ctx);
      }
      const problem = error && problems[error.name as keyof typeof problems];
      if (out && error && !problem) return pages.error(ctx, out, error);
      const typed = error?.userCode ?? typedCodes.get(ctx.req);
      pages.userCode(ctx, { ...formFields(form), ...(typed && { typed }), ...(problem && { problem }) });
    },
    userCodeConfirmSource(
      ctx: KoaContextWithOIDC,
      form: string,
      ...[client, deviceInfo, userCode]: [Client, object, string]
    ) {
      const appName = client.clientName ?? client.clientId;
      pages.confirmDevice(ctx, { ...formFields(form), appName, userCode, ...(deviceInfo as DeviceInfo) });
    },
    async successSource(ctx: KoaContextWithOIDC): Promise<void> {
      const { Grant: grant } = ctx.oidc.entities;
      if (grant) await Object.assign(grant, { approved: { at: Date.now() } }).save();
      pages.deviceConnected(ctx);
    },
  } as const;
}

/** Where an app asked from. */
export interface DeviceInfo {
  address: string;
  device?: string;
  at: number;
}

const typedCodes = new WeakMap<KoaContextWithOIDC['req'], string>();

/**
 * An address with the code in it (RFC 8628 §3.3.1) fills in the form. oidc-provider would send it off by a script; here
 * a person looks at the code first, and compares it with what their device shows.
 */
export async function fillInUserCode(ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> {
  const code = ctx.method === 'GET' && ctx.path === '/device' ? ctx.query.user_code : undefined;
  if (code !== undefined) {
    typedCodes.set(ctx.req, String(code).slice(0, 20));
    const { user_code: _, ...rest } = ctx.query;
    ctx.query = rest;
  }
  await next();
}
