import type { IncomingMessage } from 'node:http';

const names = [
  'x-forwarded-method',
  'x-forwarded-proto',
  'x-forwarded-host',
  'x-forwarded-uri',
  'x-original-method',
  'x-original-url',
  'host',
] as const;

/** What a gateway says of a request that it asks about, by header; of each that came exactly once. */
export type ToldByGateway = Readonly<Partial<Record<(typeof names)[number], string>>>;

/**
 * The headers as they came. Of two with one name, one may be a stranger's: then neither is believed. Whether the gateway
 * is to be believed at all is for the caller to know.
 */
export function toldByGateway({ headersDistinct }: IncomingMessage): ToldByGateway {
  return Object.fromEntries(
    names.flatMap((name) => {
      const [value, ...more] = headersDistinct[name] ?? [];
      return value === undefined || more.length > 0 ? [] : [[name, value]];
    }),
  );
}
