/** Client metadata of OpenID Connect CIBA Core 1.0 §4, as it comes in and as it is answered. */
import { z } from 'zod';
import type { App } from '../apps/app.ts';
import { cibaGrant } from '../apps/ciba.ts';
import type { NewApp } from '../apps/validation.ts';
import type { RegistrationPolicy } from './initial-access-token.ts';
import { RegistrationRefusal } from './refusal.ts';

const text = z.string().max(2000).optional();

export const cibaShape = {
  backchannel_token_delivery_mode: text,
  backchannel_client_notification_endpoint: text,
  backchannel_user_code_parameter: z.boolean().optional(),
  backchannel_authentication_request_signing_alg: text,
};

const shape = z.object({
  ...cibaShape,
  grant_types: z.array(z.string()),
  require_signed_request_object: z.boolean().optional(),
  request_object_signing_alg: text,
});
type Request = z.output<typeof shape>;

/**
 * That an app may ask for people by itself, where the policy lets it; whether mode and address are any is looked at with
 * the app. @throws RegistrationRefusal
 */
export function cibaOf(request: Request, policy: RegistrationPolicy): Pick<NewApp, 'ciba'> {
  const { backchannel_token_delivery_mode: mode, backchannel_client_notification_endpoint: uri } = request;
  if (!request.grant_types.includes(cibaGrant)) {
    const [said] = Object.keys(cibaShape).filter((name) => request[name as keyof typeof cibaShape]);
    if (said !== undefined) refuse(`${said} needs ${cibaGrant} among grant_types`);
    return {};
  }
  if (!policy.grantTypes?.includes(cibaGrant)) refuse(`grant_types must not have ${cibaGrant} here`);
  requireHad(request);
  const deliveryMode = mode as NonNullable<NewApp['ciba']>['deliveryMode'];
  return { ciba: { deliveryMode, ...(uri !== undefined && { notificationEndpoint: uri }) } };
}

/** An app that has a code of the person with each request, or signs it, must know that somebody looks. */
function requireHad(request: Request): void {
  if (request.backchannel_user_code_parameter) refuse('backchannel_user_code_parameter is not supported');
  const { backchannel_authentication_request_signing_alg: alg } = request;
  const required = request.require_signed_request_object ? request.request_object_signing_alg : undefined;
  if (alg !== undefined && alg !== required)
    refuse(
      'backchannel_authentication_request_signing_alg must be request_object_signing_alg, with require_signed_request_object: all requests are signed in one way',
    );
}

function refuse(what: string): never {
  throw new RegistrationRefusal('invalid_client_metadata', what);
}

/** As it is in force. */
export function cibaAnswer({
  ciba: said,
  grantTypes,
}: Pick<App, 'ciba' | 'grantTypes'>): Record<string, unknown> {
  if (!said) return { grant_types: grantTypes };
  return {
    grant_types: [...grantTypes, cibaGrant],
    backchannel_token_delivery_mode: said.deliveryMode,
    ...(said.notificationEndpoint !== undefined && {
      backchannel_client_notification_endpoint: said.notificationEndpoint,
    }),
    backchannel_user_code_parameter: false,
  };
}

/** Names of fields as client metadata has them. */
export const cibaNames: Readonly<Record<string, string>> = {
  'ciba.deliveryMode': 'backchannel_token_delivery_mode',
  'ciba.notificationEndpoint': 'backchannel_client_notification_endpoint',
};
