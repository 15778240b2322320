/** A person answers what an app asked of them by itself (CIBA): by a passkey, used for this request and no other. */
import type { AuthenticationResponseJSON } from '@simplewebauthn/server';
import type { Account } from '../../accounts/account.ts';
import { listPasskeys } from '../../accounts/overview.ts';
import type { App } from '../../apps/app.ts';
import { AppError } from '../../errors.ts';
import { mayUse } from '../../oidc/admission.ts';
import type {
  BackchannelAnswers,
  BackchannelRequest,
  ListBackchannelRequests,
} from '../../oidc/backchannel-requests.ts';
import type { PasskeyManager } from '../../passkeys/manager.ts';
import type { ReceiptClaims } from '../../receipts/receipt.ts';
import type { Surroundings } from '../../sign-ins/record.ts';
import { maySignIn } from '../../sign-ins/standing.ts';
import { requestedScopes } from '../consent/consent.ts';
import { type LoginDependencies, signIn } from '../login.ts';
import { whichOf } from '../step-up/passkeys.ts';
import type { Requirement, Requirements } from '../step-up/requirement.ts';

export interface ApprovalDependencies extends LoginDependencies {
  manager: Pick<PasskeyManager, 'beginAuthentication' | 'finishAuthentication' | 'listPasskeys'>;
  requirements: Requirements;
  listWaiting: ListBackchannelRequests;
  answers: BackchannelAnswers;
  issuer: string;
  /** An app asked for somebody who says that they have nothing to do with it. */
  onDeclined: (appId: string) => void;
}

/** Who answers, in which browser, and what. */
interface Answering {
  account: Account;
  /** Of the request. */
  id: string;
  browser: string;
}

export type WaitingDependencies = Pick<ApprovalDependencies, 'listWaiting' | 'findApp'>;

/** With the app that asks. */
type Waiting = BackchannelRequest & { app: App };

/** What waits for a person: of apps that they may use. */
export async function waitingRequests(
  { listWaiting, findApp }: WaitingDependencies,
  account: Account,
): Promise<Waiting[]> {
  const waiting = await listWaiting(account.sub);
  const found = await Promise.all(
    waiting.map(async (request) => ({ ...request, app: await findApp(request.appId) })),
  );
  const isTheirs = (request: (typeof found)[number]): request is Waiting =>
    request.app !== undefined && mayUse(request.app.allowedGroups, account);
  return found.filter(isTheirs);
}

/** @throws AppError `request_over`, `passkey_not_found` where no passkey of theirs would be enough */
export async function beginApproval(
  dependencies: ApprovalDependencies,
  { account, id, browser }: Answering,
): Promise<{ options: object }> {
  const request = await requireRequest(dependencies, { account, id });
  const held = await whatIsAsked(dependencies, { account, request });
  const passkeys = (await listPasskeys(dependencies, account)).filter(maySignIn);
  const stepUpOf = whichOf(passkeys.filter((passkey) => held.every(({ wouldDo }) => wouldDo(passkey))));
  return dependencies.manager.beginAuthentication({
    ...{ interaction: interactionOf(request), browser },
    ...{ purpose: 'approve-request', stepUpOf },
  });
}

/**
 * The app gets what it asked for.
 * @throws AppError as `signIn`, `request_over`, `authenticator_not_enough`
 */
export async function approve(
  dependencies: ApprovalDependencies,
  { account, id, browser, ...made }: Answering & Surroundings & { response: AuthenticationResponseJSON },
): Promise<Waiting> {
  const { answers, audit } = dependencies;
  const request = await requireRequest(dependencies, { account, id });
  const held = await whatIsAsked(dependencies, { account, request });
  const { app, appId, bindingMessage } = request;
  const scopes = requestedScopes(request, { app, account, issuer: dependencies.issuer });
  const signedIn = await signIn(dependencies, {
    ...made,
    ...{ purpose: 'approve-request', interaction: interactionOf(request), browser, appId },
    accountId: account.id,
  });
  requireEnough(held, signedIn.claims);
  const { passkeyId, id: signInId } = signedIn.signIn;
  const basis = { passkeyId, revision: signedIn.account.revision };
  await answers.approve(request, { signIn: signedIn.signIn, basis, scopes });
  await audit.record({
    type: 'backchannel.approved',
    ...{ accountId: account.id, appId, passkeyId, signInId },
    details: { scopes: scopes.join(' '), ...(bindingMessage && { bindingMessage }) },
  });
  return request;
}

/** "This was not me". @throws AppError `request_over` */
export async function decline(
  dependencies: ApprovalDependencies,
  { account, id }: Pick<Answering, 'account' | 'id'>,
): Promise<Waiting> {
  const { answers, audit, onDeclined } = dependencies;
  const request = await requireRequest(dependencies, { account, id });
  await answers.decline(request);
  const { appId } = request;
  onDeclined(appId);
  await audit.record({ type: 'backchannel.declined', accountId: account.id, appId });
  return request;
}

/** A challenge for one request is worth nothing for another. */
const interactionOf = ({ id }: BackchannelRequest) => `request ${id}`;

async function requireRequest(
  dependencies: ApprovalDependencies,
  { account, id }: Pick<Answering, 'account' | 'id'>,
): Promise<Waiting> {
  const found = (await waitingRequests(dependencies, account)).find((request) => request.id === id);
  if (!found) throw new AppError('request_over');
  return found;
}

/** What rules of groups and of the app, and an essential `acr`, ask of the passkey: as in every sign-in. */
async function whatIsAsked(
  { requirements }: Pick<ApprovalDependencies, 'requirements'>,
  { account, request }: { account: Account; request: BackchannelRequest },
): Promise<Requirement[]> {
  const asked = { interaction: { params: request.params }, account };
  const all = await Promise.all(Object.values(requirements).map((find) => find(asked)));
  return all.filter(({ isOptional }) => !isOptional);
}

function requireEnough(held: readonly Requirement[], claims: ReceiptClaims): void {
  if (!held.every(({ isMetBy }) => isMetBy(claims)))
    throw new AppError('authenticator_not_enough', { detail: claims.passkeyId });
}
