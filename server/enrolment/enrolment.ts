import type {
  PublicKeyCredentialCreationOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import type { Account, AccountRepository } from '../accounts/account.ts';
import { type Profile, parseProfile } from '../accounts/profile.ts';
import type { Audit } from '../audit/audit.ts';
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
import type { SignIn, SignInRepository } from '../sign-ins/sign-in.ts';
import { addAccount } from './add-account.ts';
import { type FoundLink, findLink, type LinkDependencies, type LinkInput, useLink } from './link.ts';

export interface EnrolmentDependencies extends LinkDependencies {
  signIns: SignInRepository;
  manager: Pick<PasskeyManager, 'beginRegistration' | 'finishRegistration'>;
  receipts: ReceiptVerifier;
  /** The identity that may make tickets. */
  enrolment: Pick<PasskeyManager, 'issueTicket'>;
  audit: Pick<Audit, 'record'>;
  mac: Mac;
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
    const options = await beginRegistration(dependencies, { ...input, ticket: input.token, user });
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
  if (account) await useLink(dependencies, { account, purpose: link.purpose, profile: undefined });
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
  const { link, account } = await findLink(dependencies, input);
  const { purpose } = link;
  if (profile) await checkedProfile(dependencies, { fields: profile, account });
  const registered = await finishRegistration(dependencies, input);
  const { userHandle } = registered;
  const enrolled = await unlessRefused(dependencies, registered, async () => {
    if (account && !account.userHandles.includes(userHandle))
      throw new AppError('link_invalid', { detail: 'the passkey belongs to another account' });
    return account
      ? useLink(dependencies, { account, purpose, profile })
      : addAccount(dependencies, { profile, userHandle, role: 'administrator' });
  });
  await dependencies.invitations.take(link.id, dependencies.now());
  if (purpose === 'setup') await dependencies.invitations.removeByPurpose('setup');
  return enrol(dependencies, { account: enrolled, registered, answer: input, by: purpose });
}

/** @throws AppError `field_invalid`, `user_name_taken` */
export async function beginSignUp(
  dependencies: EnrolmentDependencies,
  { fields, ...context }: CeremonyContext & { fields: unknown },
): Promise<Begun> {
  const profile = await checkedProfile(dependencies, { fields });
  const { ticket } = await dependencies.enrolment.issueTicket({ purpose: 'first', minutes: signUpMinutes });
  return { options: await beginRegistration(dependencies, { ...context, ticket, user: profile }), profile };
}

export async function finishSignUp(
  dependencies: EnrolmentDependencies,
  input: Answer & { appId: string },
): Promise<Enrolled> {
  if (input.profile) await checkedProfile(dependencies, { fields: input.profile });
  const registered = await finishRegistration(dependencies, input);
  const { userHandle } = registered;
  const account = await unlessRefused(dependencies, registered, () =>
    addAccount(dependencies, { profile: input.profile, userHandle, role: 'person' }),
  );
  return enrol(dependencies, { account, registered, answer: input, by: 'sign-up' });
}

/** An invited person corrects the name, and nothing else. */
function mayType(fields: object, account: Account | undefined): object {
  return account ? { ...fields, userName: account.userName, email: account.email } : fields;
}

/** What was typed, if it is right and its user name is free or the person's own. */
async function checkedProfile(
  { accounts }: { accounts: AccountRepository },
  { fields, account }: { fields: unknown; account?: Account | undefined },
): Promise<Profile> {
  const profile = parseProfile(fields);
  const holder = await accounts.findByUserNameKey(profile.userNameKey);
  if (holder && holder.id !== account?.id) throw new AppError('user_name_taken', { field: 'userName' });
  return profile;
}

async function beginRegistration(
  { manager }: EnrolmentDependencies,
  input: CeremonyContext & { ticket: string; user: Pick<Account, 'name' | 'userName'> },
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  const { interaction, browser, ticket, user } = input;
  const { options } = await manager.beginRegistration({
    interaction,
    browser,
    authorization: { ticket },
    user: { name: user.userName, displayName: user.name },
  });
  return options;
}

type Registered = Omit<FinishedRegistration, 'receipt'> & { receipt: AcceptedReceipt };

async function finishRegistration(
  { manager, receipts }: EnrolmentDependencies,
  { interaction, browser, response }: Answer,
): Promise<Registered> {
  const finished = await manager.finishRegistration({ interaction, browser, response });
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
  return { account, passkey, signIn };
}
