import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { words } from '../words.ts';
import { appPicture } from './app-face.ts';
import { contact } from './contact.ts';
import { describeDevice } from './device.ts';
import { describeMoment } from './time.ts';

describe('describeDevice', () => {
  it('knows browsers from what they call themselves', () => {
    const known: Record<string, string> = {
      'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0': 'Firefox on Linux',
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/153.0.0.0 Safari/537.36 Edg/153.0.0.0':
        'Edge on Windows',
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15':
        'Safari on macOS',
      'Mozilla/5.0 (Linux; Android 16; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/153.0.0.0 Mobile Safari/537.36':
        'Chrome on Android',
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/153.0 Mobile/15E148 Safari/604.1':
        'Chrome on iPhone',
    };
    for (const [userAgent, device] of Object.entries(known))
      assert.equal(describeDevice(words('en'), userAgent), device);
  });

  it('says so where it knows nothing', () => {
    assert.equal(describeDevice(words('de'), 'curl/8'), 'Unbekannter Browser');
    assert.equal(describeDevice(words('de'), undefined), 'Unbekannter Browser');
  });
});

describe('describeMoment', () => {
  const now = Date.UTC(2026, 10, 22, 12);

  it('counts back within a week, and gives the date before', () => {
    const minute = 60_000;
    const cases: [number, string][] = [
      [0, 'now'],
      [5 * minute, '5 minutes ago'],
      [26 * 60 * minute, 'yesterday'],
      [8 * 24 * 60 * minute, 'November 14, 2026'],
    ];
    for (const [past, text] of cases) assert.equal(describeMoment('en', now - past, now), text);
    assert.equal(describeMoment('de', now - 3 * 60 * minute, now), 'vor 3 Stunden');
  });

  it('takes a moment in the future of another clock for now', () => {
    assert.equal(describeMoment('en', now + 5000, now), 'now');
  });
});

describe('contact', () => {
  it('links what can be linked', () => {
    assert.equal(
      String(contact('help@example.com')),
      '<a href="mailto:help@example.com">help@example.com</a>',
    );
    assert.equal(String(contact('+49 30 123456')), '<a href="tel:+4930123456">+49 30 123456</a>');
    assert.equal(
      String(contact('https://help.example.com/it')),
      '<a href="https://help.example.com/it">help.example.com</a>',
    );
    assert.equal(String(contact('The <b>front</b> desk')), 'The &lt;b&gt;front&lt;/b&gt; desk');
  });
});

describe('appPicture', () => {
  it('takes the whole first letter, whatever it is made of', () => {
    for (const [name, letter] of [
      ['notes', 'N'],
      ['👩‍💻 Studio', '👩‍💻'],
      ['', '?'],
    ] as const)
      assert.match(String(appPicture({ name })), new RegExp(`>${letter === '?' ? '\\?' : letter}<`));
  });
});
