import type {
  PublicKeyCredentialCreationOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import type { Account } from '../accounts/account.ts';
import type { Profile } from '../accounts/profile.ts';
import type { App } from '../apps/app.ts';
import type { Audit } from '../audit/audit.ts';
import { type JudgedPasskey, signedPasskey } from '../authenticator-policy/judge.ts';
import type { NamedRule } from '../authenticator-policy/rule.ts';
import { AppError } from '../errors.ts';
import type {
  CeremonyContext,
  FinishedRegistration,
  PasskeyFacts,
  PasskeyManager,
} from '../passkeys/manager.ts';
import { type AcceptedReceipt, acceptReceipt } from '../receipts/accept.ts';
import { type Mac, receiptDetails } from '../receipts/evidence.ts';
import type { ReceiptVerifier } from '../receipts/verifier.ts';
import { recordSignIn, type Surroundings } from '../sign-ins/record.ts';
import type { RuleBook } from '../sign-ins/rule-book.ts';
import type { SignIn, SignInRepository } from '../sign-ins/sign-in.ts';
import { addAccount } from './add-account.ts';
import { checkedProfile, mayType } from './checked-profile.ts';
import {
  type FoundLink,
  findLink,
  type LinkDependencies,
  type LinkInput,
  prepareLink,
  useLink,
} from './link.ts';

export interface EnrolmentDependencies extends LinkDependencies {
  signIns: SignInRepository;
  manager: Pick<PasskeyManager, 'beginRegistration' | 'finishRegistration'>;
  receipts: ReceiptVerifier;
  /** The identity that may make tickets. */
  enrolment: Pick<PasskeyManager, 'issueTicket'>;
  audit: Pick<Audit, 'record'>;
  mac: Mac;
  ruleBook: Pick<RuleBook, 'forRegistration'>;
}

/** A registration under way: what the browser gets, and what was typed, to be given back with its answer. */
export interface Begun {
  options: PublicKeyCredentialCreationOptionsJSON;
  profile?: Profile;
}

/** The browser's answer, with what the person had typed. */
export interface Answer extends CeremonyContext, Surroundings {
  response: RegistrationResponseJSON;
  profile?: Profile | undefined;
}

export interface Enrolled {
  account: Account;
  passkey: PasskeyFacts;
  signIn: SignIn;
  judged: JudgedPasskey;
}

const signUpMinutes = 10;

/** Links whose account keeps its name: nothing is asked but the passkey. */
const nothingAsked: readonly string[] = ['recovery', 'additional'];

/**
 * Begins a registration by a link. The link itself is the passkey manager's ticket; nothing is used up.
 * @throws AppError `link_invalid`, `field_invalid`, `user_name_taken`
 */
export async function beginByLink(
  dependencies: EnrolmentDependencies,
  { fields, ...input }: LinkInput & CeremonyContext & { fields: object },
): Promise<Begun> {
  const found = await findLink(dependencies, input);
  const { link, account } = found;
  const asks = !(account && nothingAsked.includes(link.purpose));
  const profile = asks
    ? await checkedProfile(dependencies, { fields: mayType(fields, account), account })
    : undefined;
  const user = profile ?? account;
  if (!user) throw new AppError('link_invalid', { detail: 'a link for nobody' });
  try {
    const rules = await rulesFor(dependencies, { account });
    const options = await beginRegistration(dependencies, { ...input, ticket: input.token, user, rules });
    return { options, ...(profile && { profile }) };
  } catch (error) {
    if (error instanceof AppError && error.code === 'link_invalid')
      await finishBrokenOff(dependencies, found);
    throw error;
  }
}

/**
 * A link that is still there although its ticket is used up was broken off when its passkey was stored already. What
 * was left to do is done when it is opened again: above all, a recovery ends what the lost passkey signed in to.
 */
async function finishBrokenOff(
  dependencies: EnrolmentDependencies,
  { link, account }: FoundLink,
): Promise<void> {
  if (account) await useLink(dependencies, { account, link, profile: undefined });
  await dependencies.invitations.take(link.id, dependencies.now());
}

/**
 * Ends a registration by a link: the passkey manager uses the ticket up with the verified passkey, then the account
 * is made or let in, then the link goes. A crash in between leaves a passkey that signs nobody in.
 */
export async function finishByLink(
  dependencies: EnrolmentDependencies,
  input: LinkInput & Answer,
): Promise<Enrolled> {
  const { profile } = input;
  const { link, account: found } = await findLink(dependencies, input);
  const { purpose } = link;
  const account = found && (await prepareLink(dependencies, { account: found, purpose }));
  if (profile) await checkedProfile(dependencies, { fields: profile, account });
  const rules = await rulesFor(dependencies, { account });
  const registered = await finishRegistration(dependencies, { ...input, rules });
  const { userHandle } = registered;
  const enrolled = await unlessRefused(dependencies, registered, async () => {
    if (account && !account.userHandles.includes(userHandle))
      throw new AppError('link_invalid', { detail: 'the passkey belongs to another account' });
    return account
      ? useLink(dependencies, { account, link, profile })
      : addAccount(dependencies, { profile, userHandle, role: 'administrator' });
  });
  await dependencies.invitations.take(link.id, dependencies.now());
  if (purpose === 'setup') await dependencies.invitations.removeByPurpose('setup');
  return enrol(dependencies, { account: enrolled, registered, answer: input, by: purpose });
}

/** @throws AppError `field_invalid`, `user_name_taken` */
export async function beginSignUp(
  dependencies: EnrolmentDependencies,
  { fields, app, ...context }: CeremonyContext & { fields: unknown; app?: App | undefined },
): Promise<Begun> {
  const profile = await checkedProfile(dependencies, { fields });
  const { ticket } = await dependencies.enrolment.issueTicket({ purpose: 'first', minutes: signUpMinutes });
  const rules = await rulesFor(dependencies, { app });
  const asked = { ...context, ticket, user: profile, rules };
  return { options: await beginRegistration(dependencies, asked), profile };
}

export async function finishSignUp(
  dependencies: EnrolmentDependencies,
  input: Answer & { appId: string; app?: App | undefined },
): Promise<Enrolled> {
  if (input.profile) await checkedProfile(dependencies, { fields: input.profile });
  const rules = await rulesFor(dependencies, input);
  const registered = await finishRegistration(dependencies, { ...input, rules });
  const { userHandle } = registered;
  const account = await unlessRefused(dependencies, registered, () =>
    addAccount(dependencies, { profile: input.profile, userHandle, role: 'person' }),
  );
  return enrol(dependencies, { account, registered, answer: input, by: 'sign-up' });
}

/** What is asked of the new passkey beside the installation's rule: nothing that the person is not in. */
function rulesFor(
  { ruleBook }: Pick<EnrolmentDependencies, 'ruleBook'>,
  { account, app }: { account?: Account | undefined; app?: App | undefined },
): Promise<NamedRule[]> {
  return ruleBook.forRegistration(account ?? { groups: [] }, app);
}

async function beginRegistration(
  { manager }: EnrolmentDependencies,
  input: CeremonyContext & {
    ticket: string;
    user: Pick<Account, 'name' | 'userName'>;
    rules: readonly NamedRule[];
  },
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  const { interaction, browser, ticket, user, rules } = input;
  const { options } = await manager.beginRegistration({
    interaction,
    browser,
    authorization: { ticket },
    user: { name: user.userName, displayName: user.name },
    rules,
  });
  return options;
}

type Registered = Omit<FinishedRegistration, 'receipt'> & { receipt: AcceptedReceipt };

async function finishRegistration(
  { manager, receipts }: EnrolmentDependencies,
  { interaction, browser, response, rules }: Answer & { rules: readonly NamedRule[] },
): Promise<Registered> {
  const finished = await manager.finishRegistration({ interaction, browser, response, rules });
  const forwarded = { purpose: 'register', interaction, response };
  return { ...finished, receipt: await acceptReceipt(receipts, forwarded, finished) };
}

/** The passkey is stored and signs nobody in: the audit says why its receipt stays without a sign-in. */
async function unlessRefused<T>(
  { audit, mac }: EnrolmentDependencies,
  { receipt: { claims } }: Registered,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const type = 'passkey.registration_refused';
    const reason = error instanceof AppError ? error.code : 'internal';
    const details = receiptDetails(mac, { kind: type, claims });
    void audit.record({ type, passkeyId: claims.passkeyId, reason, details });
    throw error;
  }
}

/** Making a passkey shows its possession and verifies the person: it is a sign-in as well. */
async function enrol(
  dependencies: EnrolmentDependencies,
  done: {
    account: Account;
    registered: Registered;
    answer: Surroundings & { appId?: string };
    by: string;
  },
): Promise<Enrolled> {
  const { account, registered, answer, by } = done;
  const { passkey, receipt } = registered;
  const { address, device, appId } = answer;
  const signIn = await recordSignIn(dependencies, {
    account,
    passkey,
    receipt,
    ...(appId ? { appId } : undefined),
    ...(address ? { address } : undefined),
    ...(device ? { device } : undefined),
  });
  await dependencies.audit.record({
    type: 'passkey.registered',
    actor: { kind: 'account', id: account.id },
    accountId: account.id,
    passkeyId: passkey.id,
    signInId: signIn.id,
    details: { by },
  });
  return { account, passkey, signIn, judged: signedPasskey(receipt.claims) };
}
