import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** The picture of a model. */
export interface Icon {
  /** Of the content, short: an address with it never changes its meaning. */
  hash: string;
  png: Buffer;
}

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const largest = 96 * 1024;
const longestSide = 4096;
/** What a browser would have to unpack. */
const mostPixels = 5_000_000;

/**
 * Reads a `data:` URL. Only PNG is shown to people: other images may carry scripts, or are what they do not say.
 * Each chunk is looked at, and nothing may follow the last.
 */
export function readIcon(url: string): Icon | undefined {
  const [, base64] = /^data:image\/png;base64,\s*([A-Za-z0-9+/]+={0,2})\s*$/.exec(url) ?? [];
  if (!base64 || base64.length > (largest / 3) * 4) return undefined;
  const png = Buffer.from(base64, 'base64');
  if (!isPng(png)) return undefined;
  return { hash: createHash('sha256').update(png).digest('hex').slice(0, 16), png };
}

/** PNG (ISO/IEC 15948) §5: the signature, then IHDR, others, IDAT among them, and IEND. */
export function isPng(png: Buffer): boolean {
  if (!png.subarray(0, 8).equals(signature)) return false;
  const types: string[] = [];
  for (let at = 8; at < png.length; ) {
    if (at + 12 > png.length) return false;
    const end = at + 12 + png.readUInt32BE(at);
    if (end > png.length || crc32(png.subarray(at + 4, end - 4)) !== png.readUInt32BE(end - 4)) return false;
    types.push(png.toString('latin1', at + 4, at + 8));
    at = end;
  }
  const isWhole = types[0] === 'IHDR' && types.includes('IDAT') && types.indexOf('IEND') === types.length - 1;
  return isWhole && hasFairSize(png);
}

function hasFairSize(png: Buffer): boolean {
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  const sides = [width, height].every((side) => side > 0 && side <= longestSide);
  return sides && width * height <= mostPixels;
}
