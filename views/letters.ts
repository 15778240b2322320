import { type Html, html } from './html.ts';
import type { MessageKey, Words } from './words.ts';

interface LetterLink {
  url: string;
  expiresAt: number;
}

/** What a letter says, and to whom. */
export type LetterText = { name: string; userName: string } & (
  | { kind: 'invitation' | 'recoveryLink' | 'verifyAddress'; link: LetterLink }
  | { kind: 'requestWaiting'; link: LetterLink; app: string }
  | { kind: 'recoveryBegun' | 'recoveryUsed' | 'addressChanged'; accountUrl: string }
);

interface Written {
  subject: string;
  text: string;
  html: string;
}

/**
 * A letter as text and as the same in plain HTML, without anything that would be fetched. Names stand in its body
 * alone: the subject has nothing that somebody typed.
 * @param installation its name, from the settings
 */
export function writeLetter(words: Words, installation: { name: string }, letter: LetterText): Written {
  const { kind, name, userName } = letter;
  const app = 'app' in letter ? letter.app : '';
  const values = { installation: installation.name, name, userName, app };
  const say = (part: Part) => words(keys[kind][part], values);
  const link = 'link' in letter ? letter.link : undefined;
  const url = link?.url ?? ('accountUrl' in letter ? letter.accountUrl : '');
  const paragraphs = {
    greeting: words('mail.greeting', values),
    says: say('says'),
    ends: link && words(endsOf(kind), { when: until(words, link.expiresAt) }),
    otherwise: say('otherwise'),
    closing: words('mail.closing', values),
  };
  const { greeting, says, ends, otherwise, closing } = paragraphs;
  const lines = [greeting, says, url, ends, otherwise, closing].filter((line) => line !== undefined);
  return {
    subject: say('subject'),
    text: `${lines.join('\n\n')}\n`,
    html: String(page(words, { ...paragraphs, subject: say('subject'), url })),
  };
}

type Part = 'subject' | 'says' | 'otherwise';

const keys = {
  invitation: {
    subject: 'mail.invitationSubject',
    says: 'mail.invitationSays',
    otherwise: 'mail.invitationOtherwise',
  },
  recoveryLink: {
    subject: 'mail.recoveryLinkSubject',
    says: 'mail.recoveryLinkSays',
    otherwise: 'mail.recoveryLinkOtherwise',
  },
  recoveryBegun: {
    subject: 'mail.recoveryBegunSubject',
    says: 'mail.recoveryBegunSays',
    otherwise: 'mail.recoveryBegunOtherwise',
  },
  recoveryUsed: {
    subject: 'mail.recoveryUsedSubject',
    says: 'mail.recoveryUsedSays',
    otherwise: 'mail.recoveryUsedOtherwise',
  },
  addressChanged: {
    subject: 'mail.addressChangedSubject',
    says: 'mail.addressChangedSays',
    otherwise: 'mail.addressChangedOtherwise',
  },
  verifyAddress: {
    subject: 'mail.verifyAddressSubject',
    says: 'mail.verifyAddressSays',
    otherwise: 'mail.verifyAddressOtherwise',
  },
  requestWaiting: {
    subject: 'mail.requestWaitingSubject',
    says: 'mail.requestWaitingSays',
    otherwise: 'mail.requestWaitingOtherwise',
  },
} as const satisfies Record<LetterText['kind'], Record<Part, MessageKey>>;

/** What a link to a passkey gives, it gives to whoever has it. */
const endsOf = (kind: LetterText['kind']): MessageKey => ends[kind] ?? 'mail.ends';

const ends: Partial<Record<LetterText['kind'], MessageKey>> = {
  verifyAddress: 'mail.endsUnused',
  requestWaiting: 'mail.requestEnds',
};

interface Parts {
  subject: string;
  greeting: string;
  says: string;
  url: string;
  ends: string | undefined;
  otherwise: string;
  closing: string;
}

function page({ locale }: Words, { subject, greeting, says, url, ends, otherwise, closing }: Parts): Html {
  return html`<!doctype html>
<html lang="${locale}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${subject}</title></head>
<body style="font-family: sans-serif; line-height: 1.5; max-width: 36em; margin: 2em auto; padding: 0 1em">
<p>${greeting}</p>
<p>${says}</p>
<p><a href="${url}">${url}</a></p>
${ends && html`<p>${ends}</p>`}
<p>${otherwise}</p>
<p>${closing}</p>
</body></html>
`;
}

/** In UTC, and said so: nobody knows where it is read. */
function until({ locale }: Words, at: number): string {
  const format = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });
  return `${format.format(at)} UTC`;
}
