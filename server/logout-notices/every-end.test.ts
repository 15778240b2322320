import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { type AppUnderTest, addApp, payloadOf } from '../testing/app-under-test.ts';
import type { TestBrowser } from '../testing/browser.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { addPerson, setUp } from '../testing/journeys.ts';
import { type LogoutReceiver, startLogoutReceiver, verifyLogoutToken } from '../testing/logout-receiver.ts';
import { onSqlite } from '../testing/on-every-storage.ts';
import { addPasskey, removePasskey } from '../testing/own-account.ts';
import { signInElsewhere, signOut } from '../testing/sign-out.ts';

interface Ending {
  installation: TestInstallation;
  browser: TestBrowser;
  /** The person's user name, and the one session that both apps are signed in by. */
  user: string;
  uid: string;
  /** The app that is told by session. */
  notes: AppUnderTest;
}

interface Way {
  name: string;
  end: (ending: Ending) => Promise<unknown>;
  /** Ends what one app has, and nothing of the other. */
  oneApp?: true;
}

/** Whoever ends something, and however. */
const ways: readonly Way[] = [
  { name: 'the person signs out', end: ({ browser }) => signOut(browser) },
  {
    name: 'the person ends it on their account page, from another browser',
    end: async ({ installation, browser, uid }) =>
      (await signInElsewhere(installation, browser)).post('/account/sessions/end', { uid }),
  },
  {
    name: 'the person removes the passkey that signed in',
    async end({ browser }) {
      const { authenticator } = await addPasskey(browser);
      const [first] = browser.authenticator.credentials;
      return removePasskey({ ...browser, authenticator }, first?.id ?? '');
    },
  },
  {
    name: 'the person disconnects an app',
    oneApp: true,
    end: ({ browser, notes }) => browser.post('/account/apps/disconnect', { appId: notes.id }),
  },
  {
    name: 'an administrator ends the session',
    end: ({ installation: { administration }, user, uid }) => administration.sessions.end({ user, uid }),
  },
  {
    name: 'an administrator ends every session of a person',
    end: ({ installation: { administration }, user }) => administration.sessions.endAll({ user }),
  },
  {
    name: 'an administrator disables the person',
    end: ({ installation: { administration }, user }) => administration.people.disable({ user }),
  },
  {
    name: 'an administrator removes the person',
    end: ({ installation: { administration }, user }) => administration.people.remove({ user }),
  },
  {
    name: 'an administrator suspends the passkey that signed in',
    async end({ installation: { administration }, user }) {
      const { passkeys = [] } = await administration.people.show({ user });
      return administration.people.suspendPasskey({ user, passkeyId: passkeys[0]?.id ?? '' });
    },
  },
  {
    name: 'an administrator revokes what an app has of a person',
    oneApp: true,
    async end({ installation: { administration }, user, notes }) {
      const { items } = await administration.grants.list({ user });
      const grant = items.find(({ appId }) => appId === notes.id);
      return administration.grants.end({ user, id: grant?.id ?? '' });
    },
  },
];

onSqlite('O28 apps are told by back-channel when', (start) => {
  let installation: TestInstallation;
  let notes: AppUnderTest;
  let mail: AppUnderTest;
  let receivers: readonly [LogoutReceiver, LogoutReceiver];
  /** Begun together: what a command ends is told of by the server's next round, seconds later. */
  let endings: Map<string, Promise<{ sub: string; sid: unknown }>>;

  before(async () => {
    installation = await start();
    await setUp(installation);
    receivers = [await startLogoutReceiver(), await startLogoutReceiver()];
    const [byNotes, byMail] = receivers;
    const input = { consent: 'implicit' as const, backchannelLogoutSessionRequired: true };
    notes = await addApp(installation, { ...input, backchannelLogoutUri: byNotes.uri });
    mail = await addApp(installation, { consent: 'implicit', backchannelLogoutUri: byMail.uri });
    endings = new Map(ways.map((way, index) => [way.name, carryOut(way, `person-${index}`)]));
    await Promise.allSettled(endings.values());
  });
  after(() => Promise.all(receivers.map((receiver) => receiver[Symbol.asyncDispose]())));

  /** By a person of its own, signed in to both apps. */
  async function carryOut({ end }: Way, user: string) {
    const browser = await addPerson(installation, { name: user, userName: user });
    const payload = payloadOf((await notes.tokens(browser)).id_token);
    await mail.tokens(browser);
    const { items } = await installation.administration.sessions.list({ user });
    await end({ installation, browser, user, uid: items[0]?.uid ?? '', notes });
    return { sub: String(payload.sub), sid: payload.sid };
  }

  /** What an app is told of one person, once there is something. */
  async function toldOf({ tokens, received }: LogoutReceiver, sub: string, appId: string) {
    const ofPerson = () => tokens.filter((token) => payloadOf(token).sub === sub);
    while (ofPerson().length === 0) await received(tokens.length + 1);
    const { origin } = installation;
    return Promise.all(ofPerson().map((token) => verifyLogoutToken(token, { origin, appId })));
  }

  for (const { name, oneApp } of ways)
    it(name, async () => {
      const { sub, sid } = (await endings.get(name)) ?? assert.fail();
      const [byNotes, byMail] = receivers;
      assert.deepEqual(
        (await toldOf(byNotes, sub, notes.id)).map((told) => told.sid),
        [sid],
      );
      if (oneApp) assert.ok(!byMail.tokens.some((token) => payloadOf(token).sub === sub));
      else assert.equal((await toldOf(byMail, sub, mail.id)).length, 1);
    });

  it('an administrator revokes everything that an app has', async () => {
    const { grants } = installation.administration;
    const end = () => grants.endByApp({ app: notes.id });
    const { sub, sid } = await carryOut({ name: 'everything', end }, 'person-last');
    assert.deepEqual(
      (await toldOf(receivers[0], sub, notes.id)).map((told) => told.sid),
      [sid],
    );
  });
});
