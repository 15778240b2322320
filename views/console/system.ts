import { type Html, html } from '../html.ts';
import { type ConsoleContext, consolePage, type Notice } from './frame.ts';
import { type BadgeKind, badge, factList, panel } from './parts/facts.ts';
import { dataTable } from './parts/table.ts';
import { consoleUrls } from './urls.ts';

export interface SettingRow {
  /** `LATCHKEY_ISSUER`. */
  name: string;
  about: string;
  /** In words. */
  byDefault: string;
  /** Secrets are not shown. */
  value?: string;
  isSecret: boolean;
  source: 'default' | 'environment' | 'file';
}

export interface FindingRow {
  /** What was looked at. */
  check: string;
  state: 'ok' | 'warning' | 'failed' | 'skipped';
  says: string;
  /** What to do. */
  remedy?: string;
}

export interface SystemData {
  version: string;
  storage: 'sqlite' | 'mongodb';
  /** What the storage has, and what this release writes. */
  schema: { stored: number; code: number };
  /** Where the passkey manager runs. */
  passkeys: 'here' | 'elsewhere';
  /** Absent until the doctor was asked: that takes a few seconds. */
  findings?: readonly FindingRow[];
  settings: readonly SettingRow[];
  notice?: Notice;
}

const states = {
  ok: ['system.ok', 'good'],
  warning: ['system.warning', 'caution'],
  failed: ['system.problem', 'problem'],
  skipped: ['system.skipped', 'plain'],
} as const satisfies Record<FindingRow['state'], readonly [string, BadgeKind]>;

const sources = {
  default: 'system.byDefault',
  environment: 'system.byEnvironment',
  file: 'system.byFile',
} as const;

const storages = { sqlite: 'SQLite', mongodb: 'MongoDB' } as const;

export function systemPage(page: ConsoleContext, data: SystemData): Html {
  const { words } = page;
  const { schema, findings } = data;
  return consolePage(page, {
    section: 'system',
    heading: words('console.system'),
    notice: data.notice,
    content: html`${panel({
      id: 'about',
      heading: words('system.about'),
      content: factList([
        { label: words('app.issuer'), value: html`<bdi>${page.issuer}</bdi>` },
        { label: words('system.version'), value: data.version },
        { label: words('system.storage'), value: storages[data.storage] },
        {
          label: words('system.schema'),
          value: html`${schema.stored} ${schema.stored !== schema.code && badge(words('system.schemaOf', { code: schema.code }), 'caution')}`,
        },
        {
          label: words('system.passkeys'),
          value: words(data.passkeys === 'here' ? 'system.passkeysHere' : 'system.passkeysAway'),
        },
      ]),
    })}
${panel({
  id: 'findings',
  heading: words('system.findings'),
  actions: html`<form method="get" action="${consoleUrls.system}"><button class="button small" type="submit" name="examine" value="now">${words(findings ? 'system.examineAgain' : 'system.examine')}</button></form>`,
  content: findings ? findingList(page, findings) : html`<p class="hint">${words('system.examineText')}</p>`,
})}
${panel({ id: 'settings', heading: words('system.settings'), content: settings(page, data.settings) })}`,
  });
}

/** What is wrong comes first. */
function findingList({ words }: ConsoleContext, found: readonly FindingRow[]): Html {
  const order: FindingRow['state'][] = ['failed', 'warning', 'ok', 'skipped'];
  const sorted = found.toSorted((one, other) => order.indexOf(one.state) - order.indexOf(other.state));
  return html`<ul class="plain-list">${sorted.map(({ state, check, says, remedy }) => {
    const [label, kind] = states[state];
    return html`<li><span><strong>${check}</strong> ${says}${remedy && html`<small>${remedy}</small>`}</span>${badge(words(label), kind)}</li>`;
  })}</ul>`;
}

function settings(page: ConsoleContext, rows: readonly SettingRow[]): Html {
  const { words } = page;
  return html`<p class="hint">${words('system.settingsText')}</p>${dataTable<SettingRow>({
    caption: words('system.settings'),
    rows,
    columns: [
      {
        label: words('system.setting'),
        cell: ({ name, about }) => html`<code class="plain">${name}</code><small>${about}</small>`,
      },
      { label: words('system.value'), cell: (setting) => shownValue(page, setting) },
      { label: words('system.source'), kind: 'time', cell: ({ source }) => words(sources[source]) },
    ],
  })}`;
}

function shownValue(
  { words }: ConsoleContext,
  { value, isSecret, source, byDefault }: SettingRow,
): Html | string {
  if (isSecret && source !== 'default') return words('system.secret');
  if (value) return html`<code class="plain">${value}</code>`;
  return byDefault || words('system.notSet');
}
