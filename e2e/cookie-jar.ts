interface Cookie {
  name: string;
  value: string;
  path: string;
}

/** The cookies of one host (RFC 6265 §5.3), as far as a well-behaved server needs them. */
export class CookieJar {
  readonly #cookies = new Map<string, Cookie>();

  keep(url: URL, setCookies: readonly string[]): void {
    for (const line of setCookies) {
      const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
      const equals = pair.indexOf('=');
      const cookie = {
        name: pair.slice(0, equals),
        value: pair.slice(equals + 1),
        path: attribute(attributes, 'path') ?? url.pathname.replace(/\/[^/]*$/, '') ?? '/',
      };
      const key = `${cookie.name};${cookie.path}`;
      if (isOver(attributes)) this.#cookies.delete(key);
      else this.#cookies.set(key, cookie);
    }
  }

  header({ pathname }: URL): string {
    return [...this.#cookies.values()]
      .filter(({ path }) => covers(path, pathname))
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');
  }
}

function attribute(attributes: readonly string[], name: string): string | undefined {
  return attributes.find((one) => one.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1);
}

function isOver(attributes: readonly string[]): boolean {
  const expires = attribute(attributes, 'expires');
  return (
    attribute(attributes, 'max-age') === '0' || (expires !== undefined && Date.parse(expires) < Date.now())
  );
}

function covers(path: string, pathname: string): boolean {
  return path === '/' || pathname === path || pathname.startsWith(path.endsWith('/') ? path : `${path}/`);
}
