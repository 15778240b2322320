import type { App } from './app.ts';
import { redirectUriProblem } from './redirect-uri.ts';

/** What went wrong, for who looks after the app. */
export interface Explanation {
  sentence: string;
  /** A redirect address that would mend it. Never one of another host: anybody can send a request with such a one. */
  mend?: { add: string };
}

/** How an address that was used differs from the one that is most like it, most likely first. */
const differences: readonly (readonly [
  is: (used: Parts, known: Parts) => boolean,
  says: (used: Parts, known: Parts) => string,
])[] = [
  [
    (used, known) => used.slashless === known.slashless,
    (used, known) =>
      `The redirect address differs by a trailing slash: ${used.href} was sent, ${known.href} is registered.`,
  ],
  [
    (used, known) => sameBut(used, known, 'scheme'),
    (used, known) =>
      `The redirect address begins with ${used.scheme}, and with ${known.scheme} where it is registered.`,
  ],
  [
    (used, known) => sameBut(used, known, 'port'),
    (used, known) => `The redirect address has ${portOf(used)}, and ${portOf(known)} where it is registered.`,
  ],
  [
    (used, known) => used.href.toLowerCase() === known.href.toLowerCase(),
    (used, known) =>
      `The redirect address differs in capital letters: ${used.href} was sent, ${known.href} is registered.`,
  ],
  [
    (used, known) => sameBut(used, known, 'query'),
    (used, known) =>
      `The redirect address differs after the question mark: ${used.href} was sent, ${known.href} is registered.`,
  ],
  [
    (used, known) => sameBut(used, known, 'path'),
    (used, known) =>
      `The redirect address has the path ${used.path}, and ${known.path} where it is registered.`,
  ],
  [
    (used, known) => used.host === known.host,
    (used, known) => `The redirect address ${used.href} is not registered; the nearest is ${known.href}.`,
  ],
];

/** Why an address that was used is not one of the app's. */
export function explainAddress(app: App, used: string): Explanation {
  const parts = partsOf(used);
  const known = app.redirectUris.map(partsOf).filter((each) => each !== undefined);
  if (!parts) return { sentence: `The redirect address is none: ${used}.` };
  for (const [is, says] of differences) {
    const nearest = known.find((each) => is(parts, each));
    if (!nearest) continue;
    const problem = redirectUriProblem(used, app.kind);
    if (problem) return { sentence: `${says(parts, nearest)} It cannot be added: it ${problem}.` };
    return { sentence: says(parts, nearest), mend: { add: used } };
  }
  return {
    sentence: `The redirect address leads to another host, ${parts.host}. Add it only if that is yours: people would be sent there.`,
  };
}

interface Parts {
  href: string;
  slashless: string;
  scheme: string;
  host: string;
  port: string;
  path: string;
  query: string;
}

function partsOf(uri: string): Parts | undefined {
  const parsed = URL.parse(uri);
  if (!parsed) return undefined;
  const { protocol: scheme, hostname: host, port, pathname: path, search: query } = parsed;
  return { href: uri, slashless: uri.replace(/\/$/, ''), scheme, host, port, path, query };
}

const sameBut = (used: Parts, known: Parts, part: 'scheme' | 'port' | 'path' | 'query'): boolean =>
  (['scheme', 'host', 'port', 'path', 'query'] as const).every(
    (each) => each === part || used[each] === known[each],
  );

const portOf = ({ port }: Parts): string => (port ? `the port ${port}` : 'no port');
