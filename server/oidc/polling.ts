/** Apps that ask again and again whether somebody has answered: devices (RFC 8628) and CIBA. */
import {
  type BackchannelAuthenticationRequest,
  type DeviceCode,
  errors,
  type KoaContextWithOIDC,
  Provider,
} from 'oidc-provider';

/** Seconds between two questions of an app, as it is told (RFC 8628 §3.2, CIBA Core §7.3). */
export const interval = 5;

/** Less than that is too soon: clocks and networks are not exact. Milliseconds. */
const leastGap = 4000;

/** So many apps' questions are remembered; whoever is forgotten may ask once sooner. */
const remembered = 10_000;

/** Says how often an app may ask, and tells one that asks more often to slow down (RFC 8628 §3.5, CIBA Core §11). */
export function pacePolling(provider: Provider, now: () => number): void {
  provider.on('device_authorization.success', (_ctx, answer) => Object.assign(answer, { interval }));
  const isTooSoon = createPace(now);
  const { DeviceCode, BackchannelAuthenticationRequest } = provider;
  for (const model of [DeviceCode, BackchannelAuthenticationRequest] as Model[]) {
    const find = model.find;
    Object.assign(model, {
      async find(...looked: unknown[]): Promise<Asked | undefined> {
        const asked = await find.apply(model, looked);
        if (asked && isPolled(Provider.ctx)) refuseSecond(asked);
        // Once there is an answer it is given, however soon.
        if (asked && isPending(asked) && isPolled(Provider.ctx) && isTooSoon(asked.jti))
          throw new errors.SlowDown();
        return asked;
      },
    });
  }
}

type Asked = DeviceCode | BackchannelAuthenticationRequest;
type Model = { find(this: unknown, ...looked: unknown[]): Promise<Asked | undefined> };

const isPolled = (ctx: KoaContextWithOIDC | undefined) => ctx?.oidc.route === 'token';

/**
 * An app that is told of an answer and asks as well may ask twice at once. Nobody else can have asked: it has shown who
 * it is, and the request went through no browser. So what it got stays, where a second use of a code would end it.
 */
function refuseSecond({ kind, consumed }: Asked): void {
  if (kind === 'BackchannelAuthenticationRequest' && consumed)
    throw new errors.InvalidGrant('backchannel authentication request already used');
}

/** A device code has an account, and a CIBA request a grant, once somebody has said yes. */
function isPending(asked: Asked): boolean {
  const { accountId, error, isExpired } = asked;
  const given = asked.kind === 'DeviceCode' ? accountId : asked.grantId;
  return !given && !error && !isExpired;
}

function createPace(now: () => number): (id: string) => boolean {
  const asked = new Map<string, number>();
  return (id) => {
    const before = asked.get(id) ?? Number.NEGATIVE_INFINITY;
    asked.delete(id);
    asked.set(id, now());
    const [oldest] = asked.size > remembered ? asked.keys() : [];
    if (oldest !== undefined) asked.delete(oldest);
    return now() - before < leastGap;
  };
}
