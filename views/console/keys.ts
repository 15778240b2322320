import { type Html, html } from '../html.ts';
import { type ConsoleContext, consolePage, type Notice } from './frame.ts';
import { type BadgeKind, badge, exactDate, panel } from './parts/facts.ts';
import { postForm, tick } from './parts/forms.ts';
import { dataTable } from './parts/table.ts';
import { consoleUrls } from './urls.ts';

export interface KeyRow {
  /** `kid`. */
  id: string;
  algorithm: string;
  status: 'next' | 'current' | 'retired';
  /** Absent where it is not remembered. */
  createdAt?: number;
  /** What becomes of it by itself. */
  changesAt?: number;
  endsAt?: number;
}

export interface CertificateRow {
  /** Its SPIFFE id or subject. */
  name: string;
  serialNumber: string;
  notBefore: number;
  notAfter: number;
}

export interface KeysData {
  signingKeys: readonly KeyRow[];
  receiptKeys: readonly KeyRow[];
  certificates: readonly CertificateRow[];
  mayRotate: boolean;
  notice?: Notice;
}

const keyStates = {
  next: ['keys.next', 'plain'],
  current: ['keys.current', 'good'],
  retired: ['keys.retired', 'plain'],
} as const satisfies Record<KeyRow['status'], readonly [string, BadgeKind]>;

interface Shown {
  text: string;
  rows: readonly KeyRow[];
  more?: Html | false;
}

export function keysPage(
  page: ConsoleContext,
  { signingKeys, receiptKeys, certificates, mayRotate, notice }: KeysData,
): Html {
  const { words } = page;
  const keys = (id: string, heading: string, { text, rows, more }: Shown) =>
    panel({ id, heading, content: html`<p class="hint">${text}</p>${keyTable(page, heading, rows)}${more}` });
  return consolePage(page, {
    section: 'keys',
    heading: words('console.keys'),
    lead: words('keys.lead'),
    notice,
    content: html`${keys('signing', words('keys.signing'), { text: words('keys.signingText'), rows: signingKeys, more: mayRotate && rotation(page) })}
${keys('receipts', words('keys.receipts'), { text: words('keys.receiptsText'), rows: receiptKeys })}
${certificates.length > 0 && panel({ id: 'certificates', heading: words('keys.certificates'), content: certificateTable(page, certificates) })}`,
  });
}

/** Rarely needed: the schedule does it, unless a key became known to somebody. */
function rotation({ words }: ConsoleContext): Html {
  const form = postForm({
    action: consoleUrls.rotateKeys,
    submit: words('keys.rotate'),
    content: html`<p class="hint">${words('keys.rotateText')}</p>${tick({ name: 'urgent', label: words('keys.urgent'), hint: words('keys.urgentHint'), isOn: false })}`,
  });
  return html`<details><summary>${words('keys.rotate')}</summary>${form}</details>`;
}

/** Of a signing key that is about to change; others go on. */
function becomes(page: ConsoleContext, { changesAt, endsAt }: KeyRow): Html | false {
  const { words } = page;
  if (changesAt !== undefined) return html`${words('keys.changesAt')} ${exactDate(page, changesAt)}`;
  return endsAt !== undefined && html`${words('keys.endsAt')} ${exactDate(page, endsAt)}`;
}

function keyTable(page: ConsoleContext, caption: string, keys: readonly KeyRow[]): Html {
  const { words } = page;
  return dataTable<KeyRow>({
    caption,
    rows: keys,
    empty: html`<p>${words('keys.none')}</p>`,
    columns: [
      { label: words('keys.id'), cell: ({ id }) => html`<code class="plain">${id}</code>` },
      { label: words('passport.algorithm'), cell: ({ algorithm }) => algorithm },
      {
        label: words('people.status'),
        cell: ({ status }) => {
          const [label, kind] = keyStates[status];
          return badge(words(label), kind);
        },
      },
      {
        label: words('person.created'),
        kind: 'time',
        cell: ({ createdAt }) => createdAt !== undefined && exactDate(page, createdAt),
      },
      ...(keys.some(({ changesAt, endsAt }) => (changesAt ?? endsAt) !== undefined)
        ? [{ label: words('keys.becomes'), kind: 'time' as const, cell: (key: KeyRow) => becomes(page, key) }]
        : []),
    ],
  });
}

/** Of the life that a certificate has: less than this left, and nobody has renewed it. */
const overdue = 1 / 3;

function certificateTable(page: ConsoleContext, certificates: readonly CertificateRow[]): Html {
  const { words, now } = page;
  const state = ({ notBefore, notAfter }: CertificateRow) => {
    if (notAfter < now) return badge(words('due.over'), 'problem');
    return (notAfter - now) / (notAfter - notBefore) < overdue && badge(words('due.soon'), 'caution');
  };
  return dataTable<CertificateRow>({
    caption: words('keys.certificates'),
    rows: certificates,
    columns: [
      { label: words('keys.certificate'), cell: ({ name }) => html`<bdi>${name}</bdi>` },
      {
        label: words('keys.serial'),
        cell: ({ serialNumber }) => html`<code class="plain">${serialNumber}</code>`,
      },
      {
        label: words('keys.validUntil'),
        kind: 'time',
        cell: (certificate) => html`${exactDate(page, certificate.notAfter)} ${state(certificate)}`,
      },
    ],
  });
}
