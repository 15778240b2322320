import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { AppError } from '../errors.ts';
import { createPairwiseUse } from '../oidc/pairwise-use.ts';
import type { Needs } from '../open-resealing.ts';
import { exchangeSecret, forgetPrevious } from '../secret/exchange.ts';
import type { Installation, PreviousSecret } from '../secret/installation.ts';
import { makeSalt, setPairwiseSalt } from '../secret/pairwise-salt.ts';
import { generateRoot, keyIdOf, type OneSecret } from '../secret/secret.ts';
import { addSecret, type OpenSecret, removeSecrets } from '../secret/secret-file.ts';
import { commandLog, type OpenInstallation, withInstallation } from './installation.ts';
import { instant, leaf, show } from './output.ts';
import type { Surroundings } from './surroundings.ts';

interface Options {
  json?: boolean;
}

/** The installation secret: a new one, and one in place of another. */
export function addSecretCommands(program: Command, surroundings: Surroundings): void {
  const secret = leaf(
    program,
    'secret',
    'print a new installation secret, which changes nothing; `rotate` exchanges the one in use',
  ).action((options: Options) => {
    const made = generateRoot();
    show(surroundings, options, { data: { secret: made }, lines: [made] });
  });
  leaf(
    secret,
    'rotate',
    'exchange the installation secret, and seal everything anew while the servers run',
  ).action(async (_options, command: Command) => {
    await tell(surroundings, command, (installation) => rotate(surroundings, installation));
  });
  leaf(secret, 'status', 'which installation secret is in use, and what needs the one before').action(
    async (_options, command: Command) => {
      await tell(surroundings, command, async () => {});
    },
  );
  leaf(secret, 'retire', 'end the exchange: the secret before is needed no more')
    .option('--anyway', 'also where links, or other things, need it: they are void then')
    .action(async (options: { anyway?: boolean }, command: Command) => {
      await tell(surroundings, command, (installation) =>
        retire(surroundings, installation, options.anyway === true),
      );
    });
  leaf(
    secret,
    'renew-subjects',
    'make what pairwise subs are made of anew, where it is lost: to pairwise apps everybody is somebody new',
  ).action(async (options: Options) => {
    const data = await withInstallation(surroundings, (opened) => renewSubjects(opened, surroundings.now));
    const line = `Pairwise apps know everybody by another sub from now on. ${data.grantsEnded} of their grants ended.`;
    show(surroundings, options, { data, lines: [line] });
  });
}

interface Renewed {
  grantsEnded: number;
}

/** What was given by the one before ends first: whoever breaks off here does it again. */
async function renewSubjects(
  { storage, secret, record }: OpenInstallation,
  now: () => number,
): Promise<Renewed> {
  const repository = storage.installation;
  if ((await repository.find())?.pairwiseSalt !== undefined)
    throw new AppError('conflict', {
      detail:
        'what pairwise subs are made of is where it should be: with another one, pairwise apps would know nobody again',
    });
  const grantsEnded = await createPairwiseUse({ storage, secret, now }).endGrants();
  await setPairwiseSalt({ repository, secret }, makeSalt());
  await record({ type: 'pairwise_salt.made', actor: { kind: 'machine' }, details: { ended: grantsEnded } });
  return { grantsEnded };
}

/** Does it, and says how things stand then. */
async function tell(
  surroundings: Surroundings,
  command: Command,
  work: (opened: OpenInstallation) => Promise<void>,
): Promise<void> {
  const data = await withInstallation(surroundings, async (opened) => {
    await work(opened);
    return standingOf(opened, surroundings.now);
  });
  show(surroundings, command.optsWithGlobals<Options>(), { data, lines: linesOf(data) });
}

async function rotate(surroundings: Surroundings, opened: OpenInstallation): Promise<void> {
  const { secret, opened: storage, record } = opened;
  const { now } = surroundings;
  const { previous } = await installationOf(opened);
  if (previous?.finishedAt !== undefined)
    throw new AppError('conflict', {
      detail: 'the exchange before is not at its end: `latchkey secret retire` ends it',
    });
  if (!previous) {
    await exchangeSecret({ repository: storage.installation, secret, now }, nextSecret(secret));
    await record({ type: 'secret.exchanged', actor: { kind: 'machine' } });
  }
  const { openResealing } = await import('../open-resealing.ts');
  const resealing = openResealing({ storage, secret, log: commandLog(), now });
  for (;;) {
    await resealing.round();
    const { previous: standing } = await installationOf(opened);
    if (surroundings.forPeople) surroundings.err(`\rSealing anew … ${standing?.rekeyed ?? 0}`);
    if (standing?.finishedAt !== undefined) break;
    await delay(500);
  }
  if (surroundings.forPeople) surroundings.err('\n');
}

