import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { html, json, safeAddress } from './html.ts';

const nasty = [
  '<img src=x onerror=alert(1)>',
  '</script><script>alert(1)</script>',
  '"><svg onload=alert(1)>',
  "' onmouseover='alert(1)",
  '{{7*7}}',
  '\u2028\u2029',
];

describe('html', () => {
  it('O15 escapes text and attributes', () => {
    for (const text of nasty) {
      const page = String(html`<p title="${text}">${text}</p>`);
      assert.match(page, /^<p title="[^"<>]*">[^<>]*<\/p>$/);
    }
  });

  it('keeps nested markup and lists of it, and leaves out what is not there', () => {
    const list = ['<a>', 'b'].map((text) => html`<li>${text}</li>`);
    assert.equal(
      String(html`<ul>${list}${false}${undefined}${null}${0}</ul>`),
      '<ul><li>&lt;a&gt;</li><li>b</li>0</ul>',
    );
  });

  it('O15 takes no object for markup that was not made here', () => {
    const forged = JSON.parse('{"text":"<b>","toString":"x"}') as string;
    assert.throws(() => String(html`<p>${forged}</p>`));
    const spelled = { toString: () => '<b>' } as unknown as string;
    assert.equal(String(html`<p>${spelled}</p>`), '<p>&lt;b&gt;</p>');
  });

  it('O15 keeps links and pictures to web addresses', () => {
    const refused = [
      'javascript:alert(1)',
      ' javascript:alert(1)',
      'java\tscript:alert(1)',
      'JAVASCRIPT:alert(1)',
      'data:text/html,<script>alert(1)</script>',
      'vbscript:x',
      'blob:https://a/b',
    ];
    for (const address of refused)
      assert.equal(String(html`<a href="${address}">x</a>`), '<a href="#">x</a>');
    for (const address of ['/account', '?lang=de', 'https://a.example/?b=c', 'http://localhost:3001/'])
      assert.equal(String(html`<a href="${address}">x</a>`), `<a href="${address}">x</a>`);
    assert.equal(String(html`<a href="mailto:${'a@b.example'}">x</a>`), '<a href="mailto:a@b.example">x</a>');
    assert.equal(safeAddress('mailto:a@b.example'), undefined);
    const native = 'com.example.app:/bye?x="';
    assert.equal(String(html`<a href="${native}">x</a>`), '<a href="com.example.app:/bye?x=&quot;">x</a>');
    assert.equal(safeAddress(native), undefined);
  });

  it('refuses places where escaping would not help', () => {
    const text = 'x onload=alert(1)';
    assert.throws(() => html`<p class=${text}></p>`, /double quotes/);
    assert.throws(() => html`<p ${text}></p>`, /only markup/);
    assert.equal(String(html`<input${true && html` required`}>`), '<input required>');
  });
});

describe('json', () => {
  it('O15 cannot end its element, and comes back as it went in', () => {
    for (const text of nasty) {
      const written = String(json({ text }));
      assert.doesNotMatch(written, /[<>&\u2028\u2029]/);
      assert.deepEqual(JSON.parse(written), { text });
    }
  });
});
