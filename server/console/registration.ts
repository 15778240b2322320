import { type RegistrationData, registrationPage } from '../../views/console/registration/pages.ts';
import { consoleUrls } from '../../views/console/urls.ts';
import { apiScopes } from '../apps/api-scopes.ts';
import { cibaGrant } from '../apps/ciba.ts';
import { knownScopes } from '../apps/validation.ts';
import { act, attempt } from './problems.ts';
import {
  type Answer,
  type ConsoleRoute,
  lines,
  may,
  type noticeOf,
  optional,
  shownOnce,
  text,
  noticeOf as told,
  type Visit,
} from './visit.ts';

export const registrationRoutes: readonly ConsoleRoute[] = [
  { method: 'GET', path: '/registration', run: (visit) => showTokens(visit) },
  { method: 'POST', path: '/registration', run: add },
  { method: 'POST', path: '/registration/remove', run: remove },
];

type Again = Pick<RegistrationData, 'problems'> & ReturnType<typeof noticeOf>;

const about = 'registration token';
const byDefault = {
  kinds: ['web', 'native'],
  scopes: ['openid', 'profile', 'email'],
  pkce: 'required',
  uses: '1',
  hours: '24',
};

async function showTokens(visit: Visit, again?: Again): Promise<Answer> {
  const { admin, page, form, permissions } = visit;
  const { items } = await admin.registrationTokens.list({ limit: 200 });
  const newToken = shownOnce(visit, about);
  return {
    page: registrationPage(page, {
      tokens: items,
      ...(newToken !== undefined && { newToken }),
      fields: {
        ...byDefault,
        name: text(form, 'name'),
        redirectHosts: text(form, 'redirectHosts'),
        outboundHosts: text(form, 'outboundHosts'),
        isCibaAllowed: form.has('ciba'),
        ...(again && {
          kinds: form.getAll('kinds'),
          scopes: form.getAll('scopes'),
          pkce: text(form, 'pkce'),
          uses: text(form, 'uses'),
          hours: text(form, 'hours'),
        }),
      },
      scopes: [...knownScopes, ...apiScopes.filter((scope) => permissions.scopes.has(scope))],
      mayChange: may(visit, 'apps:write'),
      ...(again ?? { problems: {}, ...told(visit) }),
    }),
  };
}

/** The token travels sealed to the page that shows it this once. */
function add(visit: Visit): Promise<Answer> {
  const { admin, form } = visit;
  return attempt(
    visit,
    async () => {
      const some = (name: string) => {
        const given = lines(form, name);
        return given.length > 0 ? { [name]: given } : {};
      };
      const pkce = optional(form, 'pkce');
      const { value } = await admin.registrationTokens.add({
        name: text(form, 'name'),
        kinds: form.getAll('kinds'),
        scopes: form.getAll('scopes'),
        uses: text(form, 'uses'),
        hours: text(form, 'hours'),
        ...(pkce !== undefined && { pkce }),
        ...some('redirectHosts'),
        ...some('outboundHosts'),
        ...(form.has('ciba') && { grantTypes: [cibaGrant] }),
      } as Parameters<typeof admin.registrationTokens.add>[0]);
      const once = { about, value };
      return {
        to: consoleUrls.registration,
        told: { kind: 'success', key: 'done.registrationTokenMade', once },
      };
    },
    (refused) => showTokens(visit, refused),
  );
}

function remove({ admin, form }: Visit): Promise<Answer> {
  return act(consoleUrls.registration, { kind: 'success', key: 'done.registrationTokenRemoved' }, () =>
    admin.registrationTokens.remove({ id: text(form, 'token') }),
  );
}
