import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PageContext } from '../../page.ts';
import { words } from '../../words.ts';
import { columnChart } from './columns.ts';
import { fewLabels, roundedUp } from './scale.ts';
import { shareBars } from './shares.ts';

const page = { locale: 'en', words: words('en') } as PageContext;
const day = 24 * 60 * 60 * 1000;

const chart = (values: readonly (readonly number[])[]) =>
  String(
    columnChart(page, {
      id: 'c',
      title: 'Sign-ins',
      description: 'Busy & quiet days',
      step: 'day',
      series: ['Signed in', 'Failed'],
      points: values.map((each, index) => ({ at: index * day, values: each })),
    }),
  );

/** Heights of the columns' parts, in px. */
const heights = (svg: string) =>
  [
    ...svg.matchAll(/<rect x="[^"]+" width="[^"]+" y="([\d.]+)" height="([\d.]+)"(?! fill="transparent")/g),
  ].map(([, y, height]) => [Number(y), Number(height)] as const);

describe('the scale of a chart', () => {
  it('ends at a round number that has a half', () => {
    const cases: [number, number][] = [
      [0, 4],
      [4, 4],
      [5, 6],
      [7, 8],
      [11, 20],
      [21, 30],
      [99, 100],
      [310, 400],
      [740, 800],
    ];
    for (const [most, top] of cases) assert.equal(roundedUp(most), top);
  });

  it('has at most three labels, the first and the last among them', () => {
    assert.deepEqual(fewLabels([1, 2, 3, 4, 5]), [1, 3, 5]);
    assert.deepEqual(fewLabels([1, 2]), [1, 2]);
  });
});

describe('columns', () => {
  it('stand on each other, and the highest stays within', () => {
    const parts = heights(chart([[6, 4]]));
    assert.deepEqual(parts, [
      [67.2, 100.8],
      [0, 67.2],
    ]);
  });

  it('are drawn for what there is: nothing for zero', () => {
    assert.equal(
      heights(
        chart([
          [0, 0],
          [3, 0],
        ]),
      ).length,
      1,
    );
  });

  it('hatch what failed, so that colour is not the only difference', () => {
    assert.match(chart([[1, 1]]), /fill="url\(#c-hatch\)"/);
    assert.match(chart([[1, 1]]), /<pattern id="c-hatch"/);
  });

  it('say in words what they show, and once more as a table', () => {
    const text = chart([[12, 3]]);
    assert.match(text, /<desc id="c-desc">Busy &amp; quiet days<\/desc>/);
    assert.match(text, /<title>Jan 1\. Signed in: 12, Failed: 3<\/title>/);
    assert.match(text, /<th scope="row">Jan 1<\/th><td class="number">12<\/td><td class="number">3<\/td>/);
  });

  it('stand with no points at all', () => {
    assert.match(chart([]), /<svg role="img"/);
  });

  it('carry no style of their own, which the content security policy would refuse', () => {
    assert.doesNotMatch(chart([[1, 2]]), / style=|<style/);
  });
});

describe('shares', () => {
  it('are of the whole that is given', () => {
    const text = String(shareBars(page, { shares: [{ label: 'With two', value: 1 }], whole: 4 }));
    assert.match(text, /width="25\.00%"/);
    assert.match(text, /25%/);
  });

  it('are of nothing where there is nothing', () => {
    assert.match(String(shareBars(page, { shares: [{ label: 'a', value: 0 }] })), /0%/);
  });
});
