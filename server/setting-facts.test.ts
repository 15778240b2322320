import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { settingFacts } from './setting-facts.ts';
import { settings } from './settings.ts';

describe('the settings, as an administrator sees them', () => {
  it('are all there, with where each comes from', () => {
    const facts = settingFacts({ LATCHKEY_NAME: 'Works', LATCHKEY_SECRET_FILE: '/run/secret' });
    assert.deepEqual(
      facts.map(({ name }) => name),
      Object.keys(settings),
    );
    const of = (name: string) => facts.find((each) => each.name === name);
    assert.deepEqual([of('LATCHKEY_NAME')?.source, of('LATCHKEY_NAME')?.value], ['environment', 'Works']);
    assert.deepEqual([of('LATCHKEY_SECRET')?.source, of('LATCHKEY_SECRET')?.value], ['file', undefined]);
    assert.equal(of('LATCHKEY_ISSUER')?.source, 'default');
  });

  it('I4 never tell a secret, whatever it was given by', () => {
    const secrets = Object.entries(settings).filter(([, setting]) => 'secret' in setting);
    assert.ok(secrets.length >= 2);
    const env = Object.fromEntries(secrets.map(([name]) => [name, 'NOBODY-SEES-THIS']));
    assert.ok(!JSON.stringify(settingFacts(env)).includes('NOBODY-SEES-THIS'));
  });
});
