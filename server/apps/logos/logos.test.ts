import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { appSample } from '../../../adapters/storage.contract/samples.ts';
import { AppError } from '../../errors.ts';
import { OutboundError } from '../../outbound/failure.ts';
import type { Outbound } from '../../outbound/outbound.ts';
import { onePixel } from '../../testing/metadata-payload.ts';
import { imageType } from './image.ts';
import { createLogos } from './logos.ts';

const png = Buffer.from(onePixel, 'base64');

function jpeg(width: number, height: number): Buffer {
  const frame = Buffer.from([0xff, 0xc0, 0, 11, 8, 0, 0, 0, 0, 1, 1, 0x11, 0]);
  frame.writeUInt16BE(height, 5);
  frame.writeUInt16BE(width, 7);
  return Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0]), frame]);
}

function webp(width: number, height: number): Buffer {
  const bytes = Buffer.alloc(30);
  bytes.write('RIFF');
  bytes.write('WEBPVP8X', 8);
  bytes.writeUIntLE(width - 1, 24, 3);
  bytes.writeUIntLE(height - 1, 27, 3);
  return bytes;
}

describe('a logo', () => {
  it('is told by what it is, not by what it says', () => {
    assert.equal(imageType(png), 'image/png');
    assert.equal(imageType(jpeg(48, 48)), 'image/jpeg');
    assert.equal(imageType(webp(48, 48)), 'image/webp');
  });

  it('O16 is nothing else, and no bomb', () => {
    const huge = Buffer.from(png);
    huge.writeUInt32BE(65_000, 16);
    for (const bytes of [
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
      Buffer.from('GIF89a'),
      Buffer.from('<html>'),
      Buffer.alloc(0),
      png.subarray(0, 12),
      jpeg(48, 48).subarray(0, 12),
      webp(48, 48).subarray(0, 20),
      huge,
      jpeg(65_000, 65_000),
      webp(16_000, 16_000),
      jpeg(0, 48),
    ])
      assert.equal(imageType(bytes), undefined);
  });

  it('is fetched once an hour, and a minute after it could not be', async () => {
    const clock = { now: 0 };
    const asked: string[] = [];
    const answer = { status: 200, body: png };
    const ask: Outbound['ask'] = async (url) => {
      asked.push(url);
      if (answer.status === 0) throw new OutboundError('nobody listens there');
      return { ...answer, headers: {} };
    };
    const logoOf = createLogos({ ask }, () => clock.now);
    const app = { ...appSample(), logoUri: 'https://notes.example.com/logo.png' };
    assert.equal((await logoOf(app)).type, 'image/png');
    await logoOf(app);
    assert.equal(asked.length, 1);
    clock.now += 60 * 60_000;
    for (const [status, body] of [
      [0, png],
      [404, png],
      [302, png],
      [200, Buffer.from('<svg/>')],
    ] as const) {
      Object.assign(answer, { status, body });
      for (let count = 0; count < 2; count += 1)
        await assert.rejects(logoOf(app), (error) => error instanceof AppError && error.code === 'not_found');
      clock.now += 60_000;
    }
    assert.equal(asked.length, 5);
  });
});
