import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { App } from './app.ts';
import { newApp } from './create-app.ts';
import { createSubjects, sectorOf } from './sector.ts';
import { trialOf } from './trial-app.ts';
import type { NewApp } from './validation.ts';

const uri = 'https://sector.example.com/apps.json';
const made = (input: Partial<NewApp>): App => {
  const base = { name: 'Notes', kind: 'web', subjectType: 'pairwise' } as const;
  const redirectUris = ['https://notes.example.com/cb'];
  return newApp({ ...base, redirectUris, ...input }, { hash: (_, value) => value, now: 0 }).app;
};
const refused = (input: Partial<NewApp>, field: string, message: RegExp) =>
  assert.throws(
    () => made(input),
    (error: { field: string; detail: string }) => {
      assert.equal(error.field, field, error.detail);
      assert.match(error.detail, message);
      return true;
    },
  );

describe('the sector of an app', () => {
  it('is the one host of its redirect addresses, or that of its document', () => {
    assert.equal(sectorOf(made({})), 'notes.example.com');
    assert.equal(
      sectorOf(made({ redirectUris: ['https://notes.example.com:8443/a', 'https://notes.example.com/b'] })),
      'notes.example.com',
    );
    assert.equal(sectorOf(made({ sectorIdentifierUri: uri })), 'sector.example.com');
    assert.equal(sectorOf(made({ subjectType: 'public' })), undefined);
    const forwardAuth = { origins: ['https://wiki.example.com'] };
    assert.equal(sectorOf(made({ kind: 'proxied', redirectUris: [], forwardAuth })), 'wiki.example.com');
    assert.equal(made({ subjectType: 'public' }).subjectType, undefined, 'what is usual is not kept');
  });

  it('is said where several hosts, or an app on a device, leave it open', () => {
    const hosts = ['https://a.example.com/cb', 'https://b.example.com/cb'];
    refused(
      { redirectUris: hosts },
      'sectorIdentifierUri',
      /must be given: .*a\.example\.com, b\.example\.com/,
    );
    refused(
      {
        kind: 'proxied',
        redirectUris: [],
        forwardAuth: { origins: hosts.map((each) => new URL(each).origin) },
      },
      ...(['sectorIdentifierUri', /must be given/] as const),
    );
    for (const address of ['com.example.notes:/cb', 'http://127.0.0.1/cb', 'http://localhost:7/cb'])
      refused({ kind: 'native', redirectUris: [address] }, 'sectorIdentifierUri', /on the device itself/);
    assert.ok(made({ redirectUris: hosts, sectorIdentifierUri: uri }));
    assert.ok(made({ kind: 'native', redirectUris: ['com.example.notes:/cb'], sectorIdentifierUri: uri }));
  });

  it('is refused where it could mean nothing, or anything', () => {
    refused(
      { subjectType: 'public', sectorIdentifierUri: uri },
      'sectorIdentifierUri',
      /is for the subjectType/,
    );
    refused({ kind: 'machine', redirectUris: [] }, 'subjectType', /a machine has none/);
    refused({ kind: 'device', redirectUris: [] }, 'subjectType', /must be public for a device app/);
    refused({ subjectType: 'ephemeral' as 'public' }, 'subjectType', /must be public or pairwise/);
    for (const wrong of [
      'http://sector.example.com/',
      'sector',
      'file:///etc/passwd',
      'https://a:b@c.example/',
    ])
      refused({ sectorIdentifierUri: wrong }, 'sectorIdentifierUri', /sectorIdentifierUri/);
    const ciba = { deliveryMode: 'poll' } as const;
    refused({ ciba, sectorIdentifierUri: uri }, 'jwksUri', /must be given, with .*private_key_jwt/);
    refused({ ciba }, 'jwksUri', /sectorIdentifierUri must be given: it lists the jwksUri/);
  });

  it('is the same for its stand-in, whose address is another one', () => {
    for (const app of [made({}), made({ sectorIdentifierUri: uri })])
      assert.equal(
        sectorOf(trialOf(app, { issuer: 'https://login.example.com' }) ?? assert.fail()),
        sectorOf(app),
      );
  });

  it('makes the sub that the app is told', () => {
    const subjectOf = createSubjects((sector, sub) => `${sub} at ${sector}`);
    assert.equal(subjectOf(made({}), 'ada'), 'ada at notes.example.com');
    assert.equal(subjectOf(made({ subjectType: 'public' }), 'ada'), 'ada');
    assert.equal(subjectOf(undefined, 'ada'), 'ada');
  });
});
