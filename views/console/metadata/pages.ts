import { type Html, html } from '../../html.ts';
import { type ConsoleContext, consolePage, type Notice } from '../frame.ts';
import { badge, count, exactDate, exactTime, factList, panel, since } from '../parts/facts.ts';
import { filterBar, postButton, textField } from '../parts/forms.ts';
import { dataTable, emptyState } from '../parts/table.ts';
import { certificationName } from '../policies/rule-facts.ts';
import { consoleUrls } from '../urls.ts';

export interface ModelRow {
  aaguid: string;
  name: string;
  iconUrl?: string;
  statuses: readonly string[];
  keyProtection: readonly string[];
  source: 'fido' | 'local' | 'names';
  /** Passkeys of it, where that is known. */
  passkeys?: number;
}

/** See `MetadataStatus` in `server/fido-metadata/catalogue.ts`. */
export interface MetadataFacts {
  source: string;
  metadata?: { no: number; nextUpdate: number; takenAt: number; isCurrent: boolean; models: number };
  local: number;
  refused?: string;
  attempt?: { at: number; result: string; detail?: string; failures: number };
  nextAt?: number;
  progress?: number;
}

export interface MetadataData {
  status: MetadataFacts;
  search?: string;
  models: readonly ModelRow[];
  mayRefresh: boolean;
  notice?: Notice;
}

/** What speaks against a model. */
const bad = /REVOKED|COMPROMISE|BYPASS|^NOT_/;

export function metadataPage(
  page: ConsoleContext,
  { status, search, models, mayRefresh, notice }: MetadataData,
): Html {
  const { words } = page;
  return consolePage(page, {
    section: 'metadata',
    heading: words('console.metadata'),
    lead: words('metadata.lead'),
    notice,
    content: html`${statusPanel(page, status, mayRefresh)}
${filterBar(page, {
  action: consoleUrls.metadata,
  isFiltered: Boolean(search),
  content: textField({
    within: 'filter',
    name: 'search',
    label: words('metadata.search'),
    type: 'search',
    value: search,
    maxLength: 200,
  }),
})}
${dataTable<ModelRow>({
  caption: words('metadata.models'),
  rows: models,
  empty: search
    ? emptyState({ heading: words('metadata.none'), text: words('metadata.noneText') })
    : emptyState({ heading: words('metadata.ask'), text: words('metadata.askText') }),
  columns: [
    {
      label: words('metadata.model'),
      cell: ({ aaguid, name, iconUrl }) =>
        html`<span class="with-picture">${iconUrl && html`<img class="model-icon" src="${iconUrl}" alt="" width="32" height="32" loading="lazy">`}<span><a href="${consoleUrls.model(aaguid)}"><bdi>${name}</bdi></a><small><code>${aaguid}</code></small></span></span>`,
    },
    { label: words('metadata.status'), cell: ({ statuses }) => statusBadges(page, statuses) },
    { label: words('rule.keyProtection'), cell: ({ keyProtection }) => keyProtection.join(', ') },
  ],
})}`,
  });
}

export function statusBadges({ words }: ConsoleContext, statuses: readonly string[]): Html {
  if (statuses.length === 0) return html`<span class="quiet-text">${words('metadata.noStatus')}</span>`;
  return html`${statuses.map((status) => html`${badge(certificationName(status), bad.test(status) ? 'problem' : status.startsWith('FIDO') ? 'good' : 'plain')} `)}`;
}

function statusPanel(page: ConsoleContext, status: MetadataFacts, mayRefresh: boolean): Html {
  const { words } = page;
  const { metadata, attempt } = status;
  return panel({
    id: 'metadata-status',
    heading: words('metadata.state'),
    actions:
      mayRefresh &&
      status.source !== 'off' &&
      postButton({ action: consoleUrls.refreshMetadata, label: words('metadata.refresh') }),
    content: html`${status.refused && html`<p class="notice problem">${words('metadata.refused')} <code>${status.refused}</code></p>`}
${status.progress !== undefined && html`<p class="notice caution" role="status">${words('metadata.asking')}</p>`}
${factList([
  {
    label: words('metadata.source'),
    value: status.source === 'off' ? words('metadata.off') : html`<bdi>${status.source}</bdi>`,
  },
  metadata && {
    label: words('metadata.inForce'),
    value: html`${words('metadata.number', { no: metadata.no })} ${metadata.isCurrent ? badge(words('metadata.current'), 'good') : badge(words('metadata.old'), 'problem')}`,
  },
  metadata && { label: words('metadata.taken'), value: since(page, metadata.takenAt, '') },
  metadata && { label: words('metadata.nextUpdate'), value: exactDate(page, metadata.nextUpdate) },
  metadata && { label: words('metadata.models'), value: count(page, metadata.models) },
  status.local > 0 && { label: words('metadata.local'), value: count(page, status.local) },
  attempt && {
    label: words('metadata.attempt'),
    value: html`${since(page, attempt.at, '')}: ${attemptText(page, attempt.result)}${attempt.detail && html` <span class="quiet-text">${attempt.detail}</span>`}`,
  },
  status.nextAt !== undefined && { label: words('metadata.nextAt'), value: exactTime(page, status.nextAt) },
])}`,
  });
}

function attemptText({ words }: ConsoleContext, result: string): Html | string {
  if (result === 'taken') return words('metadata.wasTaken');
  return result === 'unchanged' ? words('metadata.unchanged') : html`<code>${result}</code>`;
}

export interface ModelData {
  model: ModelRow & { attestationTypes: readonly string[] };
  notice?: Notice;
}

const sourceWords = {
  fido: 'metadata.ofFido',
  local: 'metadata.ofLocal',
  names: 'metadata.ofNames',
} as const;

export function modelPage(page: ConsoleContext, { model, notice }: ModelData): Html {
  const { words } = page;
  return consolePage(page, {
    section: 'metadata',
    crumbs: [],
    heading: html`<bdi>${model.name}</bdi>`,
    title: model.name,
    notice,
    content: html`<section class="panel" aria-labelledby="heading"><div class="with-picture">${model.iconUrl && html`<img class="model-icon large" src="${model.iconUrl}" alt="" width="64" height="64">`}<div class="grows">${factList(
      [
        { label: words('passport.aaguid'), value: html`<code class="plain">${model.aaguid}</code>` },
        { label: words('metadata.status'), value: statusBadges(page, model.statuses) },
        { label: words('rule.keyProtection'), value: model.keyProtection.join(', ') },
        { label: words('metadata.attestationTypes'), value: model.attestationTypes.join(', ') },
        { label: words('metadata.knownFrom'), value: words(sourceWords[model.source]) },
        model.passkeys !== undefined && {
          label: words('overview.passkeys'),
          value: count(page, model.passkeys),
        },
      ],
    )}</div></div></section>`,
  });
}
