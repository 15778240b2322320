import type { Provider } from 'oidc-provider';
import { AppError } from '../errors.ts';
import { answering } from './availability.ts';
import type { Exchange, ExchangeContext } from './exchanged-token.ts';
import type { Impersonations } from './impersonations.ts';
import { behind, type TokenRecording } from './record-tokens.ts';

export interface RecordingDependencies {
  tokens: TokenRecording;
  impersonations: Pick<Impersonations, 'record'>;
}

interface Made {
  token: Pick<InstanceType<Provider['AccessToken']>, 'scope' | 'expiration'>;
  exchange: Exchange;
}

/** Before there is such a token, the person can see it and the audit has it: what cannot be written down is not given. */
export async function recordImpersonation(
  { tokens, impersonations }: RecordingDependencies,
  ctx: ExchangeContext,
  { token, exchange: { subject, api, accountId } }: Made,
): Promise<void> {
  const { client, provider } = ctx.oidc;
  const of = await provider.Client.find(subject.client_id);
  await answering(async () => {
    await impersonations.record({
      sub: accountId,
      appIds: [client.clientId, subject.client_id],
      app: client.clientName ?? client.clientId,
      of: of?.clientName ?? subject.client_id,
      api: api.name,
    });
    const isStored = await tokens.record({
      type: 'token.impersonated',
      ...behind(ctx),
      details: {
        of: subject.client_id,
        audience: api.audience,
        scope: token.scope,
        seconds: token.expiration,
      },
      // The request came from the app's server: where that is says nothing of the person.
      origin: {},
    });
    if (!isStored)
      throw new AppError('unavailable', { detail: 'an impersonation could not be written down' });
  })();
}
