import { type Html, html } from '../html.ts';
import type { MessageKey } from '../words.ts';
import type { ConsoleContext } from './frame.ts';
import { badge, since } from './parts/facts.ts';
import { personLink } from './people/person-facts.ts';
import { consoleUrls } from './urls.ts';

/** Something that happened, with the names of who and what it is about, where they still are there. */
export interface EventRow {
  id: string;
  at: number;
  /** Such as `sign_in.succeeded`. */
  type: string;
  /** Who did it, where that is somebody else than `person`. */
  actor?: { kind: 'account' | 'app' | 'machine'; id?: string; name?: string };
  person?: { id: string; name?: string };
  app?: { id: string; name?: string };
  passkeyId?: string;
  /** Of a change: its intent, and what came of it. */
  outcome?: 'intent' | 'done' | 'failed' | 'unknown';
  /** Why it failed, as a code. */
  reason?: string;
  /** All that was written, as JSON that can be read: no secret is in it. */
  json?: string;
}

const eventWords: Readonly<Record<string, MessageKey>> = {
  'setup.completed': 'event.setupCompleted',
  'account.created': 'event.accountCreated',
  'account.changed': 'event.accountChanged',
  'account.disabled': 'event.accountDisabled',
  'account.enabled': 'event.accountEnabled',
  'account.removed': 'event.accountRemoved',
  'link.created': 'event.linkCreated',
  'link.used': 'event.linkUsed',
  'link.refused': 'event.linkRefused',
  'passkey.registered': 'event.passkeyRegistered',
  'passkey.registration_refused': 'event.passkeyRegistrationRefused',
  'passkey.renamed': 'event.passkeyRenamed',
  'passkey.removed': 'event.passkeyRemoved',
  'passkey.suspended': 'event.passkeySuspended',
  'passkey.model_refused': 'event.passkeyModelRefused',
  'passkey.model_restored': 'event.passkeyModelRestored',
  'passkey.confirmed': 'event.passkeyConfirmed',
  'sign_in.succeeded': 'event.signInSucceeded',
  'sign_in.failed': 'event.signInFailed',
  'sign_in.confirmed': 'event.signInConfirmed',
  'receipt.refused': 'event.receiptRefused',
  'session.ended': 'event.sessionEnded',
  'logout_notice.delivered': 'event.logoutNoticeDelivered',
  'logout_notice.given_up': 'event.logoutNoticeGivenUp',
  'consent.given': 'event.consentGiven',
  'consent.refused': 'event.consentRefused',
  'backchannel.requested': 'event.backchannelRequested',
  'backchannel.approved': 'event.backchannelApproved',
  'backchannel.declined': 'event.backchannelDeclined',
  'device.declined': 'event.deviceDeclined',
  'grant.revoked': 'event.grantRevoked',
  'account.exported': 'event.accountExported',
  'audit.removed': 'event.auditRemoved',
  'email.verified': 'event.emailVerified',
  'installation.exported': 'event.installationExported',
  'installation.imported': 'event.installationImported',
  'link.mailed': 'event.linkMailed',
  'mail.given_up': 'event.mailGivenUp',
  'mail.sent': 'event.mailSent',
  'metadata.refresh_begun': 'event.metadataRefreshBegun',
  'passkey.activated': 'event.passkeyActivated',
  'recovery.approved': 'event.recoveryApproved',
  'recovery.handed_over': 'event.recoveryHandedOver',
  'recovery.refused': 'event.recoveryRefused',
  'recovery.requested': 'event.recoveryRequested',
  'token.impersonated': 'event.tokenImpersonated',
  'token.issued': 'event.tokenIssued',
  'token.reuse_detected': 'event.tokenReuseDetected',
  'app.added': 'event.appAdded',
  'app.changed': 'event.appChanged',
  'app.registered': 'event.appRegistered',
  'registration_token.made': 'event.registrationTokenMade',
  'registration_token.removed': 'event.registrationTokenRemoved',
  'app.removed': 'event.appRemoved',
  'group.added': 'event.groupAdded',
  'group.changed': 'event.groupChanged',
  'group.removed': 'event.groupRemoved',
  'policy.changed': 'event.policyChanged',
  'signing_key.made': 'event.signingKeyMade',
  'signing_key.rotated': 'event.signingKeyRotated',
  'signing_key.removed': 'event.signingKeyRemoved',
  'service.refused': 'event.serviceRefused',
  'receipt_key.made': 'event.receiptKeyMade',
  'receipt_key.rotated': 'event.receiptKeyRotated',
  'backup.made': 'event.backupMade',
  'backup.restored': 'event.backupRestored',
  'audit.interrupted': 'event.auditInterrupted',
};

/** What speaks of a failure, or of something that ought to be looked at. */
const troubling = /(refused|declined|failed|interrupted|reuse_detected|given_up)$/;

/** What happened, in words; a type that this version does not know, as it is. */
function eventName({ words }: ConsoleContext, type: string): string {
  const key = eventWords[type];
  return key ? words(key) : type;
}

/** Every kind of event by name, for a filter. */
export function eventTypes(page: ConsoleContext): { value: string; label: string }[] {
  return Object.keys(eventWords)
    .map((value) => ({ value, label: eventName(page, value) }))
    .sort((one, other) => one.label.localeCompare(other.label, page.locale));
}

const outcomes = {
  intent: ['event.begun', 'plain'],
  failed: ['event.failed', 'problem'],
  unknown: ['event.unknown', 'caution'],
} as const;

/** That a change was done needs no word; that it was only begun does. */
export function eventTitle(
  page: ConsoleContext,
  { type, reason, outcome }: Pick<EventRow, 'type' | 'reason' | 'outcome'>,
): Html {
  const name = eventName(page, type);
  const [key, kind] = outcome && outcome !== 'done' ? outcomes[outcome] : [];
  return html`${troubling.test(type) ? badge(name, 'problem') : name}${key && html` ${badge(page.words(key), kind)}`}${reason && html` <code class="plain">${reason}</code>`}`;
}

export function actorText({ words }: ConsoleContext, { actor, person }: EventRow): Html | string | undefined {
  if (!actor) return person && personLink(person);
  if (actor.kind === 'machine') return words('event.byMachine');
  if (!actor.id) return words('event.byNobody');
  return actor.kind === 'account'
    ? personLink({ ...actor, id: actor.id })
    : appLink({ ...actor, id: actor.id });
}

/** Whose name is not known is gone, or is a part of the server itself: there is no page of it. */
export function appLink({ id, name }: { id: string; name?: string }): Html {
  if (name === undefined) return html`<bdi>${id}</bdi>`;
  return html`<a href="${consoleUrls.app(id)}"><bdi>${name}</bdi></a>`;
}

/** A few, as sentences. */
export function eventList(page: ConsoleContext, events: readonly EventRow[]): Html {
  const { words } = page;
  if (events.length === 0) return html`<p class="hint">${words('event.none')}</p>`;
  return html`<ul class="plain-list">${events.map(
    (event) =>
      html`<li><span>${eventTitle(page, event)}${event.app && html` · ${appLink(event.app)}`}</span><small>${since(page, event.at, '')}</small></li>`,
  )}</ul>`;
}
