import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { acrValues, compareAcr } from '../sign-ins/acr.ts';
import { type Asking, quotedSignIn, type SessionSignIn, signInsOf, withSignIn } from './session-sign-ins.ts';

const hour = 3600;
const lifetimes = {
  session: 8 * hour,
  sessionIdle: hour,
  keptSession: 14 * 24 * hour,
} as Parameters<typeof quotedSignIn>[1]['lifetimes'];
const start = 1_800_000_000;

const made = (id: string, acr: string, at: number): SessionSignIn => ({
  id,
  acr,
  amr: ['pop'],
  at: start + at,
});
const strong = made('strong', 'phrh', 0);
const weak = made('weak', 'phr', 100);

function quote(signIns: SessionSignIn[], asking: Partial<Omit<Asking, 'session'>> = {}, at = 200) {
  const session = { signIns, transient: true, loginTs: signIns.at(-1)?.at };
  const usual = {
    ...{ session, client: undefined, params: {}, prompts: new Set<string>(), result: undefined },
    usable: signIns,
  };
  return quotedSignIn({ ...usual, ...asking }, { lifetimes, now: (start + at) * 1000 })?.id;
}

describe('the sign-ins of a session', () => {
  it('are kept while a request could be answered with them', () => {
    const after = (signIns: SessionSignIn[], added: SessionSignIn) => withSignIn({ signIns }, added).signIns;
    assert.deepEqual(after([strong], weak), [strong, weak]);
    assert.deepEqual(after([weak], made('stronger', 'phrh', 200)), [made('stronger', 'phrh', 200)]);
    assert.deepEqual(after([strong, weak], made('again', 'phr', 300)), [strong, made('again', 'phr', 300)]);
  });

  it('are remembered by their passkeys, the latest of each, when they are superseded', () => {
    const by = (passkeyId: string, id: string) => ({ ...made(id, 'phr', 0), passkeyId });
    const history = [by('a', '1'), by('b', '2'), by('a', '3'), by('c', '4'), by('c', '5'), by('d', '6')];
    const { superseded } = history.reduce<Parameters<typeof withSignIn>[0]>(withSignIn, {});
    assert.deepEqual(
      superseded?.map(({ id }) => id),
      ['2', '3', '5'],
    );
    const many = Array.from({ length: 30 }, (_, index) => by(`passkey ${index}`, `${index}`));
    const kept = many.reduce<Parameters<typeof withSignIn>[0]>(withSignIn, {});
    assert.deepEqual([kept.signIns?.length, kept.superseded?.length], [1, 8]);
  });

  it('are never more than there are classes, and a weaker one takes nothing away', () => {
    const history = fc.array(fc.constantFrom(...acrValues), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(history, (acrs) => {
        const signIns = acrs.reduce<SessionSignIn[]>(
          (signIns, acr, index) => withSignIn({ signIns }, made(`${index}`, acr, index)).signIns,
          [],
        );
        assert.ok(signIns.length <= acrValues.length);
        assert.equal(signIns.at(-1)?.id, `${acrs.length - 1}`, 'the latest is there');
        const best = acrs.toSorted(compareAcr).at(-1);
        assert.equal(signIns[0]?.acr, best, 'the strongest is there');
        assert.equal(signIns[0]?.id, `${acrs.lastIndexOf(best ?? 'phr')}`, 'with its latest time');
      }),
    );
  });
});

describe('the sign-in that answers a request', () => {
  it('is the strongest, with its own time', () => assert.equal(quote([strong, weak]), 'strong'));

  it('is one that is recent enough, by max_age and by what the app allows at most', () => {
    assert.equal(quote([strong, weak], { params: { max_age: '150' } }), 'weak');
    assert.equal(quote([strong, weak], { params: { max_age: '200' } }), 'strong');
    const client = { latchkey_session_lifetime: 150 } as unknown as Asking['client'];
    assert.equal(quote([strong, weak], { client }), 'weak');
    assert.equal(quote([strong, weak], { params: { max_age: '50' } }), undefined);
  });

  it('is the one that was made for it, where it wants a new one', () => {
    const prompts = new Set(['login']);
    const result = { login: { accountId: 'ada', signInId: 'weak' } };
    assert.equal(quote([strong, weak], { prompts, result }), 'weak');
    assert.equal(quote([strong, weak], { prompts }), undefined);
  });

  it('may be older than max_age only because the person took so long to agree', () => {
    const result = { login: { accountId: 'ada', signInId: 'weak' } };
    assert.equal(quote([strong, weak], { params: { max_age: '50' }, result }), 'weak');
  });

  it('is none that is past the absolute limit, though a later one keeps the session alive', () => {
    const later = made('later', 'phr', 7 * hour);
    assert.equal(quote([strong, later], {}, 8 * hour), 'strong');
    assert.equal(quote([strong, later], {}, 8 * hour + 1), 'later');
  });

  it('is the only one of a session from before there were several', () => {
    const session = { signInId: 'old', acr: 'phr', amr: ['pop'], loginTs: start, transient: true };
    const asking = { session, client: undefined, params: {}, prompts: new Set<string>(), result: undefined };
    const quoted = quotedSignIn({ ...asking, usable: signInsOf(session) }, { lifetimes, now: start * 1000 });
    assert.deepEqual(quoted, { id: 'old', acr: 'phr', amr: ['pop'], at: start });
  });
});
