import { type Html, html } from '../html.ts';
import { type PageContext, renderPage } from '../page.ts';
import { setupLinkPage } from './setup.ts';

export interface HomeData {
  /** Without an administrator the page says where the setup link is. */
  hasAdministrator: boolean;
  /** Leads to the person's account, by way of signing in. */
  accountUrl: string;
}

export function homePage(page: PageContext, { hasAdministrator, accountUrl }: HomeData): Html {
  if (!hasAdministrator) return setupLinkPage(page);
  const { words } = page;
  return renderPage(page, {
    heading: words('home.heading', { name: page.brand.name }),
    lead: words('home.lead'),
    content: html`<p class="after"><a class="button primary" href="${accountUrl}">${words('home.signIn')}</a></p>`,
  });
}
