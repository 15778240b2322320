import { AppError } from '../../errors.ts';
import { keepLatest } from '../../keep-latest.ts';
import type { Outbound } from '../../outbound/outbound.ts';
import type { App } from '../app.ts';
import { reachOf } from '../reach.ts';
import { type ImageType, imageType } from './image.ts';

export interface Logo {
  type: ImageType;
  bytes: Buffer;
}

interface Entry {
  logo: Promise<Logo>;
  until: number;
}

/** Milliseconds: an app may change its picture, and one that is not there is not asked for by every page. */
const [kept, keptFailure] = [60 * 60_000, 60_000];
const most = 200;

/**
 * The logo of an app, fetched once for many who look at it.
 * @throws AppError `not_found` where there is none, or something else than a picture
 */
export function createLogos({ ask }: Pick<Outbound, 'ask'>, now: () => number): (app: App) => Promise<Logo> {
  const entries = new Map<string, Entry>();
  async function fetchLogo({ logoUri, ...app }: App): Promise<Logo> {
    if (logoUri === undefined) throw new AppError('not_found', { detail: 'it has no logo' });
    const headers = { accept: 'image/png, image/jpeg, image/webp' };
    const { status, body: bytes } = await ask(logoUri, { reach: reachOf(app), headers }).catch((cause) => {
      throw new AppError('not_found', { detail: `the logo was not fetched: ${cause.message}`, cause });
    });
    const type = status === 200 ? imageType(bytes) : undefined;
    if (!type) throw new AppError('not_found', { detail: `status ${status}, or no PNG, JPEG or WebP` });
    return { type, bytes };
  }
  return (app) => {
    const key = `${app.id} ${app.logoUri}`;
    const known = entries.get(key);
    if (known && known.until > now()) return known.logo;
    const entry = { logo: fetchLogo(app), until: now() + kept };
    entry.logo.catch(() => {
      entry.until = now() + keptFailure;
    });
    keepLatest(entries, { key, value: entry, most });
    return entry.logo;
  };
}