/** One that stands in the file, or in the setting, beside the current one; otherwise a new one is put there. */
function nextSecret(secret: OpenSecret): OneSecret {
  const find = () => secret.keyIds.find((keyId) => keyId !== secret.keyId);
  if (find() === undefined) {
    if (secret.file === undefined)
      throw new AppError('conflict', {
        detail:
          'put a new secret (`latchkey secret`) before the one in LATCHKEY_SECRET, with a space between them, start every server again, one after the other, then do this again',
      });
    addSecret(secret.file);
    secret.reread();
  }
  const next = secret.get(find() ?? '');
  if (!next) throw new Error('a secret that was just put there is there');
  return next;
}

async function retire({ now }: Surroundings, opened: OpenInstallation, anyway: boolean): Promise<void> {
  const { secret, opened: storage, record } = opened;
  const { previous } = await installationOf(opened);
  if (previous) {
    const needs = await needsOf(opened, previous, now);
    const isNeeded = previous.finishedAt === undefined || needs.records + needs.links + needs.mails > 0;
    if (isNeeded && !anyway)
      throw new AppError('conflict', { detail: `the secret before is needed still: ${needsText(needs)}` });
    await forgetPrevious({ repository: storage.installation, secret, now });
    await record({ type: 'secret.retired', actor: { kind: 'machine' } });
  }
  if (secret.file !== undefined && secret.keyIds.length > 1) removeSecrets(secret.file, secret.keyId);
}

/** With oidc-provider, which a command that is about no secret need not wait for. */
async function needsOf(
  { opened: storage, secret }: OpenInstallation,
  previous: PreviousSecret,
  now: () => number,
) {
  const { previousNeeds } = await import('../open-resealing.ts');
  return previousNeeds({ storage, secret, now }, previous);
}

async function installationOf({ opened }: OpenInstallation): Promise<Installation> {
  const installation = await opened.installation.find();
  if (!installation) throw new Error('it was checked when it was opened');
  return installation;
}

interface Standing {
  current: string;
  previous?: Omit<PreviousSecret, 'keyCheck'> & { id: string; needs: Needs };
  /** Beside the current one and the one before. */
  others: string[];
}

async function standingOf(opened: OpenInstallation, now: () => number): Promise<Standing> {
  const { secret } = opened;
  secret.reread();
  const { previous } = await installationOf(opened);
  const { keyCheck = '', ...facts } = previous ?? {};
  const id = keyIdOf(keyCheck);
  const others = secret.keyIds.filter((keyId) => keyId !== secret.keyId && keyId !== id);
  if (!previous) return { current: secret.keyId, others };
  const needs = await needsOf(opened, previous, now);
  return { current: secret.keyId, others, previous: { ...(facts as typeof previous), id, needs } };
}

function linesOf({ current, previous, others }: Standing): string[] {
  const inUse = `The installation secret ${current} is in use.`;
  const surplus = others.map((id) => `${id} stands beside it and is not used: it may be removed.`);
  if (!previous) return [inUse, ...surplus];
  const { id, replacedAt, rekeyed, finishedAt, needs } = previous;
  const since = `It took the place of ${id} at ${instant(replacedAt)}; ${rekeyed} records were sealed anew.`;
  if (finishedAt === undefined)
    return [inUse, since, 'The servers go on with it; `latchkey secret rotate` shows how far.', ...surplus];
  const isNeeded = needs.records + needs.links + needs.mails > 0;
  const end = isNeeded
    ? `${id} is needed still: ${needsText(needs)}. Then \`latchkey secret retire\` ends the exchange.`
    : `${id} is needed no more: \`latchkey secret retire\` ends the exchange. Backups from before need it: keep a copy.`;
  return [inUse, since, end, ...surplus];
}

function needsText({ records, links, mails, linksUntil }: Needs): string {
  return [
    ...(records > 0 ? [`${records} records`] : []),
    ...(links > 0 ? [`${links} links, which run out by ${instant(linksUntil)}`] : []),
    ...(mails > 0 ? [`${mails} mails that wait`] : []),
  ].join('; ');
}
