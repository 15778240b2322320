import { isDeepStrictEqual } from 'node:util';
import { AppError } from '../errors.ts';
import type { Outbound } from '../outbound/outbound.ts';
import type { App } from './app.ts';
import { jsonIn } from './json-in.ts';
import { reachOf } from './reach.ts';
import { addressesInSector } from './sector.ts';

/**
 * Asks the address that stands for an app's sector whether the app is of it (OIDC Dynamic Client Registration §5):
 * whoever answers there says which apps may know people by the same `sub`. Asked when an app is made, and again when
 * what was asked is another question; never while somebody signs in.
 * @throws AppError `field_invalid`
 */
export async function requireSectorDocument(
  ask: Outbound['ask'],
  app: App,
  before?: App | undefined,
): Promise<void> {
  const { sectorIdentifierUri: uri } = app;
  if (uri === undefined || (before && isDeepStrictEqual(questionOf(before), questionOf(app)))) return;
  const problem = await problemOf(ask, app, uri);
  if (problem === undefined) return;
  const message = `${uri} ${problem}`;
  throw new AppError('field_invalid', {
    field: 'sectorIdentifierUri',
    detail: `sectorIdentifierUri ${message}`,
    problems: [{ field: 'sectorIdentifierUri', message }],
  });
}

const questionOf = (app: App) => [app.sectorIdentifierUri, addressesInSector(app)];

/** As the rest of a sentence. */
async function problemOf(ask: Outbound['ask'], app: App, uri: string): Promise<string | undefined> {
  const reach = reachOf(app);
  const byStranger = reach === 'stranger';
  const { port, search } = new URL(uri);
  if (byStranger && (port !== '' || search !== ''))
    return 'must have no port and no query: another one at that host would answer for its sector';
  const answer = await ask(uri, { reach, headers: { accept: 'application/json' } }).catch(
    (error: Error) => error,
  );
  // Whoever registers by themselves is not told what there is, and what not, where this server is.
  if (answer instanceof Error)
    return reach === 'administrator' ? `cannot be read: ${answer.message}` : 'cannot be read';
  if (answer.status !== 200) return `cannot be read: it answers with status ${answer.status}`;
  const type = String(answer.headers['content-type'] ?? '');
  if (byStranger && !/^application\/json\s*(;|$)/i.test(type)) return 'must be answered as application/json';
  const listed = listOf(answer.body);
  if (!listed) return 'must lead to a JSON array of addresses';
  const missing = addressesInSector(app).filter((address) => !listed.includes(address));
  return missing.length > 0 ? `does not list ${missing.join(' and ')}` : undefined;
}

function listOf(body: Buffer): unknown[] | undefined {
  const list = jsonIn(body);
  return Array.isArray(list) && list.every((each) => typeof each === 'string') ? list : undefined;
}
