/** What can be seen of the ceremonies, from a browser that signs nobody in. */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { NoMeansError, type Probe, probe } from './verify.ts';
import { openSignIn, type SignInPage, type Visited } from './visitor.ts';

export interface CeremonyContext extends Visited {
  /** The reasons of the sign-ins that were refused since then (epoch milliseconds), as the audit has them. */
  refusals(since: number): Promise<string[]>;
}

const userVerification = probe<CeremonyContext, { userVerification: 'required' }>({
  control: 'user-verification-required',
  kind: 'MFA',
  parameters: z.strictObject({ userVerification: z.literal('required') }),
  async run({ userVerification: expected }, context) {
    const { options } = await openSignIn(context);
    const seen = options.userVerification ?? 'none is asked for';
    return { expected, seen, matches: seen === expected };
  },
});

/** What the audit of a passkey manager elsewhere keeps to itself. */
const reasonIsElsewhere = 'passkey_rejected';

const originBound = probe<CeremonyContext, { origin: string; rpId: string }>({
  control: 'origin-bound',
  kind: 'PhishingResistance',
  parameters: z.strictObject({ origin: z.url(), rpId: z.string() }),
  async run({ origin, rpId }, context) {
    const since = Date.now();
    const own = await refusalOf(origin, context, since);
    const foreign = await refusalOf('https://foreign.example', context, since);
    if (foreign.reason === reasonIsElsewhere)
      throw new NoMeansError('why a sign-in was refused stands in the audit of the passkey manager alone');
    const line = (at: string, reasons: readonly string[]) => `${at} is asked for; ${reasons.join(', ')}`;
    const expected = line(rpId, ['the origin passes', 'a foreign one is origin_not_listed']);
    const seen = line(String(foreign.rpId), [
      own.reason === 'passkey_unknown' ? 'the origin passes' : `the origin is ${own.reason}`,
      `a foreign one is ${foreign.reason}`,
    ]);
    return { expected, seen, matches: seen === expected };
  },
});

/** An answer with a passkey that nobody has: all that is looked at before the passkey must pass first. */
async function refusalOf(origin: string, context: CeremonyContext, since: number) {
  const page = await openSignIn(context);
  const before = (await context.refusals(since)).length;
  await page.post('login', { response: assertionOf(page, origin) });
  for (let attempt = 0; attempt < 20; attempt++) {
    const reasons = await context.refusals(since);
    if (reasons.length > before) return { rpId: page.options.rpId, reason: reasons[0] ?? '' };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new NoMeansError('the audit says nothing of the attempt');
}

function assertionOf({ options }: SignInPage, origin: string): object {
  const base64url = (bytes: Buffer | string) => Buffer.from(bytes).toString('base64url');
  const id = base64url(randomBytes(32));
  const clientData = { type: 'webauthn.get', challenge: options.challenge, origin, crossOrigin: false };
  return {
    id,
    rawId: id,
    type: 'public-key',
    clientExtensionResults: {},
    response: {
      clientDataJSON: base64url(JSON.stringify(clientData)),
      // RP ID hash, flags UP and UV, counter.
      authenticatorData: base64url(Buffer.concat([randomBytes(32), Buffer.from([5, 0, 0, 0, 0])])),
      signature: base64url(Buffer.from('3006020101020101', 'hex')),
      userHandle: base64url(randomBytes(32)),
    },
  };
}

export const ceremonyProbes: readonly Probe<CeremonyContext>[] = [userVerification, originBound];
