/** What a template takes: text is escaped, markup and lists of it are not, `false`, `undefined` and `null` are nothing. */
export type Renderable = Html | string | number | false | null | undefined | readonly Renderable[];

/** Markup that is safe by construction: only `html`, `json` and this module make it, no JSON can pretend to be it. */
export class Html {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

/** Where in the markup a value stands, which decides what is done to it. */
type Place = 'text' | 'attribute' | 'address' | 'tag';

const places = new WeakMap<TemplateStringsArray, Place[]>();

/**
 * A template whose values are escaped for the place they stand in. Attributes must be in double quotes; an `href`,
 * `src` or `action` that begins with a value keeps it only if it is a web address (see `safeAddress`).
 * @throws TypeError where a text stands bare inside a tag, or in an attribute without quotes
 */
export function html(strings: TemplateStringsArray, ...values: Renderable[]): Html {
  let known = places.get(strings);
  if (!known) {
    known = findPlaces(strings);
    places.set(strings, known);
  }
  let text = strings[0] ?? '';
  for (const [index, value] of values.entries())
    text += render(value, known[index] as Place) + strings[index + 1];
  return new Html(text);
}

/** A value for `<script type="application/json">`: cannot end the element, and is one line of JavaScript too. */
export function json(value: unknown): Html {
  return new Html(
    JSON.stringify(value).replace(
      /[<>&\u2028\u2029]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  );
}

/** The address itself if it is relative or one of these schemes, otherwise `undefined`: no `javascript:`, no `data:`. */
export function safeAddress(
  address: string,
  schemes: readonly string[] = ['https:', 'http:'],
): string | undefined {
  const url = URL.parse(address, 'https://relative.invalid');
  return url && schemes.includes(url.protocol) ? address : undefined;
}

function findPlaces(strings: TemplateStringsArray): Place[] {
  let before = '';
  return strings.slice(0, -1).map((string) => {
    before += string;
    const place = placeAfter(before);
    before += 'x';
    return place;
  });
}

function placeAfter(before: string): Place {
  const tag = before.slice(before.lastIndexOf('>') + 1).match(/<[^<]*$/)?.[0];
  if (tag === undefined) return 'text';
  const insideQuotes = (tag.match(/"/g)?.length ?? 0) % 2 === 1;
  if (insideQuotes) return /\s(?:href|src|action|formaction)="$/.test(tag) ? 'address' : 'attribute';
  if (tag.endsWith('=')) throw new TypeError(`an attribute needs double quotes: ${tag}`);
  return 'tag';
}

function render(value: Renderable, place: Place): string {
  if (value === false || value === null || value === undefined) return '';
  if (value instanceof Html)
    return place === 'text' || place === 'tag' ? value.toString() : escapeText(`${value}`);
  if (Array.isArray(value)) return value.map((each) => render(each, place)).join('');
  const text = String(value);
  if (place === 'tag') throw new TypeError('only markup may stand inside a tag');
  if (place === 'address')
    return escapeText(safeAddress(text, linkSchemes) ?? addressOfNativeApp(text) ?? '#');
  return escapeText(text);
}

const linkSchemes = ['https:', 'http:', 'mailto:', 'tel:'];

/** A domain turned round, such as `com.example.app:` (RFC 8252 §7.1): no scheme with a dot runs in a page. */
function addressOfNativeApp(address: string): string | undefined {
  return URL.parse(address)?.protocol.includes('.') ? address : undefined;
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] as string);
}
