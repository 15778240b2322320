import { type Html, html } from '../../html.ts';
import type { ConsoleContext } from '../frame.ts';
import { copyBlock, panel } from '../parts/facts.ts';

/** Settings to copy for one framework. */
export interface Guide {
  id: string;
  /** Of the framework: "Spring Security". */
  name: string;
  /** One sentence. */
  about: string;
  files: readonly { name: string; text: string }[];
  /** What is to be done beside, in order. */
  steps: readonly string[];
  /** Was run against this server in a test; otherwise it follows the vendor's documentation. */
  wasRun: boolean;
}

/** One is open at a time. */
export function guidesPanel(page: ConsoleContext, guides: readonly Guide[]): Html | undefined {
  const { words } = page;
  if (guides.length === 0) return undefined;
  return panel({
    id: 'guides',
    heading: words('app.guides'),
    content: html`<p class="hint">${words('app.guidesText')}</p>${guides.map(
      ({
        id,
        name,
        about,
        files,
        steps,
        wasRun,
      }) => html`<details name="guide" id="guide-${id}"><summary>${name}</summary>
<p>${about}</p>
${files.map((file, index) => copyBlock(page, { id: `guide-${id}-${index}`, label: file.name, text: file.text }))}
${steps.length > 0 && html`<ol class="steps">${steps.map((step) => html`<li>${step}</li>`)}</ol>`}
<p class="hint">${words(wasRun ? 'app.guideRun' : 'app.guideNotRun')}</p></details>`,
    )}`,
  });
}
