import { type Html, html } from '../../html.ts';
import { shareBars } from '../charts/shares.ts';
import type { ConsoleContext } from '../frame.ts';
import { count, exactDate, panel } from '../parts/facts.ts';
import { dataTable } from '../parts/table.ts';
import { personLink } from '../people/person-facts.ts';

/** See `server/admin/dry-run.ts`. */
export interface DryRunData {
  people: number;
  turnedAway: number;
  newlyTurnedAway: number;
  installation: { people: number; turnedAway: number };
  groups: readonly { id: string; name: string; people: number; turnedAway: number }[];
  apps: readonly { id: string; name: string; people: number; turnedAway: number }[];
  fewPasskeys: number;
  administrators: { people: number; able: number };
  inForceAt?: number;
  examples: readonly { id: string; userName: string; by: readonly string[] }[];
}

const mostExamples = 20;

/** Who would be turned away, before anybody is. */
export function dryRunPanel(page: ConsoleContext, run: DryRunData): Html {
  const { words } = page;
  const locksOut = run.administrators.people > 0 && run.administrators.able === 0;
  return panel({
    id: 'dry-run',
    heading: words('dryRun.heading'),
    content: html`<p class="notice ${locksOut ? 'problem' : run.newlyTurnedAway > 0 ? 'caution' : 'success'}" role="status">${words('dryRun.result', { people: run.people, turnedAway: run.turnedAway, newly: run.newlyTurnedAway })}${run.inForceAt !== undefined && html` ${words.rich('dryRun.inForce', { when: exactDate(page, run.inForceAt) })}`}${locksOut && html` ${words('dryRun.locksOut')}`}</p>
${shareBars(page, {
  whole: run.people,
  shares: [
    { label: words('dryRun.installation'), value: run.installation.turnedAway },
    ...run.groups.map(({ name, turnedAway }) => ({
      label: words('dryRun.group', { name }),
      value: turnedAway,
    })),
    ...run.apps.map(({ name, turnedAway }) => ({ label: words('dryRun.app', { name }), value: turnedAway })),
  ],
})}
<p class="more">${words('dryRun.administrators', { able: run.administrators.able, people: run.administrators.people })}${run.fewPasskeys > 0 && html` ${words('dryRun.fewPasskeys', { people: run.fewPasskeys })}`}</p>
${examples(page, run)}`,
  });
}

function examples(page: ConsoleContext, { examples: all, turnedAway }: DryRunData): Html | undefined {
  const { words } = page;
  const shown = all.slice(0, mostExamples);
  if (shown.length === 0) return undefined;
  return html`<details><summary>${words('dryRun.who')}</summary>${dataTable({
    caption: words('dryRun.who'),
    rows: shown,
    columns: [
      { label: words('people.userName'), cell: ({ id, userName }) => personLink({ id, name: userName }) },
      { label: words('dryRun.by'), cell: ({ by }) => by.join(', ') },
    ],
  })}${turnedAway > shown.length && html`<p class="hint">${words('dryRun.more', { count: count(page, turnedAway - shown.length) })}</p>`}</details>`;
}
