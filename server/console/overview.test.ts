import assert from 'node:assert/strict';
import { it } from 'node:test';
import { send } from '../testing/console.ts';
import { setUp } from '../testing/journeys.ts';
import { onSqlite } from '../testing/on-every-storage.ts';

onSqlite('what runs out soon', (start) => {
  it('has no signing key that goes on for months, or that only people change', async () => {
    for (const days of ['90', '0']) {
      const ada = await setUp(await start({ LATCHKEY_SIGNING_KEY_DAYS: days }));
      assert.match(
        (await ada.get('/console/overview')).text,
        /No certificate, no signing key and no metadata/,
      );
    }
  });

  it('has signing keys that the next one takes over from, and those that are published no longer', async () => {
    const installation = await start({
      LATCHKEY_SIGNING_KEY_DAYS: '20',
      ...{ LATCHKEY_REFRESH_TOKEN_DAYS: '7', LATCHKEY_KEEP_SIGNED_IN_DAYS: '7' },
      LATCHKEY_REFRESH_TOKEN_IDLE_DAYS: '7',
    });
    const ada = await setUp(installation);
    const { text } = await ada.get('/console/overview');
    const { signing } = await installation.administration.keys.list({});
    for (const { id, status } of signing) assert.equal(text.includes(id), status === 'current', status);
    assert.match(text, /<a href="\/console\/keys">Signing key: the next one takes over by itself<\/a>/);
    assert.match(text, /<span class="badge plain">Soon/);
    const rotated = await send(ada, '/console/keys/rotate', { urgent: 'on' });
    assert.match(rotated.text, /The next keys sign tokens now/);
    const after = (await ada.get('/console/overview')).text;
    assert.match(after, /Signing key: published no longer/);
  });
});
