/** A picture that browsers are given under its own type, and nothing else. */
export type ImageType = 'image/png' | 'image/jpeg' | 'image/webp';

interface Size {
  width: number;
  height: number;
}

/** What a browser would have to unpack. */
const longestSide = 4096;
const mostPixels = 5_000_000;

/** Reads the signature and the size, whatever the file says that it is; `undefined` for anything else, SVG too. */
export function imageType(bytes: Buffer): ImageType | undefined {
  for (const [type, sizeOf] of Object.entries(readers) as [
    ImageType,
    (bytes: Buffer) => Size | undefined,
  ][]) {
    try {
      const size = sizeOf(bytes);
      if (size) return isFair(size) ? type : undefined;
    } catch {
      // It ends where more must be.
      return undefined;
    }
  }
  return undefined;
}

function isFair({ width, height }: Size): boolean {
  const sides = [width, height].every((side) => side > 0 && side <= longestSide);
  return sides && width * height <= mostPixels;
}

const readers: Record<ImageType, (bytes: Buffer) => Size | undefined> = {
  'image/png': pngSize,
  'image/jpeg': jpegSize,
  'image/webp': webpSize,
};

const startsWith = (bytes: Buffer, ...signature: number[]) =>
  bytes.subarray(0, signature.length).equals(Buffer.from(signature));

/** ISO/IEC 15948 §5.2, §11.2.2. */
function pngSize(bytes: Buffer): Size | undefined {
  if (!startsWith(bytes, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return undefined;
  if (bytes.toString('latin1', 12, 16) !== 'IHDR') return undefined;
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

/** ITU-T T.81 §B.1.1.3, §B.2.2: segments up to the start of the frame, which has the size. */
function jpegSize(bytes: Buffer): Size | undefined {
  if (!startsWith(bytes, 0xff, 0xd8, 0xff)) return undefined;
  for (let at = 2; at < bytes.length; at += 2 + bytes.readUInt16BE(at + 2)) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1] ?? 0;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
  }
  return undefined;
}

/** RFC 9649 §2.5 to §2.7: lossy, lossless or extended. */
function webpSize(bytes: Buffer): Size | undefined {
  if (bytes.toString('latin1', 0, 4) !== 'RIFF' || bytes.toString('latin1', 8, 12) !== 'WEBP')
    return undefined;
  switch (bytes.toString('latin1', 12, 16)) {
    case 'VP8 ':
      return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
    case 'VP8L': {
      const bits = bytes.readUInt32LE(21);
      return { width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1 };
    }
    case 'VP8X':
      return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 };
    default:
      return undefined;
  }
}
