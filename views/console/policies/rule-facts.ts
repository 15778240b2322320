import { type Html, html } from '../../html.ts';
import type { MessageKey } from '../../words.ts';
import type { ConsoleContext } from '../frame.ts';
import { exactDate, type Fact, factList } from '../parts/facts.ts';
import { consoleUrls } from '../urls.ts';

/** What is asked of authenticators; see `server/authenticator-policy/rule.ts`. What is left out is not asked. */
export interface Rule {
  attestation?: string;
  enterprise?: boolean;
  allowedModels?: readonly string[];
  deniedModels?: readonly string[];
  leastCertification?: string;
  keyProtection?: readonly string[];
  deviceBound?: boolean;
  attestationVerified?: boolean;
  vendors?: readonly string[];
  refusedStatuses?: readonly string[];
  leastPasskeys?: number;
  /** Epoch milliseconds. */
  effectiveFrom?: number;
  olderPasskeys?: string;
}

/** From the least to the most. */
export const conveyances: readonly { value: string; label: MessageKey }[] = [
  { value: 'none', label: 'rule.attestationNone' },
  { value: 'indirect', label: 'rule.attestationIndirect' },
  { value: 'direct', label: 'rule.attestationDirect' },
];

export const keyPlaces: readonly { value: string; label: MessageKey }[] = [
  { value: 'software', label: 'rule.software' },
  { value: 'hardware', label: 'rule.hardware' },
  { value: 'tee', label: 'rule.tee' },
  { value: 'secure_element', label: 'rule.secureElement' },
  { value: 'remote_handle', label: 'rule.remoteHandle' },
];

export const certifications = [
  'FIDO_CERTIFIED',
  ...['1', '1plus', '2', '2plus', '3', '3plus'].map((level) => `FIDO_CERTIFIED_L${level}`),
];

/** `FIDO_CERTIFIED_L2plus` → "FIDO L2+". */
export function certificationName(status: string): string {
  const level = /^FIDO_CERTIFIED_L(\d)(plus)?$/.exec(status);
  if (level) return `FIDO L${level[1]}${level[2] ? '+' : ''}`;
  return status === 'FIDO_CERTIFIED' ? 'FIDO' : status;
}

export function ruleFacts(
  page: ConsoleContext,
  { rule, models }: { rule: Rule; models: Readonly<Record<string, string>> },
): Html {
  const { words } = page;
  const named = (found: readonly { value: string; label: MessageKey }[], value: string) => {
    const entry = found.find((each) => each.value === value);
    return entry ? words(entry.label) : value;
  };
  const modelList = (aaguids: readonly string[]) =>
    html`<ul>${aaguids.map((aaguid) => html`<li><a href="${consoleUrls.model(aaguid)}"><bdi>${models[aaguid] ?? aaguid}</bdi></a></li>`)}</ul>`;
  const facts: (Fact | false | undefined)[] = [
    rule.deviceBound && { label: words('rule.deviceBound'), value: words('console.yes') },
    rule.attestationVerified && { label: words('rule.attestationVerified'), value: words('console.yes') },
    rule.attestation !== undefined && {
      label: words('rule.attestation'),
      value: named(conveyances, rule.attestation),
    },
    rule.enterprise && { label: words('rule.enterprise'), value: words('console.yes') },
    rule.leastCertification !== undefined && {
      label: words('rule.certification'),
      value: certificationName(rule.leastCertification),
    },
    rule.keyProtection && {
      label: words('rule.keyProtection'),
      value: rule.keyProtection.map((each) => named(keyPlaces, each)).join(', '),
    },
    rule.allowedModels && { label: words('rule.allowedModels'), value: modelList(rule.allowedModels) },
    rule.deniedModels &&
      rule.deniedModels.length > 0 && {
        label: words('rule.deniedModels'),
        value: modelList(rule.deniedModels),
      },
    rule.vendors && { label: words('rule.vendors'), value: rule.vendors.join(', ') },
    rule.refusedStatuses && {
      label: words('rule.refusedStatuses'),
      value: rule.refusedStatuses.join(', ') || words('rule.noStatuses'),
    },
    rule.leastPasskeys !== undefined && {
      label: words('rule.leastPasskeys'),
      value: String(rule.leastPasskeys),
    },
    rule.effectiveFrom !== undefined && {
      label: words('rule.effectiveFrom'),
      value: exactDate(page, rule.effectiveFrom),
    },
    rule.olderPasskeys !== undefined && {
      label: words('rule.older'),
      value: words(rule.olderPasskeys === 'accept' ? 'rule.olderAccept' : 'rule.olderRefuse'),
    },
  ];
  return facts.some(Boolean) ? factList(facts) : html`<p class="hint">${words('policy.asksNothing')}</p>`;
}
