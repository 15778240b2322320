import { createSoftwareBrowser } from '../e2e/software-browser.ts';
import type { SoftwareCredential } from '../server/testing/authenticator-overrides.ts';
import { median, type RankTest, rankTest } from './statistics.ts';
import { authorizationRequest, type Workplace } from './workload.ts';

/** O22: what an attacker learns from how long an answer takes. Milliseconds. */
export interface Timing extends RankTest {
  endpoint: 'options' | 'login';
  samples: number;
  known: number;
  unknown: number;
}

/**
 * Times refused sign-ins with the id of a passkey that is there (and a wrong signature) against one that is not,
 * and the options asked for in between, in random order on one connection.
 */
export async function timeEnumeration(
  { origin, authenticator }: Workplace,
  samples: number,
): Promise<Timing[]> {
  const browser = createSoftwareBrowser(origin, authenticator);
  const page = await browser.open(await authorizationRequest(origin));
  const [credential] = authenticator.credentials;
  if (!credential) throw new Error('there is no passkey');
  const taken = { options: { known: [], unknown: [] }, login: { known: [], unknown: [] } } as Taken;
  while (taken.login.known.length < samples || taken.login.unknown.length < samples) {
    const kind = Math.random() < 0.5 ? 'known' : 'unknown';
    const begun = performance.now();
    const { options } = await page.post<{ options: PublicKeyOptions }>('options', {});
    taken.options[kind].push(performance.now() - begun);
    const response = authenticator.get(options, forged(kind, credential));
    const sent = performance.now();
    const status = await page.status('login', { response, remember: false });
    taken.login[kind].push(performance.now() - sent);
    if (status !== 400) throw new Error(`a forged sign-in was answered with ${status}`);
  }
  return (['options', 'login'] as const).map((endpoint) => judge(endpoint, taken[endpoint], samples));
}

type Kind = 'known' | 'unknown';
type Taken = Record<'options' | 'login', Record<Kind, number[]>>;
type PublicKeyOptions = Parameters<Workplace['authenticator']['get']>[0];

/** Both differ from a right answer in the signature alone, and one of them also in the id. */
function forged(kind: Kind, credential: SoftwareCredential) {
  const signature = (right: Buffer) => Buffer.from(right).fill(1, right.length - 8);
  if (kind === 'known') return { credential, signature };
  return {
    credential: { ...credential, id: Buffer.alloc(32, Math.random() * 256).toString('base64url') },
    signature,
  };
}

function judge(
  endpoint: Timing['endpoint'],
  { known, unknown }: Record<Kind, number[]>,
  samples: number,
): Timing {
  const [first, second] = [known.slice(0, samples), unknown.slice(0, samples)];
  return { endpoint, samples, known: median(first), unknown: median(second), ...rankTest(first, second) };
}
