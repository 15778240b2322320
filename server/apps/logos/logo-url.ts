import { createHash } from 'node:crypto';
import type { App } from '../app.ts';

/** Names the address that a logo is fetched from: another one has another name. */
export const logoKey = (logoUri: string): string =>
  createHash('sha256').update(logoUri).digest('base64url').slice(0, 16);

/** Where this server shows the logo of an app: no page loads a picture from elsewhere. */
export const logoUrl = ({ id, logoUri }: Pick<App, 'id' | 'logoUri'>): string | undefined =>
  logoUri && `/logos/${logoKey(logoUri)}/${encodeURIComponent(id)}`;
