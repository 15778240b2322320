import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { appUnderTest, payloadOf } from '../testing/app-under-test.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { setUp } from '../testing/journeys.ts';
import { onEveryStorage } from '../testing/on-every-storage.ts';
import {
  askRegistration as ask,
  assertRefusedWith as refusedWith,
  type Told,
} from '../testing/registration.ts';
import { type SectorServer, startSector } from '../testing/sector.ts';

const redirectUris = ['https://agent.example.com/callback', 'https://agent.example.org/callback'];

onEveryStorage('an app that registers with subject_type pairwise', (start) => {
  let installation: TestInstallation;
  let sector: SectorServer;
  before(async () => {
    installation = await start({ LATCHKEY_REGISTRATION: 'token' });
    sector = await startSector(redirectUris);
  });
  after(() => sector[Symbol.asyncDispose]());

  const register = async (metadata: object, outboundHosts: string[] | undefined = ['localhost']) => {
    const { registrationTokens } = installation.administration;
    const policy = { name: 'Agents', uses: 9, ...(outboundHosts.length > 0 && { outboundHosts }) };
    const { value: token } = await registrationTokens.add(
      policy as Parameters<typeof registrationTokens.add>[0],
    );
    return ask(installation, { token, body: { redirect_uris: redirectUris, ...metadata } });
  };
  const pairwise = () => ({ subject_type: 'pairwise', sector_identifier_uri: sector.uri });
  const about = ({ body }: Told) => String(body.error_description);

  it('has itself told of people at hosts of its sector alone', async () => {
    const victim = { redirect_uris: ['https://victim.example/callback'], subject_type: 'pairwise' };
    const told = await register({ ...victim, backchannel_logout_uri: 'https://evil.example/logout' });
    refusedWith(told, 'invalid_client_metadata');
    assert.match(about(told), /backchannel_logout_uri must be at victim\.example/);
    const own = await register({ ...victim, backchannel_logout_uri: 'https://victim.example/logout' });
    assert.equal(own.status, 201, JSON.stringify(own.body));
  });

  it('is told what is in force, and a sub of its sector', async () => {
    const told = await register(pairwise());
    assert.equal(told.status, 201, JSON.stringify(told.body));
    assert.deepEqual([told.body.subject_type, told.body.sector_identifier_uri], ['pairwise', sector.uri]);
    const ada = await setUp(installation);
    const [redirectUri = ''] = redirectUris;
    const secret = String(told.body.client_secret);
    const app = appUnderTest(installation.origin, { id: told.body.client_id, secret, redirectUri });
    const { account } = await installation.administration.people.show({ user: 'ada' });
    assert.notEqual(payloadOf((await app.tokens(ada)).id_token).sub, account.sub);
    assert.equal((await register({})).body.subject_type, 'public');
  });

  it('is refused with the name of what is wrong', async () => {
    const { subject_type } = pairwise();
    for (const [metadata, message] of [
      [{ subject_type }, /^sector_identifier_uri must be given/],
      [{ sector_identifier_uri: sector.uri }, /^sector_identifier_uri is for the subjectType pairwise/],
      [{ subject_type: 'ephemeral' }, /^subject_type /],
      [{ ...pairwise(), redirect_uris: ['https://c.example.com/'] }, /does not list https:\/\/c\.example/],
      [{ ...pairwise(), sector_identifier_uri: sector.at('/nothing') }, /answers with status 404/],
    ] as const) {
      const told = await register(metadata);
      refusedWith(told, 'invalid_client_metadata');
      assert.match(about(told), message);
    }
  });

  it('O16 leads this server to no private address but those of its policy, and learns of none', async () => {
    sector.asked.length = 0;
    for (const uri of [
      'https://localhost/',
      'https://127.0.0.1/',
      'https://169.254.169.254/',
      'https://[::1]/',
    ]) {
      const told = await register({ ...pairwise(), sector_identifier_uri: uri }, []);
      refusedWith(told, 'invalid_client_metadata');
      assert.equal(about(told), `sector_identifier_uri ${uri} cannot be read`);
    }
    assert.deepEqual(sector.asked, []);
  });

  it('stays of its sector whatever it says later', async () => {
    const { body } = await register(pairwise());
    const path = `/${body.client_id}`;
    let token = body.registration_access_token;
    const put = async (metadata: object) => {
      const said = { client_id: body.client_id, redirect_uris: redirectUris, ...metadata };
      const told = await ask(installation, { method: 'PUT', path, token, body: said });
      if (told.status === 200) token = told.body.registration_access_token;
      return told;
    };
    const kept = await put({ client_name: 'Renamed', sector_identifier_uri: sector.uri });
    assert.deepEqual([kept.status, kept.body.subject_type], [200, 'pairwise'], about(kept));
    for (const metadata of [
      { ...pairwise(), subject_type: 'public', sector_identifier_uri: undefined },
      { subject_type: 'pairwise', redirect_uris: redirectUris.slice(1) },
    ]) {
      const told = await put(metadata);
      refusedWith(told, 'invalid_client_metadata');
      assert.match(about(told), /cannot be changed: register another app/);
    }
  });
});
