/** The installation's colour, made readable. Contrast as WCAG 2.2 §1.4.3 defines it, on sRGB. */

type Rgb = readonly [number, number, number];

const builtIn = '#2b59d9';
const light: Rgb = [255, 255, 255];
const dark: Rgb = [27, 29, 34];
const nearlyBlack: Rgb = [14, 16, 20];

const black: Rgb = [0, 0, 0];

/**
 * The stylesheet with the accent as custom properties: `--accent` fills buttons (3:1 on the card), `--on-accent` is
 * the text on it, also under the pointer on `--accent-hover`, `--accent-text` is for links (4.5:1 on the card). A colour that is too faint is mixed with black
 * or white until it is not; one that cannot be read is replaced by the built-in one.
 */
export function brandCss(accent: string | undefined): string {
  const colour = parse(accent ?? builtIn) ?? (parse(builtIn) as Rgb);
  return `:root{${properties(colour, light)}}
@media (prefers-color-scheme:dark){:root{${properties(colour, dark)}}}
`;
}

function properties(colour: Rgb, ground: Rgb): string {
  const fill = towards(colour, ground, 3);
  const isDark = contrast(fill, light) >= 4.5;
  return [
    `--accent:${print(fill)}`,
    // Away from the text, in dark mode too.
    `--accent-hover:${print(mix(fill, isDark ? black : light, 0.12))}`,
    `--on-accent:${print(isDark ? light : nearlyBlack)}`,
    // A little above 4.5, because links also stand on the ground around the card.
    `--accent-text:${print(towards(colour, ground, 5.2))}`,
  ].join(';');
}

/** The nearest shade of the colour that reaches this contrast on the ground. */
function towards(colour: Rgb, ground: Rgb, wanted: number): Rgb {
  const end = luminance(ground) > 0.5 ? black : light;
  for (let share = 0; share < 1; share += 0.02) {
    const mixed = mix(colour, end, share);
    if (contrast(mixed, ground) >= wanted) return mixed;
  }
  return end;
}

function mix(colour: Rgb, end: Rgb, share: number): Rgb {
  return colour.map((value, index) =>
    Math.round(value + ((end[index] as number) - value) * share),
  ) as unknown as Rgb;
}

/** From 1 to 21. */
export function contrast(one: Rgb, other: Rgb): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(colour: Rgb): number {
  const [red = 0, green = 0, blue = 0] = colour.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

export function parse(colour: string): Rgb | undefined {
  const digits = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour);
  if (!digits) return undefined;
  return [1, 2, 3].map((index) => Number.parseInt(digits[index] as string, 16)) as unknown as Rgb;
}

function print(colour: Rgb): string {
  return `#${colour.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}
