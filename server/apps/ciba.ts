import { z } from 'zod';
import type { App, AppKind, BackchannelAuthentication } from './app.ts';
import { redirectUriProblem } from './redirect-uri.ts';

/** Client metadata of OpenID Connect CIBA Core 1.0 §4, as an administrator says it. */
export const ciba = z.strictObject({
  deliveryMode: z.enum(['poll', 'ping'], 'must be poll or ping'),
  notificationEndpoint: z.string().exactOptional(),
}) satisfies z.ZodType<BackchannelAuthentication>;

interface Said {
  kind: AppKind;
  ciba?: BackchannelAuthentication;
}

/** Who asks in the name of an app must be able to show that they are it. */
export function checkCiba(
  { kind, ciba: said }: { kind: AppKind; ciba?: BackchannelAuthentication | undefined },
  context: Pick<z.core.$RefinementCtx<Said>, 'addIssue'>,
): void {
  if (!said) return;
  for (const [field, message] of objections({ kind, ciba: said }))
    context.addIssue({ code: 'custom', path: ['ciba', field], message });
}

type Objection = [field: keyof BackchannelAuthentication, message: string];

function* objections({
  kind,
  ciba: { deliveryMode, notificationEndpoint: uri },
}: Required<Said>): Generator<Objection> {
  if (kind !== 'web')
    yield ['deliveryMode', `is for web apps, which keep a secret: a ${kind} app cannot ask so`];
  if (deliveryMode === 'ping' && uri === undefined)
    yield ['notificationEndpoint', 'must be given: there the app is told that there is an answer'];
  if (deliveryMode === 'poll' && uri !== undefined)
    yield ['notificationEndpoint', 'is for the deliveryMode ping'];
  const problem = uri === undefined ? undefined : redirectUriProblem(uri, kind);
  if (problem) yield ['notificationEndpoint', `${uri} ${problem}`];
}

/** The grant type (CIBA Core §10.1). */
export const cibaGrant = 'urn:openid:params:grant-type:ciba';

/** As client metadata. */
export function cibaMetadata({ ciba: said, grantTypes }: Pick<App, 'ciba' | 'grantTypes'>) {
  if (!said) return { grant_types: grantTypes };
  return {
    grant_types: [...grantTypes, cibaGrant],
    backchannel_token_delivery_mode: said.deliveryMode,
    // oidc-provider takes https alone; on one's own computer the app is told by http (see oidc/ping.ts).
    ...(said.notificationEndpoint !== undefined && {
      backchannel_client_notification_endpoint: said.notificationEndpoint.replace(/^http:/, 'https:'),
    }),
  };
}
