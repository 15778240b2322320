/** Serves every page with invented data to look at: `node views/gallery.ts`, after `node views/build.ts`. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Assets, openAssets } from './assets.ts';
import { auditRows } from './console/audit.ts';
import { consoleUrls } from './console/urls.ts';
import { sampleIcon } from './gallery-account.ts';
import { atConsole, events } from './gallery-console.ts';
import { consoleSamples } from './gallery-console-samples.ts';
import { type Sample, samples } from './gallery-samples.ts';
import { html } from './html.ts';
import type { PageContext } from './page.ts';
import { directions, type Locale, negotiateLocale, words } from './words.ts';

/** The pages must work under this policy, which is as strict as the server's. */
export const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** For everybody, and for administrators. */
export const allSamples: Readonly<Record<string, Sample>> = { ...samples, ...consoleSamples };

/** What comes in while somebody looks at the audit page. */
const latest = events.slice(1, 2).map((event) => ({ ...event, id: 'e0' }));

/** How the check answers a script's request. */
export type Answer = (path: string, body: unknown) => { status: number; body: object } | undefined;

export interface Gallery extends AsyncDisposable {
  port: number;
  /** Answers POST requests; 503 without. */
  answer: Answer;
}

/** Listens on loopback. `/sign-in?lang=de&dir=rtl` is the page of that name in another language or direction. */
export async function openGallery({
  port = 0,
  accent,
}: {
  port?: number;
  accent?: string;
} = {}): Promise<Gallery> {
  const assets = openAssets({ accent });
  const gallery: Gallery = {
    port,
    answer: () => undefined,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const server = createServer((request, response) => void serve(gallery, assets, { request, response }));
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  gallery.port = (server.address() as AddressInfo).port;
  return gallery;
}

interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
}

async function serve(gallery: Gallery, assets: Assets, { request, response }: Exchange): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  response.setHeader('content-security-policy', contentSecurityPolicy);
  if (request.method === 'POST') return answerPost(gallery, url.pathname, { request, response });
  const asset = assets.find(url.pathname.replace(/^\/assets\//, ''));
  if (asset) {
    response.setHeader('content-type', asset.type).end(asset.body);
    return;
  }
  if (url.pathname === sampleIcon.url) {
    response.setHeader('content-type', 'image/png').end(sampleIcon.png);
    return;
  }
  if (url.pathname === consoleUrls.auditLive) {
    const rows = auditRows(atConsole(contextOf(url, { assets, port: gallery.port })), latest);
    response
      .setHeader('content-type', 'application/json')
      .end(
        JSON.stringify({ newest: 'e0', rows: url.searchParams.get('newest') === 'e0' ? '' : String(rows) }),
      );
    return;
  }
  const sample = allSamples[url.pathname.slice(1)];
  response.setHeader('content-type', 'text/html; charset=utf-8');
  response.end(String(sample ? sample(contextOf(url, { assets, port: gallery.port })) : listOfPages()));
}

function contextOf(url: URL, { assets, port }: { assets: Assets; port: number }): PageContext {
  const locale: Locale = negotiateLocale({ chosen: url.searchParams.get('lang') ?? undefined });
  return {
    locale,
    dir: url.searchParams.get('dir') === 'rtl' ? 'rtl' : directions[locale],
    words: words(locale),
    brand: { name: 'Sample Works', supportContact: 'help@example.com' },
    assets: assets.urls,
    issuer: `http://localhost:${port}`,
    ...(url.pathname.startsWith('/error') && { requestId: '01JD9X7Q4ZK8' }),
  };
}

function listOfPages() {
  return html`<!doctype html><title>Gallery</title><ul>${Object.keys(allSamples).map(
    (name) => html`<li><a href="/${name}">${name}</a> <a href="/${name}?lang=de">de</a></li>`,
  )}</ul>`;
}

async function answerPost(gallery: Gallery, path: string, { request, response }: Exchange): Promise<void> {
  let text = '';
  for await (const chunk of request) text += chunk;
  const away = { status: 503, body: { error: 'unavailable', message: 'This is a gallery.' } };
  const { status, body } = gallery.answer(path, JSON.parse(text || '{}')) ?? away;
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

if (import.meta.main) {
  const { port } = await openGallery({ port: 3003 });
  process.stdout.write(`http://localhost:${port}\n`);
}
