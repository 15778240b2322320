import { type Html, html } from '../../html.ts';
import type { PageContext } from '../../page.ts';
import { count } from '../parts/facts.ts';
import { fewLabels, roundedUp } from './scale.ts';

export interface ColumnPoint {
  /** Beginning of the hour or day, UTC. */
  at: number;
  /** One number for each series. */
  values: readonly number[];
}

export interface ColumnChart {
  id: string;
  title: string;
  /** What there is to see, in a sentence. */
  description: string;
  step: 'hour' | 'day';
  /** What stands on the ground first. The second is hatched: colour is never the only difference. */
  series: readonly string[];
  points: readonly ColumnPoint[];
}

/** In px. The width is that of the page: columns are placed in percents, so nothing is stretched. */
const height = 168;

/** Numbers over time as columns on each other, with the same as a table below. Inline SVG without any style of its own. */
export function columnChart(page: PageContext, chart: ColumnChart): Html {
  const { id, title, description, series, points } = chart;
  const top = roundedUp(Math.max(0, ...points.map(({ values }) => sum(values))));
  return html`<figure class="chart"><figcaption><span id="${id}-caption">${title}</span>${legend(series)}</figcaption>
<div class="chart-plot"><div class="chart-y" aria-hidden="true">${[top, top / 2, 0].map((value) => html`<span>${count(page, value)}</span>`)}</div>
<svg role="img" aria-labelledby="${id}-title ${id}-desc" width="100%" height="${height}"><title id="${id}-title">${title}</title><desc id="${id}-desc">${description}</desc>
<defs><pattern id="${id}-hatch" patternUnits="userSpaceOnUse" width="6" height="6" patternTransform="rotate(45)"><rect class="hatch-ground" width="6" height="6"/><rect class="hatch-line" width="3" height="6"/></pattern></defs>
${[0, 0.5, 1].map((share) => html`<line class="chart-line" x1="0" x2="100%" y1="${lineAt(share)}" y2="${lineAt(share)}"/>`)}
${points.map((point, index) => column(page, chart, { point, index, top }))}</svg>
<div class="chart-x" aria-hidden="true">${fewLabels(points).map(({ at }) => html`<span>${label(page, chart.step, at)}</span>`)}</div></div>
${table(page, chart)}</figure>`;
}

/** On whole pixels, where lines are sharp. */
const lineAt = (share: number) => Math.round((height - 1) * share) + 0.5;

interface Placed {
  point: ColumnPoint;
  index: number;
  top: number;
}

function column(
  page: PageContext,
  { id, series, step, points }: ColumnChart,
  { point, index, top }: Placed,
): Html {
  const slot = 100 / points.length;
  const width = slot * 0.7;
  const x = index * slot + (slot - width) / 2;
  let ground = 0;
  const parts = point.values.map((value, place) => {
    ground += value;
    const size = (value / top) * height;
    const y = height - (ground / top) * height;
    const fill =
      place === 0 ? html` class="chart-solid"` : html` fill="url(#${id}-hatch)" class="chart-hatched"`;
    return (
      value > 0 &&
      html`<rect x="${x.toFixed(3)}%" width="${width.toFixed(3)}%" y="${y.toFixed(1)}" height="${size.toFixed(1)}"${fill}/>`
    );
  });
  const said = series.map((name, place) => `${name}: ${count(page, point.values[place] ?? 0)}`).join(', ');
  return html`<g><title>${label(page, step, point.at)}. ${said}</title><rect x="${(index * slot).toFixed(3)}%" width="${slot.toFixed(3)}%" y="0" height="${height}" fill="transparent"/>${parts}</g>`;
}

function legend(series: readonly string[]): Html {
  return html`<span class="legend">${series.map((name, place) => html`<span class="${place === 0 ? 'key-solid' : 'key-hatched'}">${name}</span>`)}</span>`;
}

function table(page: PageContext, { id, step, series, points }: ColumnChart): Html {
  const { words } = page;
  return html`<details class="as-table"><summary>${words('chart.asTable')}</summary><div class="scrolls" tabindex="0" role="region" aria-labelledby="${id}-caption"><table class="plain-table"><thead><tr><th scope="col">${words(step === 'day' ? 'chart.day' : 'chart.hour')}</th>${series.map((name) => html`<th scope="col" class="number">${name}</th>`)}</tr></thead>
<tbody>${points.map(({ at, values }) => html`<tr><th scope="row">${label(page, step, at)}</th>${values.map((value) => html`<td class="number">${count(page, value)}</td>`)}</tr>`)}</tbody></table></div></details>`;
}

function label({ locale }: PageContext, step: 'hour' | 'day', at: number): string {
  const parts =
    step === 'day'
      ? ({ day: 'numeric', month: 'short' } as const)
      : ({ hour: 'numeric', minute: '2-digit' } as const);
  return new Intl.DateTimeFormat(locale, { ...parts, timeZone: 'UTC' }).format(at);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
