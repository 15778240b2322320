import type { Finding } from '../../admin/about-server.ts';
import type { Config } from '../../config.ts';
import { failed, ok, skipped, warning } from './finding.ts';

const discoveryPath = '/.well-known/openid-configuration';
const patience = 3000;
/** Milliseconds that two clocks may differ: what tokens tolerate. */
const tolerance = 15_000;
const forgedHost = 'forged.invalid';

interface Answer {
  body: string;
  issuer: unknown;
  date: string | null;
}

/** The ids of the signing keys in the storage, by which a server is known to be the one of this installation. */
type OwnKeys = readonly { id: string }[];

type Part = Pick<Config, 'issuer' | 'onLocalhost' | 'listen' | 'trustedProxies'>;

/** What a running server says of itself, as people and apps reach it. */
export async function examineServer(
  config: Part,
  now: () => number,
  ownKeys: OwnKeys = [],
): Promise<Finding[]> {
  const answer = await ask(config.issuer);
  if (typeof answer === 'string') {
    const says = `nobody answers at ${config.issuer} from here (${answer}); fine while the server is stopped.`;
    return [skipped('issuer', says), skipped('clock', 'needs a running server.'), proxySetting(config)];
  }
  return [
    await examineIssuer(config, answer, ownKeys),
    examineClock(answer, now()),
    await examineProxy(config, answer),
  ];
}

async function ask(
  origin: string,
  { path = discoveryPath, headers = {} }: { path?: string; headers?: Record<string, string> } = {},
): Promise<Answer | string> {
  try {
    const signal = AbortSignal.timeout(patience);
    const response = await fetch(`${origin}${path}`, { headers, signal, redirect: 'manual' });
    const body = (await response.text()).slice(0, 100_000);
    if (!response.ok) return `status ${response.status}`;
    return { body, issuer: parsed(body)?.issuer, date: response.headers.get('date') };
  } catch (error) {
    const { cause, name } = error as Error & { cause?: { code?: string } };
    return cause?.code ?? name;
  }
}

function parsed(body: string): { issuer?: unknown; keys?: { kid?: unknown }[] } | undefined {
  try {
    return JSON.parse(body) ?? undefined;
  } catch {
    return undefined;
  }
}

async function examineIssuer({ issuer }: Part, answer: Answer, ownKeys: OwnKeys): Promise<Finding> {
  if (answer.issuer === issuer && (await hasKeyOf(ownKeys, issuer)))
    return ok('issuer', `a server answers at ${issuer} and says the same.`);
  if (answer.issuer === issuer)
    return failed(
      'issuer',
      `another server answers at ${issuer}: its signing keys are not those of this storage.`,
      'Stop it, or give the two another LATCHKEY_ISSUER; or LATCHKEY_STORAGE and LATCHKEY_DATA_DIR are not as the server has them.',
    );
  return failed(
    'issuer',
    `who answers at ${issuer} calls itself ${JSON.stringify(answer.issuer)?.slice(0, 100) ?? 'nothing'}.`,
    'Give the server and this command the same LATCHKEY_ISSUER, exactly as people type it; or the name leads to another server.',
  );
}

/** Before the first start there are no keys to compare. */
async function hasKeyOf(ownKeys: OwnKeys, issuer: string): Promise<boolean> {
  if (ownKeys.length === 0) return true;
  const answer = await ask(issuer, { path: '/jwks' });
  const keys = typeof answer === 'string' ? undefined : parsed(answer.body)?.keys;
  return Array.isArray(keys) && keys.some(({ kid }) => ownKeys.some(({ id }) => id === kid));
}

function examineClock({ date }: Answer, now: number): Finding {
  const skew = Math.abs(Date.parse(date ?? '') - now);
  if (Number.isNaN(skew)) return skipped('clock', 'the server does not tell the time.');
  const seconds = Math.round(skew / 1000);
  // The Date header has whole seconds.
  if (skew <= tolerance + 1000) return ok('clock', `agrees with the server's (${seconds} s).`);
  return failed(
    'clock',
    `is ${seconds} s from the server's.`,
    'Set both by NTP: tokens and links live by the clock.',
  );
}

/** The issuer comes from settings alone: whatever a stranger says of the host must change nothing (O17). */
async function examineProxy(config: Part, answer: Answer): Promise<Finding> {
  const forged = await ask(config.issuer, {
    headers: { 'x-forwarded-host': forgedHost, forwarded: `host=${forgedHost};proto=http` },
  });
  if (typeof forged === 'string')
    return skipped('proxy headers', `a request with a forged host was refused (${forged}).`);
  if (forged.body.includes(forgedHost) || forged.issuer !== answer.issuer)
    return failed(
      'proxy headers',
      'a forged X-Forwarded-Host changes what the server says of itself.',
      'Let the gateway overwrite X-Forwarded-Host and X-Forwarded-Proto, and name it alone in LATCHKEY_TRUSTED_PROXIES.',
    );
  return proxySetting(config);
}

function proxySetting({ issuer, onLocalhost, trustedProxies }: Part): Finding {
  if (onLocalhost || !issuer.startsWith('https:'))
    return ok('proxy headers', 'no gateway is needed on localhost.');
  if (trustedProxies.length > 0)
    return ok('proxy headers', `are believed from ${trustedProxies.join(', ')} alone.`);
  return warning(
    'proxy headers',
    'are believed from nobody, so every request seems to come from the gateway.',
    'Name the address of the gateway in LATCHKEY_TRUSTED_PROXIES, or rate limits meet all people at once.',
  );
}
