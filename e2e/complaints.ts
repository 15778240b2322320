import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';

/** What is wrong with a page for who looks at it: axe, a second direction of scrolling, things that move. */
export async function complaintsOf(page: Page): Promise<string[]> {
  return [...(await axe(page)), ...(await overflow(page)), ...(await motion(page))];
}

async function axe(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.map(
    ({ id, nodes }) => `${id} at ${nodes.map(({ target }) => target.join(' ')).join(', ')}`,
  );
}

/** What would move, although less motion was asked for. */
function motion(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`[...document.querySelectorAll('*')].flatMap((element) =>
    ['', '::before', '::after']
      .map((part) => ({ part, style: getComputedStyle(element, part || undefined) }))
      .filter(({ style }) => style.transitionDuration !== '0s' || style.animationName !== 'none')
      .map(({ part }) => 'moves: ' + element.tagName + '.' + element.className + part))`);
}

/** WCAG 2.2 §1.4.10: no second direction of scrolling. */
async function overflow(page: Page): Promise<string[]> {
  const [scrollWidth, clientWidth] = await page.evaluate<[number, number]>(
    '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
  );
  return scrollWidth > clientWidth ? [`is ${scrollWidth} px wide in ${clientWidth} px`] : [];
}
