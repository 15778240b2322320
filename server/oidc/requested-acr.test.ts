import assert from 'node:assert/strict';
import { after, before, it, mock } from 'node:test';
import { type AppUnderTest, addApp, payloadOf } from '../testing/app-under-test.ts';
import { createBrowser, type TestBrowser } from '../testing/browser.ts';
import { hardwareCatalogue, withSecurityKey } from '../testing/hardware-key.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { setUp } from '../testing/journeys.ts';
import { onSqlite } from '../testing/on-every-storage.ts';
import { type Visit, visit } from '../testing/step-up.ts';

/** What a request may say of classes. */
interface Wish {
  acrValues?: string;
  essential?: string[];
  voluntary?: string[];
  /** The claim has a `value` instead of `values`. */
  single?: true;
  /** Of the app: counts where the request has no acr_values. */
  byDefault?: string[];
}

const unknown = 'urn:example:unheard-of';
const wishes: Wish[] = [
  {},
  ...['phr', 'phrh', 'phrh phr', unknown, `${unknown} phrh`].map((acrValues) => ({ acrValues })),
  ...[['phr'], ['phrh'], ['phr', 'phrh'], [unknown], [unknown, 'phrh']].map((essential) => ({ essential })),
  ...[['phr'], ['phrh']].map((voluntary) => ({ voluntary })),
  ...[['phr'], ['phrh'], [unknown]].map((essential) => ({ essential, single: true as const })),
  { voluntary: ['phrh'], single: true },
  { acrValues: 'phr', essential: ['phrh'] },
  { acrValues: 'phrh', essential: ['phr'] },
  { acrValues: 'phrh', essential: [unknown] },
  { byDefault: ['phrh'] },
  { byDefault: ['phr'] },
  { byDefault: ['phr'], essential: ['phrh'] },
  { byDefault: ['phrh'], acrValues: 'phr' },
];

const sessions = [[], ['phr'], ['phrh'], ['phrh', 'phr']] as const;
const ages = [undefined, '1000', '15', '0'];
const prompts = [undefined, 'login', 'none'];
const stepUps = ['use', 'without'] as const;

interface Case {
  /** The sign-ins of the session, 10 seconds apart; the last is 10 seconds old. */
  session: readonly ('phr' | 'phrh')[];
  wish: Wish;
  maxAge: string | undefined;
  prompt: string | undefined;
  stepUp: (typeof stepUps)[number];
}

interface Expected {
  pages: string[];
  error?: string;
  acr?: string;
  /** The class of the sign-in that is told of. */
  reached?: string;
  /** Seconds since the sign-in that is told of. */
  age?: number;
}

const strength = ['phr', 'phrh'];
const strongest = (acrs: readonly string[]) =>
  acrs.toSorted((a, b) => strength.indexOf(a) - strength.indexOf(b)).at(-1);

/** What the standards say, told once more and in another way than in the code. */
function expected({ session, wish, maxAge, prompt, stepUp }: Case): Expected {
  const essential = wish.essential ?? [];
  const preferred = [...(wish.voluntary ?? []), ...(wish.acrValues?.split(' ') ?? wish.byDefault ?? [])];
  const wanted = (essential.length > 0 ? essential : preferred).filter((acr) => strength.includes(acr));
  if (essential.length > 0 && wanted.length === 0)
    return { pages: [], error: 'unmet_authentication_requirements' };
  const old = session.map((acr, index) => ({ acr: acr as string, age: 10 * (session.length - index) }));
  const wantsNew = prompt === 'login' || maxAge === '0';
  let usable = wantsNew ? [] : old.filter(({ age }) => age <= Number(maxAge ?? 1e9));
  const pages: string[] = [];
  if (usable.length === 0) {
    if (prompt === 'none') return { pages, error: 'login_required' };
    pages.push('sign-in');
    usable = [{ acr: 'phr', age: 0 }];
  }
  const meets = (acr: string) => wanted.some((one) => strength.indexOf(acr) >= strength.indexOf(one));
  if (wanted.length > 0 && !usable.some(({ acr }) => meets(acr))) {
    if (prompt === 'none') {
      if (essential.length > 0) return { pages, error: 'login_required' };
    } else {
      pages.push('step-up');
      if (stepUp === 'use') usable.push({ acr: 'phrh', age: 0 });
      else if (essential.length > 0) return { pages, error: 'unmet_authentication_requirements' };
    }
  }
  const reached = strongest(usable.map(({ acr }) => acr)) ?? '';
  const named = wanted.filter((one) => strength.indexOf(reached) >= strength.indexOf(one));
  const age = Math.min(...usable.filter(({ acr }) => acr === reached).map((each) => each.age));
  return { pages, acr: strongest(named) ?? reached, reached, age };
}

