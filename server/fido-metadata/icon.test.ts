import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { crc32, deflateSync } from 'node:zlib';
import { onePixel } from '../testing/metadata-payload.ts';
import { isPng, readIcon } from './icon.ts';

const pixel = Buffer.from(onePixel, 'base64');
const dataUrl = (bytes: Buffer, type = 'image/png') => `data:${type};base64,${bytes.toString('base64')}`;

function chunk(type: string, content: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type), content]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}

function png(width: number, height: number, padding = 0): Buffer {
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0]);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  const parts = [chunk('IHDR', header), chunk('IDAT', deflateSync(Buffer.alloc(8)))];
  if (padding > 0) parts.push(chunk('tEXt', Buffer.alloc(padding)));
  return Buffer.concat([pixel.subarray(0, 8), ...parts, chunk('IEND', Buffer.alloc(0))]);
}

describe('the picture of a model', () => {
  it('is taken where it is a PNG, under a name that follows from it', () => {
    const icon = readIcon(dataUrl(pixel));
    assert.deepEqual(icon?.png, pixel);
    assert.match(icon?.hash ?? '', /^[0-9a-f]{16}$/);
    assert.notEqual(readIcon(dataUrl(png(2, 2)))?.hash, icon?.hash);
  });

  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');
  const jpeg = Buffer.from('/9j/4AAQSkZJRgABAQAAAQABAAD', 'base64');
  const damaged = Buffer.from(pixel);
  damaged[20] = 9;
  const refusals: [string, string][] = [
    ['an SVG', dataUrl(svg, 'image/svg+xml')],
    ['an SVG that says it is a PNG', dataUrl(svg)],
    ['a JPEG that says it is a PNG', dataUrl(jpeg)],
    ['a PNG that says it is something else', dataUrl(pixel, 'text/html')],
    ['an address', 'https://example.com/icon.png'],
    ['one that is cut off', dataUrl(pixel.subarray(0, 60))],
    ['one with something behind it', dataUrl(Buffer.concat([pixel, svg]))],
    ['one whose sums are wrong', dataUrl(damaged)],
    [
      'one without a picture',
      dataUrl(Buffer.concat([pixel.subarray(0, 33), chunk('IEND', Buffer.alloc(0))])),
    ],
    ['one without height', dataUrl(png(10, 0))],
    ['one that is too wide', dataUrl(png(5000, 1))],
    ['one that unpacks to too much', dataUrl(png(4000, 4000))],
    ['one of too many bytes', dataUrl(png(10, 10, 100_000))],
    ['nothing', ''],
  ];
  for (const [what, url] of refusals) it(`W9 is never ${what}`, () => assert.equal(readIcon(url), undefined));

  it('may be as large as those of FIDO', () => assert.ok(isPng(png(3127, 488))));
});
