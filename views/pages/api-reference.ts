import { type Html, html, type Renderable } from '../html.ts';
import { type PageContext, renderPage } from '../page.ts';

export interface ApiReference {
  /** Where the description for machines is. */
  openApiUrl: string;
  /** What tokens are asked for, and their audience. */
  resource: string;
  areas: readonly { name: string; operations: readonly ReferenceOperation[] }[];
  errors: readonly { code: string; status: number; message: string }[];
}

export interface ReferenceOperation {
  id: string;
  method: string;
  path: string;
  summary: string;
  description?: string | undefined;
  scope: string;
  fields: readonly { name: string; place: string; about: string; required: boolean }[];
  errors: readonly string[];
}

/** For whoever writes a program: it names things as the standards do, in English. */
export function apiReferencePage(page: PageContext, reference: ApiReference): Html {
  const { openApiUrl, resource, areas, errors } = reference;
  return renderPage(page, {
    heading: 'Administration API',
    lead: html`Everything that an administrator may do, over HTTP. The description for machines is <a href="${openApiUrl}">openapi.json</a> (OpenAPI 3.1).`,
    shape: 'sheet',
    styles: ['console.css'],
    content: html`
<section class="panel" aria-labelledby="begin"><h2 id="begin">How to begin</h2>
<p>Register an app of the kind <code>machine</code> with the scopes it needs, and let it ask the token endpoint for an access token: <code>grant_type=client_credentials</code>, <code>resource=<bdi>${resource}</bdi></code>, <code>scope=people:read</code>. Send it as <code>Authorization: Bearer …</code></p>
<p>Lists come in pages: <code>next</code> of one is <code>after</code> of the following. A record’s <code>ETag</code> may come back as <code>If-Match</code>. A <code>POST</code> with an <code>Idempotency-Key</code> is done once. Errors are <code>application/problem+json</code> (RFC 9457).</p>
</section>
${areas.map(({ name, operations }) => html`<section class="panel" aria-labelledby="area-${name}"><h2 id="area-${name}">${name}</h2>${operations.map(operationPart)}</section>`)}
<section class="panel" aria-labelledby="errors"><h2 id="errors">Errors</h2><dl class="fact-list">${errors.map(({ code, status, message }) => html`<div id="${code}"><dt><code>${code}</code> ${status}</dt><dd>${message}</dd></div>`)}</dl></section>`,
  });
}

function operationPart(operation: ReferenceOperation): Html {
  const { id, method, path, summary, description, scope, fields, errors } = operation;
  return html`<details class="operation" id="${id}"><summary><span><code>${method} ${path}</code><br>${withCode(summary)}</span></summary>
${description && html`<p>${withCode(description)}</p>`}
<p class="hint">Needs <code>${scope}</code>. May answer ${errors.map((code, index) => html`${index > 0 && ', '}<a href="#${code}"><code>${code}</code></a>`)}.</p>
${fields.length > 0 && html`<dl class="fact-list">${fields.map((field) => html`<div><dt><code>${field.name}</code> ${field.place}${field.required && ', required'}</dt><dd>${withCode(field.about)}</dd></div>`)}</dl>`}
</details>`;
}

/** What stands between backticks is code. */
const withCode = (text: string): Renderable =>
  text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part));