onSqlite('every way to ask for a class', (start) => {
  let installation: TestInstallation;
  let soft: TestBrowser;
  let hard: TestBrowser;
  const apps = new Map<string, AppUnderTest>();

  before(async () => {
    installation = await start({}, { models: hardwareCatalogue() });
    soft = await setUp(installation);
    hard = await withSecurityKey(installation, soft);
    for (const { byDefault } of wishes)
      if (!apps.has(String(byDefault)))
        apps.set(
          String(byDefault),
          await addApp(installation, {
            consent: 'implicit',
            ...(byDefault && { defaultAcrValues: byDefault as never }),
          }),
        );
    mock.timers.enable({ apis: ['Date'], now: Date.now() });
  });
  after(() => mock.timers.reset());

  /** A browser of its own whose session has these sign-ins. */
  async function begin(session: Case['session']) {
    const usual = { ...createBrowser(installation.origin, { of: { ...soft, cookies: new Map() } }) };
    const stepUp = { ...usual, authenticator: hard.authenticator };
    const app = apps.get('undefined');
    assert.ok(app);
    for (const acr of session) {
      await app.code(acr === 'phr' ? usual : stepUp, { prompt: 'login' });
      mock.timers.tick(10_000);
    }
    return { usual, stepUp };
  }

  async function ask({ wish, maxAge, prompt, stepUp }: Case, person: Awaited<ReturnType<typeof begin>>) {
    const { essential, voluntary, single, acrValues, byDefault } = wish;
    const app = apps.get(String(byDefault));
    assert.ok(app);
    const named = essential ?? voluntary;
    const acr = named && {
      ...(essential && { essential: true }),
      ...(single ? { value: named[0] } : { values: named }),
    };
    const url = app.authorizationUrl({
      ...(acr && { claims: JSON.stringify({ id_token: { acr } }) }),
      ...(acrValues && { acr_values: acrValues }),
      ...(maxAge && { max_age: maxAge }),
      ...(prompt && { prompt }),
    });
    const without = essential ? 'abort' : 'skip';
    const visited = await visit({ ...person, stepUp: stepUp === 'use' ? person.stepUp : without }, url);
    return { visited, told: await tell(app, visited) };
  }

  async function tell(app: AppUnderTest, { code }: Visit) {
    if (!code) return undefined;
    const { body } = await app.redeem(code);
    const { acr, amr, auth_time } = payloadOf(String(body.id_token));
    const { body: introspected } = await app.post('/token/introspection', {
      token: String(body.access_token),
    });
    assert.deepEqual([introspected.acr, introspected.auth_time], [acr, auth_time], 'the access token agrees');
    return { acr, amr: amr as string[], age: Math.floor(Date.now() / 1000) - Number(auth_time) };
  }

  for (const session of sessions)
    for (const prompt of prompts)
      it(`O10 with ${session.join(', then ') || 'nobody'} signed in and prompt=${prompt ?? ''}`, async () => {
        let person = await begin(session);
        const cases = wishes.flatMap((wish) =>
          ages.flatMap((maxAge) => stepUps.map((stepUp) => ({ session, wish, maxAge, prompt, stepUp }))),
        );
        for (const one of cases) {
          const { pages, error, acr, reached, age } = expected(one);
          if (one.stepUp === 'without' && !pages.includes('step-up')) continue;
          const { visited, told } = await ask(one, person);
          const what = JSON.stringify(one);
          assert.deepEqual([visited.pages, visited.error], [pages, error], what);
          assert.deepEqual([told?.acr, told?.age], [acr, age], what);
          assert.equal(told?.amr.includes('hwk') ?? false, reached === 'phrh', what);
          if (pages.length > 0) person = await begin(session);
        }
      });
});
