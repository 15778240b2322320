import { type Html, html } from '../html.ts';
import { type ColumnPoint, columnChart } from './charts/columns.ts';
import { type Share, shareBars } from './charts/shares.ts';
import { type ConsoleContext, consolePage, type Notice } from './frame.ts';
import { badge, count, exactDate, panel, percent } from './parts/facts.ts';
import { emptyState } from './parts/table.ts';
import { consoleUrls } from './urls.ts';

/** Something that ends, or has to be done. */
export interface DueSoon {
  kind: 'certificate' | 'metadata' | 'keyChanges' | 'keyEnds';
  /** Which one. */
  name: string;
  at: number;
  url?: string;
}

export interface OverviewData {
  /** People who may sign in. */
  people: number;
  /** Of them. */
  withPasskey: number;
  withTwo: number;
  passkeys: { synced: number; deviceBound: number; unknown: number };
  /** Of the last days: signed in, failed. */
  activity: { step: 'hour' | 'day'; points: readonly ColumnPoint[] };
  /** Most used first. */
  models: readonly Share[];
  due: readonly DueSoon[];
  /** What whoever looks may begin with, where there is no app yet. */
  first?: { connects: boolean; invites: boolean };
  notice?: Notice;
}

export function overviewPage(page: ConsoleContext, data: OverviewData): Html {
  const { words } = page;
  return consolePage(page, {
    section: 'overview',
    heading: words('console.overview'),
    notice: data.notice,
    content: html`${data.first && firstSteps(page, data.first)}
${figures(page, data)}
${activity(page, data)}
<div class="columns"><div>${passkeysPanel(page, data)}</div><div>${duePanel(page, data.due)}</div></div>`,
  });
}

function firstSteps(
  { words }: ConsoleContext,
  { connects, invites }: NonNullable<OverviewData['first']>,
): Html | undefined {
  if (!connects && !invites) return undefined;
  return html`<section class="panel" aria-labelledby="first"><h2 id="first">${words('overview.first')}</h2><p>${words('overview.firstText')}</p>
<div class="actions">${connects && html`<a class="button primary" href="${consoleUrls.newApp}">${words('appList.new')}</a>`}${invites && html`<a class="button" href="${consoleUrls.newPerson}">${words('people.invite')}</a>`}</div></section>`;
}

function figures(page: ConsoleContext, { people, withPasskey, withTwo, passkeys }: OverviewData): Html {
  const { words } = page;
  const share = (part: number) =>
    people > 0 ? html` <small>${percent(page, part / people)}</small>` : undefined;
  const all = passkeys.synced + passkeys.deviceBound + passkeys.unknown;
  return html`<dl class="figures">
<div class="figure"><dt>${words('overview.people')}</dt><dd>${count(page, people)}</dd></div>
<div class="figure"><dt>${words('overview.withPasskey')}</dt><dd>${count(page, withPasskey)}${share(withPasskey)}</dd></div>
<div class="figure"><dt>${words('overview.withTwo')}</dt><dd>${count(page, withTwo)}${share(withTwo)}</dd></div>
<div class="figure"><dt>${words('overview.passkeys')}</dt><dd>${count(page, all)}</dd></div></dl>`;
}

function activity(page: ConsoleContext, { activity: { step, points } }: OverviewData): Html {
  const { words } = page;
  const sums = [0, 1].map((place) => points.reduce((sum, { values }) => sum + (values[place] ?? 0), 0));
  const [good = 0, bad = 0] = sums;
  return html`<section class="panel" aria-labelledby="activity"><h2 id="activity" class="visually-hidden">${words('overview.activity')}</h2>
${columnChart(page, {
  id: 'sign-ins',
  title: words(step === 'day' ? 'overview.byDay' : 'overview.byHour'),
  description: words('overview.activityText', { good, bad }),
  step,
  series: [words('overview.good'), words('overview.bad')],
  points,
})}</section>`;
}

function passkeysPanel(page: ConsoleContext, { passkeys, models }: OverviewData): Html {
  const { words } = page;
  const { synced, deviceBound, unknown } = passkeys;
  const kinds = [
    { label: words('overview.synced'), value: synced },
    { label: words('overview.deviceBound'), value: deviceBound },
    ...(unknown > 0 ? [{ label: words('overview.kindUnknown'), value: unknown }] : []),
  ];
  return html`${panel({ id: 'kinds', heading: words('overview.kinds'), content: shareBars(page, { shares: kinds }) })}
${panel({
  id: 'models',
  heading: words('overview.models'),
  content:
    models.length > 0
      ? shareBars(page, { shares: models, whole: synced + deviceBound + unknown })
      : html`<p class="hint">${words('overview.noModels')}</p>`,
})}`;
}

const dueLabels = {
  certificate: 'due.certificate',
  metadata: 'due.metadata',
  keyChanges: 'due.keyChanges',
  keyEnds: 'due.keyEnds',
} as const;

/** What happens by itself is nothing to worry about, unless it did not. */
function dueBadge({ words, now }: ConsoleContext, { kind, at }: DueSoon): Html {
  const isByItself = kind === 'keyChanges' || kind === 'keyEnds';
  if (at < now) return badge(words(isByItself ? 'due.late' : 'due.over'), 'problem');
  return badge(words('due.soon'), isByItself ? 'plain' : 'caution');
}

function duePanel(page: ConsoleContext, due: readonly DueSoon[]): Html {
  const { words } = page;
  const content =
    due.length === 0
      ? emptyState({ heading: words('due.nothing'), text: words('due.nothingText') })
      : html`<ul class="plain-list">${due.map(
          ({ url, kind, name, at }) =>
            html`<li><span>${url ? html`<a href="${url}">${words(dueLabels[kind])}</a>` : words(dueLabels[kind])}<small><bdi>${name}</bdi></small></span><span>${dueBadge(page, { kind, name, at })} ${exactDate(page, at)}</span></li>`,
        )}</ul>`;
  return panel({ id: 'due', heading: words('overview.due'), content });
}
