/** Requests of apps for people who are in no browser of theirs (CIBA): what puts the rooms together for them. */
import { findByHint } from './accounts/find-by-hint.ts';
import type { RefusalRecorder } from './apps/refusal-recorder.ts';
import type { WaitingDependencies } from './interactions/backchannel/approval.ts';
import { type PresentDependencies, presentRequests } from './interactions/backchannel/present.ts';
import { type BackchannelDependencies, createBackchannelRoutes } from './interactions/backchannel/routes.ts';
import { createBackchannelAnswers, createRequestList } from './oidc/backchannel-requests.ts';
import type { Asked } from './oidc/ciba.ts';
import { createPinger } from './oidc/ping.ts';
import type { ProviderDependencies } from './oidc/provider.ts';
import type { Vault } from './oidc/vault.ts';
import { openMailer } from './open-mail.ts';
import type { RoomDependencies } from './rooms.ts';

interface Opened {
  vault: Vault;
  refusals: Pick<RefusalRecorder, 'note'>;
}

/** What oidc-provider needs. */
export function openCiba(
  dependencies: RoomDependencies,
  { refusals }: Pick<Opened, 'refusals'>,
): Pick<ProviderDependencies, 'ciba' | 'ping'> {
  const { storage, secret } = dependencies;
  return {
    ciba: {
      findByHint: async (hint) => (await findByHint(storage.accounts, hint))?.sub,
      nobodyFor: (hint) => `nobody ${secret.hash('login hint', hint)}`,
      onAsked(asked) {
        tell(dependencies, asked).catch((err) =>
          dependencies.log.warn({ err }, 'nobody was told of a request'),
        );
      },
      onNobody: (appId, reason) => refusals.note(appId, { code: 'unknown_user_id', reason }),
    },
    ping: createPinger({ ask: dependencies.outbound.ask, findApp: dependencies.apps.find, refusals }),
  };
}

/** Writes down that an app asked, and tells the person of it where there is mail. */
async function tell(
  { config, storage, apps, audit, now, ...dependencies }: RoomDependencies,
  { appId, accountId, scope, bindingMessage, expiresIn }: Asked,
): Promise<void> {
  await audit.record({
    type: 'backchannel.requested',
    ...{ actor: { kind: 'app', id: appId }, accountId, appId },
    details: { scope, ...(bindingMessage !== undefined && { bindingMessage }) },
    // The request came from the app's server: where that is says nothing of a person.
    origin: {},
  });
  const mail = config.mail?.ofRequests ? openMailer({ config, storage, now, ...dependencies }) : undefined;
  const [account, app] = await Promise.all([storage.accounts.findById(accountId), apps.find(appId)]);
  if (!mail || !app || !account?.email || !account.emailVerified) return;
  const link = { url: `${config.issuer}/account`, expiresAt: now() + expiresIn * 1000 };
  const { id, name, userName, locale, email: to } = account;
  const letter = {
    kind: 'requestWaiting',
    to,
    accountId: id,
    name,
    userName,
    locale,
    link,
    app: app.name,
  } as const;
  // Several that wait are told of in one mail.
  await mail.post(letter, `request ${id}`);
}

type Shared = Omit<BackchannelDependencies, 'present' | 'listWaiting' | 'answers' | 'onDeclined'> &
  Omit<PresentDependencies, keyof WaitingDependencies> &
  Opened &
  Pick<Parameters<typeof createBackchannelAnswers>[0], 'artifacts' | 'isStanding'>;

/** Where people see and answer what waits for them. */
export function openBackchannel(shared: Shared) {
  const { refusals } = shared;
  const listWaiting = createRequestList(shared);
  const present: BackchannelDependencies['present'] = (account) =>
    presentRequests({ ...shared, listWaiting }, account);
  const answers = createBackchannelAnswers(shared);
  const onDeclined = (appId: string) =>
    refusals.note(appId, { code: 'access_denied', reason: 'somebody said that it was not them' });
  return {
    present,
    routes: createBackchannelRoutes({ ...shared, listWaiting, answers, onDeclined, present }),
  };
}
