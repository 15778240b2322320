import { type Html, html } from '../html.ts';
import type { PageContext } from '../page.ts';
import { field } from '../parts/field.ts';
import { languages } from '../words.ts';

export interface ProfileData {
  name: string;
  userName: string;
  email?: string;
  /** The address is not known to be theirs, and can be shown to be. */
  mayVerifyEmail?: boolean;
}

export function profileSection(page: PageContext, profile: ProfileData): Html {
  const { words } = page;
  return html`<section class="panel" aria-labelledby="profile">
<h2 id="profile">${words('account.profile')}</h2>
<form class="stack needs-scripts" data-profile novalidate>
${field({ within: 'profile', name: 'name', label: words('field.name'), autocomplete: 'name', value: profile.name, required: true, maxLength: 100 })}
${field({ within: 'profile', name: 'email', label: words('field.email'), type: 'email', autocomplete: 'email', value: profile.email, maxLength: 254 })}
<div class="field"><label for="profile-locale">${words('profile.language')}</label>
<select id="profile-locale" name="locale">${Object.entries(languages).map(
    ([locale, name]) =>
      html`<option value="${locale}" lang="${locale}"${locale === page.locale && html` selected`}>${name}</option>`,
  )}</select></div>
<div class="actions"><button class="button" type="submit" disabled>${words('profile.save')}</button></div>
<div class="says" data-says role="status" aria-live="polite"></div>
</form>
</section>${profile.mayVerifyEmail && profile.email && verifySection(page, profile.email)}`;
}

function verifySection({ words }: PageContext, email: string): Html {
  return html`
<section class="panel" aria-labelledby="verify">
<h2 id="verify" tabindex="-1">${words('profile.verify')}</h2>
<p>${words.rich('profile.notVerified', { email: html`<bdi>${email}</bdi>` })}</p>
<div class="actions"><button class="button needs-scripts" type="button" data-act="verify-email" disabled>${words('profile.verify')}</button></div>
<div class="says" data-says role="status" aria-live="polite"></div>
</section>`;
}
