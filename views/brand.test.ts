import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { brandCss, contrast, parse } from './brand.ts';

const card = { light: '#ffffff', dark: '#1b1d22' };

function property(css: string, name: string): string {
  return new RegExp(`--${name}:(#[0-9a-f]{6})`).exec(css)?.[1] ?? '';
}

function ratio(one: string, other: string): number {
  const [first, second] = [parse(one), parse(other)];
  assert.ok(first && second, `${one} and ${other} are colours`);
  return contrast(first, second);
}

describe('brandCss', () => {
  it('is readable in light and dark, whatever the colour', () => {
    for (const accent of [
      '#ffff00',
      '#000000',
      '#ffffff',
      '#7f7f7f',
      '#ff0000',
      '#00ff00',
      '#0000ff',
      '#3b5bdb',
      '#f5a6c8',
      undefined,
    ]) {
      const [light = '', dark = ''] = brandCss(accent).split('@media');
      for (const [css, ground] of [
        [light, card.light],
        [dark, card.dark],
      ] as const) {
        const fill = property(css, 'accent');
        assert.ok(ratio(fill, ground) >= 3, `${accent}: button ${fill} on ${ground}`);
        for (const under of [fill, property(css, 'accent-hover')])
          assert.ok(ratio(under, property(css, 'on-accent')) >= 4.5, `${accent}: text on ${under}`);
        assert.ok(ratio(property(css, 'accent-text'), ground) >= 4.5, `${accent}: link on ${ground}`);
      }
    }
  });

  it('leaves a colour alone that is readable already', () => {
    assert.equal(property(brandCss('#7a1fa2'), 'accent'), '#7a1fa2');
  });

  it('falls back to the built-in colour for what is none', () => {
    for (const wrong of ['red', '#12', '#12345g', '}body{display:none'])
      assert.equal(brandCss(wrong), brandCss(undefined));
  });

  it('knows the contrast of black on white', () => {
    assert.equal(Math.round(ratio('#000000', '#ffffff')), 21);
  });
});
